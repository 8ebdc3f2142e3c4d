package io.quarkiverse.raftconfig.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.node.Insides;
import io.quarkiverse.raftconfig.node.NodeStatus;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.Transaction;

/**
 * The second part of a run: some majority is healed for good, while the others may stay dead, or out of reach. It must find a
 * leader, take a write and answer a read through each of its nodes, and come to the same state, within a number of election
 * timeouts.
 */
final class Liveness {
    /** In election timeouts of a clock at half speed. */
    private static final int PATIENCE = 40;

    private final Simulation simulation;
    private final SimOptions options;
    private final Nemesis nemesis;
    private final List<SimClient> clients;
    private final SplittableRandom random;
    /**
     * What was begun before may take long: what the clients have left, and what learners are to take up, where a link carries
     * one entry at a time, a round trip for each; and what a disk does that was slow when it began.
     */
    private long backlogMicros;

    Liveness(Simulation simulation, SimOptions options, Nemesis nemesis, List<SimClient> clients) {
        this.simulation = simulation;
        this.options = options;
        this.nemesis = nemesis;
        this.clients = clients;
        this.random = options.stream(7);
    }

    /** @throws Violation if it does not */
    void show() {
        clients.forEach(SimClient::retire);
        nemesis.calm();
        List<SimNode> healed = healed();
        simulation.say(() -> "liveness: " + healed + " are healed");
        for (SimNode node : simulation.nodes()) {
            if (healed.contains(node)) {
                restore(node);
            } else if (random.nextBoolean()) {
                simulation.crash(node);
            }
        }
        backlogMicros = missing(healed) * 4 * (options.weather().delayMicrosMax() + options.diskMicros()) + disksBusyMicros();
        boolean areHeard = random.nextBoolean();
        nemesis.cutOff(node -> !healed.contains(node), areHeard);

        if (options.changes().happen()) {
            await("a leader, and no change of the membership is under way", this::isAtRest);
        }
        List<SimNode> members = healed.stream().filter(this::isMember).toList();
        await("a leader, and all have caught up with it",
                () -> members.stream().allMatch(node -> isCaughtUp(node) || !isMember(node)));
        for (SimNode node : members) {
            awaitWrite(node, areAllMembers(members));
        }
        await("all have applied the same, and told their listeners",
                () -> isSame(members.stream().filter(this::isMember).toList())
                        && members.stream().allMatch(simulation.listeners()::isUpToDate));
        await("nobody waits within them any more",
                () -> members.stream().allMatch(node -> Insides.areEmpty(node.requireLife().node)));
        simulation.scenes().count(Scene.LIVENESS_SHOWN);
    }

    /** Founding takes all members. Later, a majority of the voters that still have their disks is enough. */
    private List<SimNode> healed() {
        List<SimNode> sound = new ArrayList<>(simulation.nodes());
        boolean founded = simulation.commits().committed() > 0;
        if (!founded) {
            sound.forEach(this::restore);
            await("a cluster is founded", () -> simulation.commits().committed() > 0);
        }
        if (options.changes().happen()) {
            return healedOf(sound);
        }
        sound.removeIf(node -> !simulation.model().membership().voters().contains(node.replica()));
        int majority = simulation.nodes().size() / 2 + 1;
        int left = founded ? majority + random.nextInt(sound.size() - majority + 1) : sound.size();
        while (sound.size() > left) {
            sound.remove(random.nextInt(sound.size()));
        }
        return sound;
    }

    /** Some of which can decide, whatever the membership comes to. */
    private List<SimNode> healedOf(List<SimNode> all) {
        List<SimNode> left = new ArrayList<>(all);
        int tries = random.nextInt(2 * all.size());
        for (int i = 0; i < tries; i++) {
            SimNode one = left.get(random.nextInt(left.size()));
            if (simulation.operator().deciders().remain(node -> node != one && left.contains(node))) {
                left.remove(one);
            }
        }
        return left;
    }

    /** Nobody will ask for another membership, but those who do so by their settings: they remove nobody. */
    private boolean isAtRest() {
        SimNode leader = simulation.leader();
        return leader != null && !leader.requireLife().status.changing()
                && isMember(leader) && !simulation.operator().deciders().areAwaited();
    }

    private boolean isMember(SimNode node) {
        SimNode leader = simulation.leader();
        return !options.changes().happen()
                || (leader != null && leader.requireLife().status.membership().replicas().contains(node.replica()));
    }

    /** Whether no member is away, or lost. */
    private boolean areAllMembers(List<SimNode> nodes) {
        return simulation.model().membership().replicas().stream()
                .allMatch(member -> nodes.stream().anyMatch(node -> node.replica().equals(member)));
    }

    /** Whoever is broken is started again. */
    private void restore(SimNode node) {
        if (node.isUp() && isBroken(node.requireLife())) {
            simulation.crash(node);
        }
        simulation.start(node);
    }

    /** How many entries are to be committed yet, or to be taken up by one of {@code healed}. */
    private long missing(List<SimNode> healed) {
        long last = 0;
        for (SimNode node : simulation.nodes()) {
            last = Math.max(last, node.isUp() ? node.requireLife().node.status().lastLogIndex() : 0);
        }
        long held = simulation.commits().committed();
        for (SimNode node : healed) {
            held = Math.min(held, node.requireLife().node.status().lastLogIndex());
        }
        return Math.max(0, last - held);
    }

    private long disksBusyMicros() {
        long until = simulation.time().nowMicros();
        for (SimNode node : simulation.nodes()) {
            until = Math.max(until, node.isUp() ? node.requireLife().lanes.busyUntilMicros() : 0);
        }
        return until - simulation.time().nowMicros();
    }

    private static boolean isBroken(SimNode.Life life) {
        return life.status.degraded() != null || life.store.hasFailed();
    }

    private boolean isCaughtUp(SimNode node) {
        NodeStatus status = node.requireLife().status;
        SimNode leader = simulation.leader();
        return leader != null && leader.id().equals(status.leader()) && status.caughtUp();
    }

    /**
     * A log that is full stays so in this version while a member is away that still needs it: then that is what the
     * writer must be told.
     */
    private void awaitWrite(SimNode node, boolean allAreThere) {
        boolean mayBeFull = !allAreThere && options.raft().logBytesMax() < 1_000_000;
        AtomicBoolean done = new AtomicBoolean();
        writeUntil(node, done, mayBeFull);
        // What was asked for long ago, and was late on its way, may still make it leave.
        await("a write through " + node + " is done", () -> done.get() || !isMember(node));
        AtomicBoolean found = new AtomicBoolean();
        readUntil(node, node.requireLife().state.revision(), found);
        await("a linearizable read on " + node + " is answered", () -> found.get() || !isMember(node));
    }

    private void writeUntil(SimNode node, AtomicBoolean done, boolean mayBeFull) {
        write(node).whenComplete((outcome, failure) -> {
            if (failure == null || mayBeFull) {
                done.set(true);
            } else {
                simulation.time().schedule(options.electionTimeoutMillis() * 500L, () -> writeUntil(node, done, mayBeFull));
            }
        });
    }

    /**
     * First all that clients have left is removed, then as much is written as the store may hold: nothing else takes up room.
     */
    private CompletionStage<Outcome> write(SimNode node) {
        List<Transaction.Change> removals = new ArrayList<>();
        for (int i = 0; i < options.properties(); i++) {
            removals.add(new Transaction.Change("p" + i, null, Expectation.none()));
        }
        List<Transaction.Change> changes = new ArrayList<>();
        for (int i = 0; i < Math.min(3, options.propertiesMax()); i++) {
            changes.add(new Transaction.Change("last" + i, "by " + node.id() + simulation.tick(), Expectation.none()));
        }
        return propose(node, removals).thenCompose(removed -> propose(node, changes));
    }

    private CompletionStage<Outcome> propose(SimNode node, List<Transaction.Change> changes) {
        return node.requireLife().node.propose(new Transaction("liveness", null, null, changes),
                options.electionTimeoutMillis() * 4L);
    }

    private void readUntil(SimNode node, long revision, AtomicBoolean done) {
        node.requireLife().node.readLinearizable(options.electionTimeoutMillis() * 4L).whenComplete((state, failure) -> {
            if (failure == null) {
                simulation.time().schedule(0, () -> simulation.read(node, revision, state));
                done.set(true);
            } else {
                simulation.time().schedule(options.electionTimeoutMillis() * 500L, () -> readUntil(node, revision, done));
            }
        });
    }

    private boolean isSame(List<SimNode> nodes) {
        if (nodes.isEmpty()) {
            return true;
        }
        NodeStatus first = nodes.get(0).requireLife().status;
        long hash = StateMachineSafety.hash(nodes.get(0).requireLife().state);
        for (SimNode node : nodes) {
            NodeStatus status = node.requireLife().status;
            if (status.lastApplied() != status.lastLogIndex() || status.lastApplied() != first.lastApplied()
                    || StateMachineSafety.hash(node.requireLife().state) != hash) {
                return false;
            }
        }
        return true;
    }

    private void await(String what, BooleanSupplier condition) {
        VirtualTime time = simulation.time();
        long untilMicros = time.nowMicros() + options.electionTimeoutMillis() * 1000L * PATIENCE + backlogMicros;
        while (!condition.getAsBoolean()) {
            if (!simulation.next(untilMicros)) {
                StringBuilder nodes = new StringBuilder();
                simulation.nodes().forEach(node -> nodes.append("\n  ").append(node).append(": ")
                        .append(node.isUp() ? Insides.describe(node.requireLife().node) + " " + node.requireLife().status
                                : "down"));
                throw new Violation("Liveness", "within " + PATIENCE + " election timeouts it has not come to this: " + what
                        + nodes);
            }
        }
    }
}
