package io.quarkiverse.raftconfig;

import java.util.List;

/** The change is not allowed: a protected name, a name that is none, an expression in a value. Nothing was appended. */
public final class Refused extends RaftConfigException {
    private static final long serialVersionUID = 1L;

    /**
     * One rule that was broken.
     *
     * @param name of the property, or of what else was wrong
     * @param message what is allowed, and the way out
     */
    public record Violation(String name, String message) implements java.io.Serializable {
    }

    private final List<Violation> violations;

    public Refused(List<Violation> violations) {
        super(violations.toString(), null);
        this.violations = List.copyOf(violations);
    }

    /** At least one. */
    public List<Violation> violations() {
        return violations;
    }
}
