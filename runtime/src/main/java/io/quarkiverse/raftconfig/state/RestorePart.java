package io.quarkiverse.raftconfig.state;

/**
 * A command: one of the parts in which a whole state is put into a state that has nothing yet. Until the last part is applied
 * nothing of it is to be seen; then all is, at once. So a state of any size goes through log and network in entries that
 * hold up no other.
 * <p>
 * The parts of one restore are applied in order. A part that comes again changes nothing; the first part of another restore
 * takes the place of all that has come before.
 */
public final class RestorePart implements Command {
    /** How many bytes of the image a part holds, the last one excepted. */
    static final int BYTES = 256 << 10;

    private final String restore;
    private final int number;
    private final int parts;
    private final int properties;
    private final long stateBytes;
    private final byte[] bytes;

    /**
     * @param restore tells one restore from another
     * @param number of this part, from 0
     * @param parts of the restore
     * @param properties how many the state will have
     * @param stateBytes of them, as {@link PublishedState#sizeBytes} counts
     * @param bytes of the image; not copied
     */
    RestorePart(String restore, int number, int parts, int properties, long stateBytes, byte[] bytes) {
        if (number < 0 || number >= parts || properties < 0 || stateBytes < 0) {
            throw new IllegalArgumentException("part " + number + " of " + parts + " with " + properties + " properties of "
                    + stateBytes + " bytes");
        }
        this.restore = restore;
        this.number = number;
        this.parts = parts;
        this.properties = properties;
        this.stateBytes = stateBytes;
        this.bytes = bytes;
    }

    String restore() {
        return restore;
    }

    int number() {
        return number;
    }

    int parts() {
        return parts;
    }

    boolean isLast() {
        return number == parts - 1;
    }

    int properties() {
        return properties;
    }

    long stateBytes() {
        return stateBytes;
    }

    /** Not to be changed. */
    byte[] bytes() {
        return bytes;
    }

    /** Without the bytes: they hold values. */
    @Override
    public String toString() {
        return "RestorePart[" + number + " of " + parts + ", " + bytes.length + " bytes]";
    }
}
