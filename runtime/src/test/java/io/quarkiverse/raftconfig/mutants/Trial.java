package io.quarkiverse.raftconfig.mutants;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Judges one version of the main sources: as they are, or with a bug in them. */
final class Trial {
    private static final int SECONDS_MAX = 120;
    private static final int SEEDS_MORE = 100;
    private static final LauncherConfig NOTHING_BUT_THE_TEST = LauncherConfig.builder()
            .enableLauncherSessionListenerAutoRegistration(false)
            .enableLauncherDiscoveryListenerAutoRegistration(false)
            .enableTestExecutionListenerAutoRegistration(false)
            .enablePostDiscoveryFilterAutoRegistration(false)
            .build();

    private final MutantClassLoader classes;

    private Trial(SortedMap<String, byte[]> replaced) {
        classes = new MutantClassLoader(replaced);
    }

    static Trial ofSoundSources() {
        return new Trial(new TreeMap<>());
    }

    static Trial of(Mutant mutant, SourceCompiler compiler) {
        return new Trial(compiler.compile(mutant.sources()));
    }

    /** What is wrong, in the words of the judge; null if it finds nothing. */
    @Nullable
    String verdict(Judge judge) {
        if (judge instanceof Judge.Simulation simulation) {
            return verdictFrom(simulation);
        } else if (judge instanceof Judge.Test test) {
            return inTime(() -> runTest(test.method()));
        }
        throw new AssertionError("unhandled judge: " + judge);
    }

    /** Every change of the code shifts what a seed comes to, so a few more are tried if this one is not it any more. */
    private @Nullable String verdictFrom(Judge.Simulation simulation) {
        String first = verdictOfSeed(simulation.seed());
        String verdict = first;
        for (int more = 1; more <= SEEDS_MORE && !isFor(simulation, verdict); more++) {
            verdict = verdictOfSeed(simulation.seed() + more);
        }
        return isFor(simulation, verdict) ? verdict : first;
    }

    private static boolean isFor(Judge judge, @Nullable String verdict) {
        return verdict != null && verdict.contains(judge.says());
    }

    @Nullable
    String verdictOfSeed(long seed) {
        return inTime(() -> runSimulation(seed));
    }

    private interface Run {
        @Nullable
        String run() throws ReflectiveOperationException;
    }

    /** A bug may also be one that never ends. */
    private @Nullable String inTime(Run run) {
        CompletableFuture<@Nullable String> verdict = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                verdict.complete(run.run());
            } catch (Throwable e) {
                verdict.completeExceptionally(e);
            }
        }, "mutant");
        thread.setDaemon(true);
        thread.setContextClassLoader(classes);
        thread.start();
        try {
            return verdict.get(SECONDS_MAX, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            return "does not end within " + SECONDS_MAX + " s";
        } catch (ExecutionException e) {
            throw new AssertionError("the judge failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private @Nullable String runSimulation(long seed) throws ReflectiveOperationException {
        Class<?> simulation = classes.loadClass(MutantClassLoader.ROOT + ".sim.SimulationRun");
        Method violation = simulation.getMethod("violation", long.class);
        try {
            return (String) violation.invoke(null, seed);
        } catch (InvocationTargetException e) {
            throw new AssertionError("seed " + seed, e.getCause());
        }
    }

    private @Nullable String runTest(String test) throws ReflectiveOperationException {
        int hash = test.indexOf('#');
        Class<?> type = classes.loadClass(MutantClassLoader.ROOT + "." + test.substring(0, hash));
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectMethod(type, method(type, test.substring(hash + 1)))).build();
        Results results = new Results();
        LauncherFactory.create(NOTHING_BUT_THE_TEST).execute(request, results);
        if (results.run == 0) {
            throw new AssertionError(test + " was not run");
        }
        return results.failures.isEmpty() ? null : describe(results.failures.get(0));
    }

    private static Method method(Class<?> type, String name) throws NoSuchMethodException {
        for (Class<?> declaring = type; declaring != null; declaring = declaring.getSuperclass()) {
            for (Method method : declaring.getDeclaredMethods()) {
                if (method.getName().equals(name) && !method.isSynthetic()) {
                    return method;
                }
            }
        }
        throw new NoSuchMethodException(type.getName() + "#" + name);
    }

    private static String describe(Throwable failure) {
        StringJoiner causes = new StringJoiner("\n");
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            causes.add(cause.toString());
        }
        return causes.toString();
    }

    private static final class Results implements TestExecutionListener {
        private final List<Throwable> failures = new ArrayList<>();
        private int run;

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            run += test.isTest() ? 1 : 0;
            result.getThrowable().ifPresent(failures::add);
        }
    }
}
