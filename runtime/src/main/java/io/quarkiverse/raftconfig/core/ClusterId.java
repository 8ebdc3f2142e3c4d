package io.quarkiverse.raftconfig.core;

/** One founding: 128 random bits, made by the founder. Nodes of different clusters never hear each other. */
public record ClusterId(long high, long low) {
    /** 32 hexadecimal digits. */
    @Override
    public String toString() {
        return String.format("%016x%016x", high, low);
    }
}
