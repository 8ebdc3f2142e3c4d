package io.quarkiverse.raftconfig;

/** The property is not at the revision that the change expected. Nothing was changed. */
public final class RevisionMismatch extends RaftConfigException {
    private static final long serialVersionUID = 1L;

    private final String name;
    private final long currentRevision;

    public RevisionMismatch(String name, long currentRevision) {
        super(currentRevision == 0 ? name + " does not exist"
                : name + " is at revision " + currentRevision, null);
        this.name = name;
        this.currentRevision = currentRevision;
    }

    public String name() {
        return name;
    }

    /** Of the property's last change; 0 if there is no such property. */
    public long currentRevision() {
        return currentRevision;
    }
}
