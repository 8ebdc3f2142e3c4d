package io.quarkiverse.raftconfig.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * A cluster in one thread and in virtual time, which a seed determines: a network that loses, delays, repeats and reorders,
 * disks that forget what was not synced, crashes between any two effects. The properties of figure 3 are checked after every
 * event, against all that ever happened.
 */
final class TestCluster {
    /** What may go wrong, and how often. Rates are per message, per step or per millisecond, from 0 to 1. */
    record Faults(double loss, double repeat, int delayMaxMillis, int syncMaxMillis, double crashPerStep,
            double partitionPerMillis, double wrongHintPerMillis) {
        static final Faults NONE = new Faults(0, 0, 2, 2, 0, 0, 0);
    }

    private record Event(long time, long order, Runnable action) {
    }

    private record Held(long sequence, Message message) {
    }

    private record AppendedAt(Position before, Payload payload) {
    }

    private record Link(ReplicaId from, ReplicaId to) {
    }

    private record Ballot(long term, ReplicaId voter) {
    }

    final SplittableRandom random;
    final RaftSettings settings;
    final NavigableMap<ReplicaId, Node> nodes = new TreeMap<>();
    private final PriorityQueue<Event> events = new PriorityQueue<>(
            Comparator.comparingLong(Event::time).thenComparingLong(Event::order));
    private long order;
    private long ticket;
    Faults faults = Faults.NONE;
    long now;
    /** Pairs that can't talk, in this direction. */
    private final Set<Link> cut = new HashSet<>();

    // All that ever happened. What is hashed is never iterated, or a seed would not replay.
    final NavigableMap<Long, ReplicaId> leaderOfTerm = new TreeMap<>();
    final NavigableMap<Long, Entry> committed = new TreeMap<>();
    private final Map<Position, AppendedAt> appended = new HashMap<>();
    private final Map<Ballot, ReplicaId> votes = new HashMap<>();
    private final Map<Long, Long> readFloor = new HashMap<>();
    private final Map<Long, Membership> targets = new HashMap<>();
    long commitIndexMax;
    final SortedMap<String, Integer> counters = new TreeMap<>();

    TestCluster(long seed, RaftSettings settings) {
        this.random = new SplittableRandom(seed);
        this.settings = settings;
    }

    /** The first is the founder, unless another is named; all others begin blank. */
    static TestCluster founded(long seed, RaftSettings settings, Membership membership, SortedSet<ReplicaId> replicas) {
        return founded(seed, settings, membership, replicas.first(), replicas);
    }

    static TestCluster founded(long seed, RaftSettings settings, Membership membership, ReplicaId founder,
            SortedSet<ReplicaId> replicas) {
        SortedMap<ReplicaId, Recovered> logs = new TreeMap<>();
        replicas.forEach(replica -> logs.put(replica, Recovered.BLANK));
        logs.put(founder, Recovered.founded(membership));
        return recovered(seed, settings, logs);
    }

    /** All have been down, and are started with what they remember: their whole logs. */
    static TestCluster recovered(long seed, RaftSettings settings, SortedMap<ReplicaId, Recovered> logs) {
        TestCluster cluster = new TestCluster(seed, settings);
        logs.forEach((replica, recovered) -> {
            cluster.nodes.put(replica, cluster.new Node(replica, recovered));
            Position before = Position.ZERO;
            for (Entry entry : recovered.entries()) {
                cluster.noteAppended(before, entry);
                before = entry.position();
            }
        });
        cluster.nodes.values().forEach(Node::start);
        return cluster;
    }

    /** A blank node, started now. */
    void add(ReplicaId replica) {
        Node node = new Node(replica, Recovered.BLANK);
        nodes.put(replica, node);
        node.start();
    }

    void count(String what) {
        counters.merge(what, 1, Integer::sum);
    }

    /** Runs the next event. */
    void runOne() {
        Event event = events.remove();
        now = Math.max(now, event.time);
        event.action.run();
        checkLeaders();
    }

    void runUntil(long time) {
        while (!events.isEmpty() && events.element().time <= time) {
            runOne();
        }
        now = time;
    }

    void at(long time, Runnable action) {
        events.add(new Event(time, order++, action));
    }

    Node node(ReplicaId replica) {
        return Objects.requireNonNull(nodes.get(replica));
    }

    @Nullable
    Node leader() {
        Node leader = null;
        for (Node node : nodes.values()) {
            if (node.core != null && node.core.role() == Role.LEADER
                    && (leader == null || leader.core().term() < node.core().term())) {
                leader = node;
            }
        }
        return leader;
    }

    void propose(Node node) {
        if (node.core != null) {
            List<Input.Proposal> proposals = new ArrayList<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                byte[] command = new byte[8 + random.nextInt(64)];
                random.nextBytes(command);
                proposals.add(new Input.Proposal(++ticket, Bytes.wrap(command)));
            }
            node.step(new Input.Propose(proposals));
        }
    }

    void read(Node node) {
        if (node.core != null) {
            readFloor.put(++ticket, commitIndexMax);
            node.step(new Input.Read(ticket));
        }
    }

    /** Asks {@code node} for another membership, computed from the latest that it knows. */
    void changeMembership(Node node, Membership target) {
        if (node.core != null) {
            targets.put(++ticket, target);
            node.step(new Input.ChangeMembership(ticket, node.core.membershipIndex(), target));
        }
    }

    /** @param to null for whoever holds most */
    void transfer(Node node, @Nullable ReplicaId to) {
        if (node.core != null) {
            node.step(new Input.Transfer(++ticket, to));
        }
    }

    void cut(ReplicaId from, ReplicaId to) {
        cut.add(new Link(from, to));
    }

    /** In both directions. */
    void connect(ReplicaId a, ReplicaId b) {
        cut.remove(new Link(a, b));
        cut.remove(new Link(b, a));
    }

    void heal() {
        cut.clear();
    }

    /** Cuts off a random part of the cluster, one way or both ways, for a while. */
    void partition() {
        List<ReplicaId> all = new ArrayList<>(nodes.keySet());
        SortedSet<ReplicaId> side = new TreeSet<>();
        for (ReplicaId replica : all) {
            if (random.nextBoolean()) {
                side.add(replica);
            }
        }
        boolean oneWay = random.nextInt(3) == 0;
        for (ReplicaId a : all) {
            for (ReplicaId b : all) {
                if (side.contains(a) != side.contains(b) && (!oneWay || side.contains(a))) {
                    cut(a, b);
                }
            }
        }
        at(now + random.nextInt(5 * settings.electionTimeoutMillis()), this::heal);
        count("partition");
    }

    private void transmit(Message message) {
        if (cut.contains(new Link(message.from(), message.to())) || random.nextDouble() < faults.loss) {
            return;
        }
        int copies = random.nextDouble() < faults.repeat ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            int delay = random.nextInt(faults.delayMaxMillis) + (random.nextInt(20) == 0 ? 10 * faults.delayMaxMillis : 0);
            at(now + delay, () -> {
                Node node = node(message.to());
                if (node.core != null) {
                    node.step(new Input.Received(message));
                }
            });
        }
    }

    private void checkLeaders() {
        for (Node node : nodes.values()) {
            if (node.core != null) {
                node.checkCore(node.core);
            }
        }
    }

    /** Log Matching, by induction: a position names one entry, and one position before it. */
    private void noteAppended(Position before, Entry entry) {
        AppendedAt here = new AppendedAt(before, entry.payload());
        AppendedAt earlier = appended.putIfAbsent(entry.position(), here);
        require(earlier == null || earlier.equals(here), "Log Matching", entry.position());
    }

    private void noteApplied(Entry entry) {
        Entry earlier = committed.putIfAbsent(entry.index(), entry);
        require(earlier == null || earlier.equals(entry), "State Machine Safety", entry.position());
    }

    static void require(boolean holds, String property, Object what) {
        if (!holds) {
            throw new AssertionError(property + " is broken: " + what);
        }
    }

    /** A node, its disk and its host. */
    final class Node {
        final ReplicaId self;
        @Nullable
        RaftCore core;

        // The disk: what is durable, and what was asked for since.
        private HardState durableHard;
        private SnapshotPoint durableSnapshot;
        private Position durableBase;
        private final List<Entry> durableEntries = new ArrayList<>();
        private long durableCommit;
        private final ArrayDeque<Object> unsynced = new ArrayDeque<>();
        private boolean syncing;

        // The host, forgotten in a crash.
        private final ArrayDeque<Held> held = new ArrayDeque<>();
        private final NavigableMap<Long, Entry> log = new TreeMap<>();
        private Position base = Position.ZERO;
        private long lastSequence;
        private long durableSequence;
        private long wakeAt;
        private int life;
        private long applied;
        private long commitSeen;
        private long snapshotAt;
        private boolean snapshotting;
        private boolean led;
        private long ledTerm;

        Node(ReplicaId self, Recovered recovered) {
            this.self = self;
            durableHard = recovered.hardState();
            durableSnapshot = recovered.snapshot();
            durableBase = recovered.base();
            durableEntries.addAll(recovered.entries());
            durableCommit = recovered.commitIndex();
        }

        RaftCore core() {
            if (core == null) {
                throw new AssertionError(self + " is down");
            }
            return core;
        }

        void start() {
            life++;
            Recovered recovered = new Recovered(durableHard, durableSnapshot, durableBase, durableEntries, durableCommit);
            core = new RaftCore(self, settings, recovered, random.split());
            log.clear();
            base = durableBase;
            durableEntries.forEach(entry -> log.put(entry.index(), entry));
            lastSequence = 0;
            durableSequence = 0;
            applied = durableSnapshot.last().index();
            snapshotAt = applied;
            commitSeen = durableCommit;
            led = false;
            snapshotting = false;
            wakeAt = Long.MAX_VALUE;
            step(new Input.TimePassed());
        }

        /** What was not synced is gone; everybody may notice the broken connection. */
        void crash() {
            core = null;
            life++;
            unsynced.clear();
            held.clear();
            syncing = false;
            count("crash");
            for (Node peer : nodes.values()) {
                if (peer != this && random.nextBoolean()) {
                    at(now + random.nextInt(10), () -> peer.hint(self));
                }
            }
        }

        void hint(ReplicaId gone) {
            if (core != null) {
                step(new Input.Unreachable(gone));
            }
        }

        void step(Input input) {
            RaftCore stepping = core();
            boolean ledBefore = stepping.role() == Role.LEADER;
            long termBefore = stepping.term();
            Effects effects = stepping.step(now, input);
            require(stepping.term() >= termBefore, "the term never falls", self);
            boolean leadsOn = ledBefore && stepping.role() == Role.LEADER && stepping.term() == termBefore;
            carryOut(effects, leadsOn);
        }

        private void carryOut(Effects effects, boolean leadsOn) {
            int crashAfter = random.nextDouble() < faults.crashPerStep ? random.nextInt(8) : Integer.MAX_VALUE;
            Write write = effects.persist();
            if (write != null) {
                remember(write, leadsOn);
            }
            for (Message message : effects.send()) {
                if (crashAfter-- == 0) {
                    crashAndRestart();
                    return;
                }
                transmit(message);
            }
            for (Message message : effects.sendWhenDurable()) {
                held.addLast(new Held(lastSequence, message));
            }
            release();
            for (Entry entry : effects.apply()) {
                require(entry.index() == applied + 1, "every committed entry is applied, in order", entry.position());
                applied++;
                noteApplied(entry);
            }
            effects.sendSnapshots().forEach(this::sendSnapshot);
            effects.answers().forEach(this::checkAnswer);
            if (effects.compactTo() != null) {
                compactTo(effects.compactTo());
            }
            if (crashAfter < 8) {
                crashAndRestart();
                return;
            }
            wake(effects.wakeAtMillis());
        }

        /** It arrives or is lost; this node hears of it, or is another by then. */
        private void sendSnapshot(Effects.SendSnapshot sent) {
            int thisLife = life;
            long term = core().term();
            boolean lost = cut.contains(new Link(self, sent.to())) || random.nextDouble() < faults.loss;
            at(now + random.nextInt(20 * faults.delayMaxMillis), () -> {
                Node to = node(sent.to());
                boolean delivered = !lost && to.core != null;
                if (delivered) {
                    count("snapshot sent");
                    to.step(new Input.SnapshotReceived(self, term, sent.point()));
                }
                if (life == thisLife) {
                    step(new Input.SnapshotSent(sent.to(), sent.point(), delivered, false));
                }
            });
        }

        /** What a snapshot covers is committed, as others have seen. */
        private void install(SnapshotPoint point) {
            count("snapshot installed");
            Entry last = committed.get(point.last().index());
            require(last != null && last.position().equals(point.last()), "a snapshot is a prefix", point);
            require(point.last().index() > commitSeen, "a snapshot never goes back", point);
            log.clear();
            base = point.last();
            applied = base.index();
            snapshotAt = applied;
        }

        private void remember(Write write, boolean leadsOn) {
            require(write.sequence() == lastSequence + 1, "writes are numbered without a gap", write.sequence());
            lastSequence = write.sequence();
            if (write.install() != null) {
                install(write.install());
            }
            if (!write.entries().isEmpty()) {
                long first = write.entries().get(0).index();
                long last = log.isEmpty() ? base.index() : log.lastKey();
                require(!leadsOn || first == last + 1, "Leader Append-Only", first);
                require(first > commitSeen, "what is committed is never replaced", first);
                if (!log.tailMap(first, true).isEmpty()) {
                    count("conflict truncated");
                    if (log.tailMap(first, true).values().stream().anyMatch(Node::isMembership)) {
                        count("membership rolled back");
                    }
                    log.tailMap(first, true).clear();
                }
                for (Entry entry : write.entries()) {
                    Entry before = log.get(entry.index() - 1);
                    noteAppended(before == null ? base : before.position(), entry);
                    log.put(entry.index(), entry);
                }
            }
            unsynced.addLast(write);
            sync();
        }

        private void compactTo(Position newBase) {
            count("compaction");
            base = newBase;
            log.headMap(newBase.index(), true).clear();
            unsynced.addLast(newBase);
            sync();
        }

        /** What gathers while one sync is under way goes with the next: group commit. */
        private void sync() {
            if (!syncing) {
                syncing = true;
                int thisLife = life;
                at(now + random.nextInt(faults.syncMaxMillis), () -> {
                    if (life == thisLife) {
                        synced();
                    }
                });
            }
        }

        private void synced() {
            syncing = false;
            int count = 1 + random.nextInt(unsynced.size());
            Write newest = null;
            for (int i = 0; i < count; i++) {
                Object next = unsynced.removeFirst();
                if (next instanceof Write write) {
                    newest = write;
                    makeDurable(write);
                } else if (next instanceof SnapshotPoint point) {
                    durableSnapshot = point;
                    durableCommit = Math.max(durableCommit, point.last().index());
                } else if (next instanceof Position newBase) {
                    durableEntries.removeIf(entry -> entry.index() <= newBase.index());
                    durableBase = newBase;
                }
            }
            if (!unsynced.isEmpty()) {
                sync();
            }
            if (newest != null) {
                durableSequence = newest.sequence();
                release();
                step(new Input.Persisted(newest.sequence(), newest.term()));
            }
        }

        private void makeDurable(Write write) {
            require(write.hardState().term() >= durableHard.term(), "the durable term never falls", self);
            durableHard = write.hardState();
            SnapshotPoint installed = write.install();
            if (installed != null) {
                durableEntries.clear();
                durableSnapshot = installed;
                durableBase = installed.last();
            }
            if (!write.entries().isEmpty()) {
                long first = write.entries().get(0).index();
                durableEntries.removeIf(entry -> entry.index() >= first);
                durableEntries.addAll(write.entries());
            }
            durableCommit = Math.max(durableCommit, write.commitIndex());
        }

        private void release() {
            while (!held.isEmpty() && held.element().sequence <= durableSequence) {
                Message message = held.remove().message;
                if (message instanceof Message.RequestVoteResponse vote && vote.granted()) {
                    ReplicaId earlier = votes.putIfAbsent(new Ballot(vote.term(), self), vote.to());
                    require(earlier == null || earlier.equals(vote.to()), "one vote a term", vote);
                    require(durableHard.term() > vote.term() || vote.to().equals(durableHard.votedFor()),
                            "a vote is durable before it is told", vote);
                } else if (message instanceof Message.RequestVote request) {
                    ReplicaId earlier = votes.putIfAbsent(new Ballot(request.term(), self), self);
                    require(earlier == null || earlier.equals(self), "one vote a term", request);
                } else if (message instanceof Message.AppendEntriesResponse response && durableHard.term() == response.term()) {
                    long last = durableEntries.isEmpty() ? durableBase.index()
                            : durableEntries.get(durableEntries.size() - 1).index();
                    require(last >= response.matchIndex(), "an entry is durable before it is acknowledged", response);
                }
                transmit(message);
            }
        }

        private void checkAnswer(Answer answer) {
            if (answer instanceof Answer.ReadIndex read) {
                count("read");
                require(read.index() >= readFloor.getOrDefault(read.ticket(), Long.MAX_VALUE), "reads are linearizable", read);
            } else if (answer instanceof Answer.MembershipChanged changed) {
                count("membership changed");
                require(core().committedMembershipIndex() == changed.membershipIndex()
                        && core().membership().equals(targets.get(changed.ticket())), "the membership is what was asked for",
                        changed);
            } else if (answer instanceof Answer.MembershipUnknown) {
                count("membership unknown");
            } else if (answer instanceof Answer.Transferred) {
                count("transferred");
            } else if (answer instanceof Answer.Refused refused) {
                count("refused " + refused.reason());
            }
        }

        private static boolean isMembership(Entry entry) {
            return entry.payload() instanceof Payload.MembershipChange;
        }

        private void wake(long at) {
            if (at != wakeAt && at != Long.MAX_VALUE) {
                int thisLife = life;
                at(at, () -> {
                    if (life == thisLife && wakeAt == at) {
                        wakeAt = Long.MAX_VALUE;
                        step(new Input.TimePassed());
                    }
                });
            }
            wakeAt = at;
        }

        private void crashAndRestart() {
            crash();
            int thisLife = life;
            at(now + random.nextInt(3 * settings.electionTimeoutMillis()), () -> {
                if (life == thisLife) {
                    start();
                }
            });
        }

        void snapshot() {
            if (core != null && !snapshotting && applied > snapshotAt) {
                SnapshotPoint point = core.snapshotPoint(applied);
                snapshotting = true;
                snapshotAt = applied;
                int thisLife = life;
                at(now + random.nextInt(20), () -> {
                    snapshotting = life != thisLife && snapshotting;
                    // One that a leader has sent may have overtaken it.
                    if (life == thisLife && point.last().index() > base.index()) {
                        unsynced.addLast(point);
                        sync();
                        step(new Input.Snapshotted(point, 1 + random.nextInt(10_000)));
                    }
                });
            }
        }

        private void checkCore(RaftCore live) {
            require(live.commitIndex() >= commitSeen, "the commit index never falls", self);
            require(live.commitIndex() <= live.lastLog().index(), "only what is in the log is committed", self);
            require(applied <= live.commitIndex(), "only what is committed is applied", self);
            commitSeen = live.commitIndex();
            commitIndexMax = Math.max(commitIndexMax, commitSeen);
            boolean leads = live.role() == Role.LEADER;
            if (leads && !(led && ledTerm == live.term())) {
                ReplicaId other = leaderOfTerm.putIfAbsent(live.term(), self);
                require(other == null, "Election Safety", live.term());
                committed.tailMap(base.index(), false)
                        .forEach((index, entry) -> require(entry.equals(log.get(index)), "Leader Completeness", index));
                count("election won");
                if (live.membership().isJoint()) {
                    count("election won while joint");
                }
                if (!live.membership().isVoter(self)) {
                    count("election won by a replica that C_new leaves out");
                }
            }
            led = leads;
            ledTerm = live.term();
        }
    }
}
