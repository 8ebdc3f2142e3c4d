package io.quarkiverse.raftconfig;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;

/** Who may use whom. Each package names what it may import; what is not named is forbidden. */
class ArchitectureTest {
    private static final String ROOT = "io.quarkiverse.raftconfig";

    /** The JDK, the null annotations, and the message interface: everywhere. */
    private static final List<String> EVERYWHERE = List.of("java..", "org.jspecify..", ROOT + ".log");

    private static final String MICROPROFILE_CONFIG = "org.eclipse.microprofile.config..";
    private static final String SMALLRYE_CONFIG = "io.smallrye.config..";
    private static final String MUTINY = "io.smallrye.mutiny..";
    private static final String VALIDATION = "jakarta.validation..";

    /** By package, what it may import besides itself and {@link #EVERYWHERE}. */
    private static final Map<String, List<String>> ARROWS = arrows();

    private static Map<String, List<String>> arrows() {
        Map<String, List<String>> arrows = new TreeMap<>();
        arrows.put("", List.of(MICROPROFILE_CONFIG, MUTINY, "jakarta.inject..", "jakarta.enterprise.."));
        arrows.put(".core", List.of());
        arrows.put(".codec", List.of(ours("core")));
        arrows.put(".state", List.of(ROOT, "org.pcollections.."));
        arrows.put(".node", List.of(ours("core"), ours("state"), ROOT, "org.jboss.logging.."));
        arrows.put(".store", List.of(ours("core"), ours("codec"), ours("node"), "org.mapdb..", "kotlin..",
                "org.jboss.logging.."));
        arrows.put(".wire", List.of(ours("core"), ours("codec"), ours("node"), "io.vertx..", "io.netty..",
                "org.jboss.logging.."));
        arrows.put(".client", List.of(ROOT, ours("node"), ours("state"), MUTINY, "io.vertx.core.."));
        arrows.put(".source", List.of(ROOT, ours("state"), SMALLRYE_CONFIG, MICROPROFILE_CONFIG));
        arrows.put(".rest",
                List.of(ROOT, ours("client"), ours("core"), ours("node"), ours("state"), ours("source"), MUTINY, VALIDATION,
                        "jakarta.ws.rs..", "jakarta.inject..", "jakarta.enterprise..", "jakarta.annotation..",
                        "io.vertx.core..", "io.vertx.ext.web..",
                        "com.fasterxml.jackson..", "org.jboss.resteasy.reactive..", "io.quarkus.resteasy.reactive..",
                        "io.quarkus.hibernate.validator..", "org.hibernate.validator..", "org.jboss.logging.."));
        arrows.put(".health", List.of(ours("node"), ours("core"), "org.eclipse.microprofile.health..", "jakarta.inject..",
                "jakarta.enterprise.."));
        arrows.put(".tool", List.of(ours("core"), ours("codec"), ours("state"), ours("store"), ours("node"), ROOT));
        arrows.put(".log", List.of("org.jboss.logging.."));
        // The wiring may use everything.
        return arrows;
    }

    private static String ours(String name) {
        return ROOT + "." + name;
    }

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    /** An interrupt closes a file of the store for good: a thread may only note its own, for its caller to see. */
    @Test
    void nobodyInterruptsAnother() {
        // given those that wait for a stage on the caller's thread, or for a fold, and set its flag again
        Set<String> noteTheirOwn = Set.of(ROOT + ".runtime.RunningNode", ROOT + ".runtime.NodeStart", ROOT + ".wire.VertxLoop",
                ROOT + ".client.BlockingConfigStore", ROOT + ".store.JournaledVolume");

        // then nobody else interrupts a thread, and nobody all threads of a pool
        List<String> calls = new ArrayList<>();
        for (JavaClass type : MAIN) {
            for (JavaMethodCall call : type.getMethodCallsFromSelf()) {
                boolean interrupts = call.getTargetOwner().isEquivalentTo(Thread.class) && call.getName().equals("interrupt")
                        && !noteTheirOwn.contains(type.getName());
                if (interrupts || call.getName().equals("shutdownNow")) {
                    calls.add(call.getDescription());
                }
            }
        }
        assertThat(calls).isEmpty();
    }

    @Test
    void eachPackageImportsOnlyWhatItNames() {
        ARROWS.forEach((name, allowed) -> arrow(ROOT + name, allowed).check(MAIN));
    }

    @Test
    void everyPackageIsInTheTable() {
        TreeSet<String> packages = new TreeSet<>();
        MAIN.forEach(type -> packages.add(type.getPackageName().substring(ROOT.length())));
        packages.remove(".runtime");
        assertThat(ARROWS.keySet()).containsAll(packages);
    }

    @Test
    void theWiringIsUsedByNobody() {
        noClasses().that().resideOutsideOfPackage(ours("runtime"))
                .should().dependOnClassesThat().resideInAPackage(ours("runtime")).check(MAIN);
    }

    @Test
    void theCoreKnowsNoTimeThreadOrFile() {
        pure(ours("core")).check(MAIN);
    }

    @Test
    void thereAreNoCycles() {
        acyclic(ROOT).check(MAIN);
    }

    @Test
    void onlyTheStoreKnowsMapDb() {
        noClasses().that().resideOutsideOfPackage(ours("store"))
                .should().dependOnClassesThat().resideInAPackage("org.mapdb..").check(MAIN);
    }

    @Test
    void nothingIsSerializedByJava() {
        noJavaSerialization().check(MAIN);
    }

    /** A rule that can't fail guards nothing: each of them is held against a class that breaks it. */
    @Test
    void theRulesCanFail() {
        JavaClasses broken = new ClassFileImporter().importClasses(Clocked.class, Deserializing.class);
        String here = ArchitectureTest.class.getPackageName();

        assertThatThrownBy(() -> pure(here).check(broken)).hasMessageContaining("java.time.Instant");
        assertThatThrownBy(() -> arrow(here, List.of()).check(broken)).hasMessageContaining("com.tngtech.archunit");
        assertThatThrownBy(() -> noJavaSerialization().check(broken)).hasMessageContaining("ObjectInputStream");
        // String knows Locale, and Locale knows String.
        JavaClasses cyclic = new ClassFileImporter().importClasses(String.class, Locale.class);
        assertThatThrownBy(() -> acyclic("java").check(cyclic)).hasMessageContaining("Cycle");
    }

    private static ArchRule arrow(String name, List<String> allowed) {
        List<String> all = new ArrayList<>(EVERYWHERE);
        all.addAll(allowed);
        all.add(name);
        return classes().that().resideInAPackage(name)
                .should().onlyDependOnClassesThat(resideInAnyPackage(all.toArray(String[]::new)).or(primitiveOrArrayOfSuch()))
                .allowEmptyShould(true);
    }

    private static ArchRule pure(String name) {
        return noClasses().that().resideInAPackage(name)
                .should().dependOnClassesThat(resideInAnyPackage("java.time..", "java.util.concurrent..", "java.io..",
                        "java.nio..", "java.net..", "java.util.logging..", "java.lang.invoke.VarHandle", "java.security..")
                        .or(resideInAPackage("java.lang").and(isOneOf("Thread", "ThreadLocal", "Runtime", "Process"))))
                .orShould().callMethod(System.class, "currentTimeMillis")
                .orShould().callMethod(System.class, "nanoTime")
                .orShould().callMethod(Math.class, "random")
                .orShould().dependOnClassesThat().haveFullyQualifiedName("java.util.HashMap")
                .orShould().dependOnClassesThat().haveFullyQualifiedName("java.util.HashSet")
                .because("a cluster is replayed from a seed: no time, thread, file or hash order may be reachable");
    }

    private static DescribedPredicate<JavaClass> isOneOf(String... names) {
        return DescribedPredicate.describe("one of " + List.of(names),
                type -> Stream.of(names).anyMatch(name -> name.equals(type.getSimpleName())));
    }

    private static ArchRule acyclic(String root) {
        return slices().matching(root + ".(*)..").should().beFreeOfCycles();
    }

    private static ArchRule noJavaSerialization() {
        return noClasses().should().dependOnClassesThat().areAssignableTo(ObjectInputStream.class)
                .orShould().dependOnClassesThat().areAssignableTo(ObjectOutputStream.class);
    }

    private static DescribedPredicate<JavaClass> primitiveOrArrayOfSuch() {
        return DescribedPredicate.describe("a primitive", type -> type.getBaseComponentType().isPrimitive());
    }

    /** Breaks the purity of a core, and an arrow. */
    static final class Clocked {
        final java.time.Instant now = java.time.Instant.EPOCH;
        final DescribedPredicate<JavaClass> foreign = DescribedPredicate.alwaysTrue();
    }

    /** Reads what it is given. */
    static final class Deserializing {
        Object read(ObjectInputStream in) throws java.io.IOException, ClassNotFoundException {
            return in.readObject();
        }
    }
}
