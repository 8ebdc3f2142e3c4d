package io.quarkiverse.raftconfig.history;

/** What a client asks of one property. */
public sealed interface Request {
    Guard guard();

    static Get get() {
        return new Get();
    }

    static Put put(String value) {
        return new Put(value, Guard.NONE);
    }

    static Delete delete() {
        return new Delete(Guard.NONE);
    }

    /** Creates or replaces. */
    record Put(String value, Guard guard) implements Request {
        public Put when(Guard other) {
            return new Put(value, other);
        }

        @Override
        public String toString() {
            return "put \"" + value + "\"" + guard;
        }
    }

    /** Removes. Where there is nothing to remove, the answer is {@link Response.Absent}, and no revision is made. */
    record Delete(Guard guard) implements Request {
        public Delete when(Guard other) {
            return new Delete(other);
        }

        @Override
        public String toString() {
            return "delete" + guard;
        }
    }

    /** A linearizable read. */
    record Get() implements Request {
        @Override
        public Guard guard() {
            return Guard.NONE;
        }

        @Override
        public String toString() {
            return "get";
        }
    }
}
