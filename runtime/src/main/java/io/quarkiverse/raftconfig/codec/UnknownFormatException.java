package io.quarkiverse.raftconfig.codec;

/** Bytes that a later version of this software wrote: nothing is wrong with them, but this build can't read them. */
public final class UnknownFormatException extends MalformedException {
    private static final long serialVersionUID = 1L;

    public UnknownFormatException(String message) {
        super(message);
    }

    /** @param what in the singular, with its article */
    static UnknownFormatException ofVersion(String what, int version, int known) {
        return new UnknownFormatException(what + " of format version " + version + "; this build reads " + known);
    }
}
