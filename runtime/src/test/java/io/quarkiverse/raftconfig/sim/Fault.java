package io.quarkiverse.raftconfig.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Something that goes wrong at a time. It brings its own randomness, so that leaving one out does not change the others: a run
 * that fails can be reduced to the faults that matter.
 *
 * @param number in its schedule, from 0
 * @param durationMicros after which it is mended, if it is of a kind that lasts
 */
record Fault(int number, Verb verb, long atMicros, long durationMicros, long seed) {

    enum Verb {
        /** A process is killed, whatever it is doing; it comes back. */
        CRASH,
        /** The leader is. */
        CRASH_LEADER,
        /** All are, at once. */
        CRASH_ALL,
        /** A process is killed when its next commit has begun and is not durable. */
        CRASH_IN_COMMIT,
        /** A process is killed while it cuts off what its snapshot covers. */
        CRASH_IN_COMPACTION,
        /** A process is killed when its next commit is durable and nobody was told. */
        CRASH_AFTER_COMMIT,
        /** A process is killed just after it has sent its next message. */
        CRASH_AFTER_SEND,
        /** A process is killed as soon as it leads. */
        CRASH_NEW_LEADER,
        /** The orderly stop, and a start. */
        RESTART,
        /** Nothing passes between one node and all others. */
        ISOLATE,
        /** Nothing passes between the leader and all others, though it may still be asked for many writes. */
        ISOLATE_LEADER,
        /** The leader, or another, hears nobody. */
        DEAF,
        /** The leader, or another, is heard by nobody. */
        MUTE,
        /** Two parts, by chance. */
        SPLIT,
        /** Two parts that share one node. */
        BRIDGE,
        /** Each node reaches its two neighbours only. */
        RING,
        /** Single directions, by chance. */
        CUTS,
        /** Half of all messages is lost. */
        LOSS,
        /** All messages take long, and overtake each other. */
        DELAY,
        /** Messages are doubled, and late. */
        DISORDER,
        /** What was said long ago is heard again. */
        REPLAY,
        /** Connections break and are made again. */
        RESETS,
        /** A process stands still, as by SIGSTOP. */
        PAUSE,
        /** The leader does. */
        PAUSE_LEADER,
        /** A disk is slow. */
        SLOW_DISK,
        /** A disk does not answer. */
        HUNG_DISK,
        /** A write fails; the process is started again later. */
        DISK_ERROR,
        /** The same, by a full disk. */
        DISK_FULL,
        /** A clock runs too fast or too slow. */
        CLOCK_RATE,
        /** A clock on the wall jumps. */
        WALL_JUMP,
        /** A node comes back with an empty disk, under its old name. */
        WIPE,
        /** A bit flips on the disk of a process that is down, or a read fails at its start; the real store only. */
        DISK_ROT,
        /** A node hears members of another cluster, and what was meant for one who had its name. */
        STRANGERS,
        /** An operator asks for other members. */
        CHANGE_MEMBERS,
        /** The same, and the leader is killed at some step of it. */
        CRASH_IN_CHANGE,
        /** An operator asks the leader to hand over. */
        TRANSFER,
        /** An operator asks for a snapshot. */
        TAKE_SNAPSHOT
    }

    private static final List<Verb> BY_OPERATORS = List.of(Verb.CHANGE_MEMBERS, Verb.CHANGE_MEMBERS, Verb.CHANGE_MEMBERS,
            Verb.CRASH_IN_CHANGE, Verb.CRASH_IN_CHANGE, Verb.TRANSFER, Verb.TAKE_SNAPSHOT);
    private static final List<Verb> VERBS = Arrays.stream(Verb.values()).filter(verb -> !BY_OPERATORS.contains(verb)).toList();
    private static final int EACH_MAX = 300;

    /** What may go wrong in the run that {@code options} describe; more than it has time for. */
    static List<Fault> schedule(SimOptions options) {
        SplittableRandom random = options.stream(3);
        List<Fault> faults = new ArrayList<>();
        long timeout = options.electionTimeoutMillis();
        long atMicros = 0;
        for (int i = 0; i < EACH_MAX; i++) {
            atMicros += (long) (-Math.log(1 - random.nextDouble()) * options.faultGapMillis() * 1000);
            long duration = (long) (timeout * 1000 * Math.pow(10, random.nextDouble() * 1.7 - 0.7));
            Verb verb = VERBS.get(random.nextInt(VERBS.size()));
            if (options.journaled() && random.nextInt(4) > 0) {
                // Few seeds are of this kind, theirs are short, and this is what their disks are for.
                verb = random.nextInt(3) > 0 ? Verb.DISK_ROT : Verb.CRASH_IN_COMPACTION;
            }
            faults.add(new Fault(i, verb, atMicros, duration, random.nextLong()));
        }
        if (options.changes().happen()) {
            faults.addAll(byOperators(options));
        }
        return faults;
    }

    /** What operators do goes wrong together with the rest. */
    private static List<Fault> byOperators(SimOptions options) {
        SplittableRandom random = options.stream(8);
        List<Fault> acts = new ArrayList<>();
        long atMicros = 0;
        for (int i = 0; i < EACH_MAX; i++) {
            atMicros += (long) (-Math.log(1 - random.nextDouble()) * options.changes().gapMillis() * 1000);
            Verb verb = BY_OPERATORS.get(random.nextInt(BY_OPERATORS.size()));
            acts.add(new Fault(EACH_MAX + i, verb, atMicros, 0, random.nextLong()));
        }
        return acts;
    }

    SplittableRandom random() {
        return new SplittableRandom(seed);
    }

    @Override
    public String toString() {
        return number + ":" + verb + " at " + atMicros / 1000 + " ms for " + durationMicros / 1000 + " ms";
    }
}
