package io.quarkiverse.raftconfig.core;

import static io.quarkiverse.raftconfig.core.Words.name;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * One node of a {@link Conversation}, and its host: a disk, which is quick unless told otherwise, and a clock of its own, which
 * stands still unless told otherwise.
 */
final class ConversationNode {
    /** Of every range in which an election timeout is drawn, the middle. */
    private static final RandomGenerator MIDDLE = new RandomGenerator() {
        @Override
        public long nextLong() {
            throw new AssertionError("only ranges are drawn from");
        }

        @Override
        public long nextLong(long bound) {
            return bound / 2;
        }
    };

    /** A message that waits for the write of this sequence. */
    private record Held(long sequence, Message message) {
    }

    private record Unsynced(Write write, String words) {
    }

    final ReplicaId self;
    private final RaftSettings settings;
    private final Transcript transcript;
    private final Consumer<Message> network;

    // The disk.
    private HardState durableHard;
    private List<Entry> durableLog;
    private final long durableCommit;
    private boolean slow;

    // What a crash forgets.
    private @Nullable RaftCore core;
    private final ArrayDeque<Unsynced> unsynced = new ArrayDeque<>();
    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private HardState hard;
    private List<Entry> log;
    private boolean asksForVotes;
    private String roleTold = "";
    private long commitTold;

    private long now;
    private long wakeAt;

    ConversationNode(ReplicaId self, RaftSettings settings, Recovered recovered, Transcript transcript,
            Consumer<Message> network) {
        this.self = self;
        this.settings = settings;
        this.transcript = transcript;
        this.network = network;
        durableHard = recovered.hardState();
        durableLog = recovered.entries();
        durableCommit = recovered.commitIndex();
        hard = durableHard;
        log = durableLog;
    }

    boolean isUp() {
        return core != null;
    }

    boolean leads() {
        return core().role() == Role.LEADER;
    }

    void start() {
        hard = durableHard;
        log = durableLog;
        var recovered = new Recovered(hard, SnapshotPoint.NONE, Position.ZERO, log, durableCommit);
        core = new RaftCore(self, settings, recovered, MIDDLE);
        commitTold = durableCommit;
        roleTold = "";
        step(new Input.TimePassed());
    }

    void crash() {
        core = null;
        unsynced.forEach(lost -> transcript.note(name(self) + " has never written: " + lost.words));
        held.forEach(lost -> transcript.note(name(self) + " has never sent to " + name(lost.message.to()) + ": "
                + Words.of(lost.message)));
        unsynced.clear();
        held.clear();
        slow = false;
    }

    void step(Input input) {
        take(core().step(now, input));
        while (wakeAt <= now) {
            take(core().step(now, new Input.TimePassed()));
        }
    }

    /** To the next deadline: of a leader its heartbeat, of others their election timeout. */
    void passToDeadline() {
        pass(wakeAt - now);
    }

    void pass(long millis) {
        now += millis;
        if (wakeAt <= now) {
            step(new Input.TimePassed());
        }
    }

    void slowDisk() {
        slow = true;
    }

    void diskCatchesUp() {
        slow = false;
        sync();
    }

    /** The disk finishes what it was asked for first. */
    void writeOne() {
        Unsynced done = unsynced.remove();
        Write write = done.write;
        durableHard = write.hardState();
        durableLog = appended(durableLog, write.entries());
        transcript.tell(name(self) + " has written: " + done.words);
        while (!held.isEmpty() && held.element().sequence <= write.sequence()) {
            network.accept(held.remove().message);
        }
        step(new Input.Persisted(write.sequence(), write.term()));
    }

    void show() {
        if (core == null) {
            transcript.note(name(self) + ": down; on disk " + Words.of(durableHard) + ", log " + Words.terms(durableLog));
        } else {
            String behind = log.equals(durableLog) ? "" : ", on disk " + Words.terms(durableLog);
            transcript.note(name(self) + ": " + role() + ", " + Words.of(hard) + ", log " + Words.terms(log) + behind
                    + ", committed " + core().commitIndex());
        }
    }

    private RaftCore core() {
        return Objects.requireNonNull(core, () -> name(self) + " is down");
    }

    /** Makes effects real, in the order that {@link Effects} demands. */
    private void take(Effects effects) {
        wakeAt = effects.wakeAtMillis();
        Write write = effects.persist();
        String words = write == null ? "" : Words.of(write, hard);
        tellWhatChanged(effects, write);
        effects.send().forEach(network);
        if (write != null) {
            hard = write.hardState();
            unsynced.add(new Unsynced(write, words));
            if (slow) {
                transcript.tell(name(self) + " is writing: " + words);
            }
        }
        effects.sendWhenDurable().forEach(this::sendWhenDurable);
        if (!effects.apply().isEmpty()) {
            transcript.tell(name(self) + " applies " + Words.of(effects.apply()));
        }
        effects.answers().forEach(answer -> transcript.tell(name(self) + " answers: " + Words.of(answer)));
        sync();
    }

    private void sync() {
        while (!slow && !unsynced.isEmpty()) {
            writeOne();
        }
    }

    private void sendWhenDurable(Message message) {
        Unsynced last = unsynced.peekLast();
        if (last == null) {
            network.accept(message);
            return;
        }
        held.add(new Held(last.write.sequence(), message));
        if (slow) {
            transcript.tell(name(self) + " -> " + name(message.to()) + " waits for the disk: " + Words.of(message));
        }
    }

    private void tellWhatChanged(Effects effects, @Nullable Write write) {
        boolean termRose = write != null && write.term() > hard.term();
        if (effects.send().stream().anyMatch(Message.PreVote.class::isInstance)) {
            asksForVotes = false;
        } else if (termRose) {
            asksForVotes = true;
        }
        String role = role();
        if (!role.equals(roleTold) || termRose) {
            String is = name(self) + " is " + role + ", term " + core().term();
            if (leads() || roleTold.equals("leader")) {
                transcript.note(is);
            } else {
                transcript.tell(is);
            }
            roleTold = role;
        }
        if (write != null && !write.entries().isEmpty()) {
            List<Entry> dropped = log.stream().filter(entry -> entry.index() >= write.entries().get(0).index()).toList();
            if (!dropped.isEmpty()) {
                transcript.note(name(self) + " drops " + Words.of(dropped));
            }
            log = appended(log, write.entries());
        }
        if (core().commitIndex() != commitTold) {
            commitTold = core().commitIndex();
            transcript.note(name(self) + " has committed up to " + commitTold);
        }
    }

    private String role() {
        return Words.role(core().role(), core().leader(), asksForVotes);
    }

    private static List<Entry> appended(List<Entry> log, List<Entry> entries) {
        if (entries.isEmpty()) {
            return log;
        }
        List<Entry> result = new ArrayList<>(log.subList(0, Math.toIntExact(entries.get(0).index() - 1)));
        result.addAll(entries);
        return result;
    }
}
