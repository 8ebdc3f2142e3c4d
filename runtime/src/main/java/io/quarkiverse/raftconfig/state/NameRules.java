package io.quarkiverse.raftconfig.state;

import java.util.ArrayList;
import java.util.List;

/**
 * Which names are out of reach of replicated values, and which hold secrets. Both are told by globs, in which {@code *}
 * stands for any text, compared with the name without a profile in front, without quotes, whatever the case.
 * <p>
 * Protected names are those by which whoever writes configuration would take over the application or its security: a write
 * is refused, and one that is in an old log or image is not shown to the application.
 */
public final class NameRules {
    /** Protected unless the operator names others. */
    public static final List<String> PROTECTED = List.of("quarkus.*", "mp.*", "smallrye.*", "java.*", "javax.*",
            "jakarta.*", "jdk.*", "sun.*", "io.netty.*", "vertx.*", "org.jboss.*", "kubernetes.*", "kafka.*");
    /** Secret unless the operator names others. */
    public static final List<String> SECRET = List.of("*password*", "*passwd*", "*passphrase*", "*secret*", "*token*",
            "*credential*", "*private*", "*apikey*", "*api-key*");

    /** This extension's own: protected whatever is set. */
    private static final List<String> OWN = List.of("quarkus.raft-config.*");
    /** The application's security: each name has to be opened by itself. */
    private static final List<String> SECURITY = List.of("quarkus.http.auth.*", "quarkus.security.*", "quarkus.oidc.*",
            "quarkus.tls.*", "quarkus.datasource.*");

    /** With {@link #PROTECTED} and {@link #SECRET}. */
    public static final NameRules DEFAULTS = new NameRules(PROTECTED, SECRET);

    private final List<Glob> own = globs(OWN);
    private final List<Glob> security = globs(SECURITY);
    private final List<Glob> protectedNames;
    private final List<Glob> opened;
    private final List<Glob> secretNames;

    /**
     * @param protectedNames globs; one with {@code !} in front opens what others close. If all are such, they open what
     *        {@link #PROTECTED} closes. The names of this extension can't be opened, those of the application's security only
     *        one by one, without {@code *}
     * @param secretNames globs
     */
    public NameRules(List<String> protectedNames, List<String> secretNames) {
        List<String> closing = new ArrayList<>();
        List<String> opening = new ArrayList<>();
        for (String glob : protectedNames) {
            if (glob.startsWith("!")) {
                opening.add(glob.substring(1));
            } else {
                closing.add(glob);
            }
        }
        this.protectedNames = globs(closing.isEmpty() && !opening.isEmpty() ? PROTECTED : closing);
        this.opened = globs(opening);
        this.secretNames = globs(secretNames);
    }

    public boolean isProtected(String name) {
        String bare = PropertyName.bare(name);
        if (matches(own, bare)) {
            return true;
        } else if (matches(security, bare)) {
            return opened.stream().noneMatch(it -> it.isExactly(bare));
        }
        return matches(protectedNames, bare) && !matches(opened, bare);
    }

    /** Whether the value is to be shown to nobody but the application. */
    public boolean isSecret(String name) {
        return matches(secretNames, PropertyName.bare(name));
    }

    private static List<Glob> globs(List<String> globs) {
        return globs.stream().map(Glob::new).toList();
    }

    private static boolean matches(List<Glob> globs, String bare) {
        for (Glob glob : globs) {
            if (glob.matches(bare)) {
                return true;
            }
        }
        return false;
    }
}
