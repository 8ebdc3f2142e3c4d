package io.quarkiverse.raftconfig;

/** The property is not at the revision that the change expected. Nothing was changed. */
public final class RevisionMismatch extends RaftConfigException {
    private static final long serialVersionUID = 1L;

    private final String name;
    private final long currentRevision;

    public RevisionMismatch(String name, long currentRevision) {
        super(message(name, currentRevision), null);
        this.name = name;
        this.currentRevision = currentRevision;
    }

    /** Of the property; empty if it was the revision of the whole store. */
    public String name() {
        return name;
    }

    /** Of the property's last change, 0 if there is no such property; or of the whole store. */
    public long currentRevision() {
        return currentRevision;
    }

    private static String message(String name, long currentRevision) {
        if (name.isEmpty()) {
            return "the store is at revision " + currentRevision;
        }
        return currentRevision == 0 ? name + " does not exist" : name + " is at revision " + currentRevision;
    }
}
