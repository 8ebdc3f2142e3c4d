package io.quarkiverse.raftconfig.sim;

import io.quarkiverse.raftconfig.core.Bytes;

/** Numbers that stand for what is long. The same in every JVM. */
final class Hashes {
    private Hashes() {
    }

    static long mix(long hash, long a, long b) {
        return mix(mix(hash, a), b);
    }

    /** The finalizer of SplittableRandom, over a running hash. */
    static long mix(long hash, long more) {
        long z = (hash ^ more) + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    static long of(Bytes bytes) {
        long hash = bytes.length();
        for (int i = 0; i < bytes.length(); i++) {
            hash = hash * 31 + bytes.at(i);
        }
        return mix(hash, bytes.length());
    }
}
