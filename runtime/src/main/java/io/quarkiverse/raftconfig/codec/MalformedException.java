package io.quarkiverse.raftconfig.codec;

/** Bytes that no encoder of ours wrote. The only exception a decoder throws. */
public class MalformedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MalformedException(String message) {
        super(message);
    }
}
