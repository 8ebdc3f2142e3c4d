package io.quarkiverse.raftconfig.wire;

import org.jspecify.annotations.Nullable;

/** What a frame carries; the code is its byte on the wire. */
enum FrameKind {
    HELLO(1),
    WELCOME(2),
    REFUSED(3),
    JOINED(4),
    RAFT(5),
    FOUNDING(6),
    REQUEST(7),
    RESPONSE(8);

    private static final FrameKind[] BY_CODE = new FrameKind[9];

    static {
        for (FrameKind kind : values()) {
            BY_CODE[kind.code] = kind;
        }
    }

    final int code;

    FrameKind(int code) {
        this.code = code;
    }

    /** Null for a kind that only a later version knows. */
    static @Nullable FrameKind of(int code) {
        return code < BY_CODE.length ? BY_CODE[code] : null;
    }
}
