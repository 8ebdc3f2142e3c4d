package io.quarkiverse.raftconfig.sim;

import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Predicate;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.sim.SimNetwork.Weather;
import io.quarkiverse.raftconfig.state.Transaction;

/** Lets go wrong what the schedule says, and mends it when its time is over. */
final class Nemesis {
    private final Simulation simulation;
    private final SimOptions options;
    private final VirtualTime time;
    private final Predicate<Fault> happens;
    private final int size;
    /** By the number of the fault that lasts; of the weather the latest counts. */
    private final SortedMap<Integer, boolean[][]> cuts = new TreeMap<>();
    private final SortedMap<Integer, Weather> weather = new TreeMap<>();
    private boolean calm;

    Nemesis(Simulation simulation, SimOptions options, Predicate<Fault> happens) {
        this.simulation = simulation;
        this.options = options;
        this.time = simulation.time();
        this.happens = happens;
        this.size = options.allNodes();
    }

    void begin() {
        for (Fault fault : Fault.schedule(options)) {
            if (happens.test(fault)) {
                time.schedule(fault.atMicros(), () -> begin(fault));
            }
        }
    }

    /** From now on nothing goes wrong any more, and the network is whole. What is down stays down. */
    void calm() {
        calm = true;
        cuts.clear();
        weather.clear();
        apply();
        for (SimNode node : simulation.nodes()) {
            node.doom(SimNode.Doom.NONE);
            node.diskSlowness(1);
            node.diskHungUntil(0);
            resume(node);
            if (node.isUp()) {
                node.requireLife().store.mended();
            }
        }
    }

    /** It has come to the moment that a crash has waited for. */
    void doomed(SimNode node) {
        node.doom(SimNode.Doom.NONE);
        SimNode.Life life = node.life();
        time.schedule(0, () -> {
            if (node.life() == life && !calm) {
                crash(node, options.electionTimeoutMillis() * 500L);
            }
        });
    }

    /** The same, and not a moment later. */
    void doomedNow(SimNode node) {
        node.doom(SimNode.Doom.NONE);
        crash(node, options.electionTimeoutMillis() * 500L);
    }

    /** An operator, or Kubernetes, starts it again after a while. */
    void degraded(SimNode node) {
        simulation.scenes().count(Scene.DISK_FAILED);
        SimNode.Life life = node.life();
        time.schedule(options.electionTimeoutMillis() * 2_000L, () -> {
            if (node.life() == life && !calm) {
                crash(node, 1_000);
            }
        });
    }

    private void crash(SimNode node, long downMicros) {
        simulation.crash(node);
        time.schedule(downMicros, () -> {
            if (!calm) {
                simulation.start(node);
            }
        });
    }

    private void begin(Fault fault) {
        if (calm) {
            return;
        }
        simulation.say(() -> "fault " + fault);
        SplittableRandom random = fault.random();
        SimNode node = simulation.nodes().get(random.nextInt(size));
        SimNode leader = simulation.leader();
        SimNode leaderOrAny = leader == null ? node : leader;
        long duration = fault.durationMicros();
        switch (fault.verb()) {
            case CRASH -> crash(node, duration);
            case CRASH_LEADER -> crash(leaderOrAny, duration);
            case CRASH_ALL -> {
                simulation.scenes().count(Scene.CRASH_OF_ALL);
                simulation.nodes().forEach(each -> crash(each, random.nextLong(duration)));
            }
            case CRASH_IN_COMMIT -> node.doom(SimNode.Doom.IN_COMMIT);
            case CRASH_IN_COMPACTION -> simulation.nodes().forEach(each -> each.doom(SimNode.Doom.IN_COMPACTION));
            case CRASH_AFTER_COMMIT -> node.doom(SimNode.Doom.AFTER_COMMIT);
            case CRASH_AFTER_SEND -> node.doom(SimNode.Doom.AFTER_SEND);
            case CRASH_NEW_LEADER -> simulation.nodes().forEach(each -> each.doom(SimNode.Doom.AS_LEADER));
            case RESTART -> simulation.stop(node, () -> simulation.start(node));
            case ISOLATE -> cut(fault, (from, to) -> (from == node.number()) != (to == node.number()));
            case ISOLATE_LEADER -> {
                cut(fault, (from, to) -> (from == leaderOrAny.number()) != (to == leaderOrAny.number()));
                proposeInVain(leaderOrAny, random.nextBoolean() ? random.nextInt(200) : 0);
                readMeanwhile(leaderOrAny, random);
            }
            case DEAF -> {
                cut(fault, (from, to) -> to == leaderOrAny.number());
                readMeanwhile(leaderOrAny, random);
            }
            case MUTE -> {
                cut(fault, (from, to) -> from == leaderOrAny.number());
                readMeanwhile(leaderOrAny, random);
            }
            case SPLIT -> {
                long side = random.nextLong();
                cut(fault, (from, to) -> (side >> from & 1) != (side >> to & 1));
            }
            case BRIDGE -> {
                long side = random.nextLong();
                cut(fault, (from, to) -> from != node.number() && to != node.number()
                        && (side >> from & 1) != (side >> to & 1));
            }
            case RING -> cut(fault, (from, to) -> (from + 1) % size != to && (to + 1) % size != from);
            case CUTS -> {
                long chosen = random.nextLong();
                cut(fault, (from, to) -> (chosen >> (from * size + to) & 1) == 0);
            }
            case LOSS -> weather(fault, now -> new Weather(now.delayMicrosMin(), now.delayMicrosMax(), 0.5,
                    now.doubleRate(), now.lateRate()));
            case DELAY -> weather(fault, now -> new Weather(options.electionTimeoutMillis() * 25L,
                    options.electionTimeoutMillis() * 125L, now.lossRate(), now.doubleRate(), now.lateRate()));
            case DISORDER -> weather(fault, now -> new Weather(now.delayMicrosMin(), now.delayMicrosMax(), now.lossRate(),
                    0.3, 0.3));
            case REPLAY -> {
                for (int i = 0; i < 20; i++) {
                    time.schedule(random.nextLong(duration), () -> {
                        if (!calm) {
                            simulation.network().replayOld();
                        }
                    });
                }
            }
            case RESETS -> resets(random, duration);
            case PAUSE -> pause(node, duration);
            case PAUSE_LEADER -> {
                pause(leaderOrAny, duration);
                readMeanwhile(leaderOrAny, random);
            }
            case SLOW_DISK -> {
                node.diskSlowness(2 + random.nextInt(200));
                time.schedule(duration, () -> node.diskSlowness(1));
            }
            case HUNG_DISK -> {
                simulation.scenes().count(Scene.DISK_HUNG);
                node.diskHungUntil(time.nowMicros() + duration);
            }
            case DISK_ERROR -> failDisk(node, "Input/output error");
            case DISK_FULL -> failDisk(node, "No space left on device");
            case CLOCK_RATE -> node.clock().runAt(0.5 + random.nextDouble() * 1.5);
            case WALL_JUMP -> {
                if (options.wallJumps()) {
                    node.clock().jumpWall(random.nextLong(-86_400_000, 86_400_000));
                }
            }
            case WIPE -> wipe(node, duration);
            case DISK_ROT -> rot(node, duration);
            case STRANGERS -> simulation.network().hearStrangers(node.id(), random);
            case CHANGE_MEMBERS -> simulation.operator().changeMembers(random);
            case CRASH_IN_CHANGE -> {
                simulation.nodes().forEach(each -> each.doom(SimNode.Doom.IN_CHANGE));
                simulation.operator().changeMembers(random);
            }
            case TRANSFER -> simulation.operator().transfer(random);
            case TAKE_SNAPSHOT -> simulation.operator().takeSnapshot(node);
            default -> throw new AssertionError("unhandled fault: " + fault);
        }
    }

    /** Makes the log of a leader long that nobody hears. What is proposed changes nothing, if it is ever committed. */
    private void proposeInVain(SimNode node, int count) {
        SimNode.Life life = node.life();
        if (life != null) {
            var nothing = new Transaction.Change("nothing", null, Expectation.none());
            for (int i = 0; i < count; i++) {
                life.node.propose(new Transaction("nobody", null, null, List.of(nothing)), options.electionTimeoutMillis());
            }
        }
    }

    /**
     * Somebody reads where another may have been made leader without its knowing (§8). At best its clock is slow: with clocks
     * that agree it steps down before others elect.
     */
    private void readMeanwhile(SimNode node, SplittableRandom random) {
        if (random.nextBoolean()) {
            node.clock().runAt(0.5);
        }
        for (int i = 0; i < 8; i++) {
            time.schedule(random.nextLong(options.electionTimeoutMillis() * 4_000L), () -> {
                SimNode.Life life = node.life();
                long acknowledged = simulation.acknowledgedRevision();
                if (life != null && !calm) {
                    life.node.readLinearizable(options.electionTimeoutMillis()).thenAccept(
                            state -> time.schedule(0, () -> simulation.read(node, acknowledged, state)));
                }
            });
        }
    }

    private static void failDisk(SimNode node, String message) {
        SimNode.Life life = node.life();
        if (life != null) {
            life.store.failNext(message);
        }
    }

    private void wipe(SimNode node, long downMicros) {
        if (mayLoseItsDisk(node)) {
            if (simulation.commits().committed() == 0) {
                simulation.scenes().count(Scene.NODE_WIPED_BEFORE_FOUNDING);
            }
            crash(node, downMicros);
            simulation.wipe(node);
        }
    }

    /**
     * Only so many that a majority of the voters keeps its disks, whichever those may be. Whoever founds the cluster keeps its
     * own until then: those that have promised themselves to it refuse another founder for good.
     */
    private boolean mayLoseItsDisk(SimNode node) {
        if (options.changes().happen() && simulation.commits().committed() > 0) {
            return simulation.operator().deciders().remain(other -> other != node) && isSomeFounderLeft(node);
        }
        long wiped = simulation.nodes().stream().filter(SimNode::isWiped).count();
        boolean founded = simulation.commits().committed() > 0;
        return (founded || node.number() > 0) && !node.isWiped() && wiped + 1 <= (options.nodes() - 1) / 2;
    }

    /** If all that founded the cluster began anew, they would found another. */
    private boolean isSomeFounderLeft(SimNode without) {
        return simulation.nodes().stream().anyMatch(
                node -> node != without && node.number() < options.nodes() && node.disk().log().lastIndex() > 0);
    }

    /** Who finds damage refuses to start, and only an empty disk helps. A read that failed may succeed the next time. */
    private void rot(SimNode node, long downMicros) {
        if (!options.journaled() || !mayLoseItsDisk(node)) {
            return;
        }
        simulation.crash(node);
        Medium.Damage damage = node.disk().medium().damage();
        simulation.say(() -> node + ": " + damage);
        if (simulation.starts(node)) {
            return;
        }
        if (damage == Medium.Damage.BIT_FLIPPED) {
            simulation.scenes().count(Scene.DAMAGE_FOUND);
            simulation.wipe(node);
        } else {
            simulation.scenes().count(Scene.READ_FAILED_AT_START);
        }
        crash(node, downMicros);
    }

    private void pause(SimNode node, long micros) {
        SimNode.Life life = node.life();
        if (life != null) {
            simulation.scenes().count(Scene.PAUSED);
            life.loop.pause();
            time.schedule(micros, () -> {
                if (node.life() == life) {
                    resume(node);
                }
            });
        }
    }

    private static void resume(SimNode node) {
        SimNode.Life life = node.life();
        if (life != null && life.loop.isPaused()) {
            life.loop.resume();
        }
    }

    private void resets(SplittableRandom random, long micros) {
        List<SimNode> nodes = simulation.nodes();
        for (int i = 0; i < 10; i++) {
            SimNode one = nodes.get(random.nextInt(size));
            SimNode other = nodes.get(random.nextInt(size));
            time.schedule(random.nextLong(micros), () -> {
                if (!calm && one != other) {
                    simulation.network().reset(one.id(), other.id());
                }
            });
        }
    }

    /** Whether nothing passes from one to the other, by their numbers. */
    private interface Cut {
        boolean is(int from, int to);
    }

    private void cut(Fault fault, Cut cut) {
        boolean[][] matrix = new boolean[size][size];
        boolean any = false;
        for (int from = 0; from < size; from++) {
            for (int to = 0; to < size; to++) {
                matrix[from][to] = from != to && cut.is(from, to);
                any |= matrix[from][to];
            }
        }
        if (any) {
            simulation.scenes().count(Scene.PARTITIONED);
        }
        cuts.put(fault.number(), matrix);
        applyUntil(fault);
    }

    /** What the weather is now becomes another. */
    private interface Change {
        Weather of(Weather now);
    }

    private void weather(Fault fault, Change change) {
        weather.put(fault.number(), change.of(simulation.network().weather()));
        applyUntil(fault);
    }

    private void applyUntil(Fault fault) {
        apply();
        time.schedule(fault.durationMicros(), () -> {
            simulation.say(() -> "fault " + fault.number() + " is over");
            cuts.remove(fault.number());
            weather.remove(fault.number());
            apply();
        });
    }

    private void apply() {
        SimNetwork network = simulation.network();
        network.heal();
        for (boolean[][] matrix : cuts.values()) {
            for (int from = 0; from < size; from++) {
                for (int to = 0; to < size; to++) {
                    if (matrix[from][to]) {
                        network.cut(from, to);
                    }
                }
            }
        }
        List<Weather> lasting = List.copyOf(weather.values());
        network.weather(lasting.isEmpty() ? options.weather() : lasting.get(lasting.size() - 1));
    }

    /**
     * For good: {@code those} can't be reached by the others any more.
     *
     * @param areHeard whether the others still hear them: a deaf leader must not keep them from having another
     */
    void cutOff(Predicate<SimNode> those, boolean areHeard) {
        boolean[][] matrix = new boolean[size][size];
        for (SimNode from : simulation.nodes()) {
            for (SimNode to : simulation.nodes()) {
                boolean hears = areHeard && those.test(from);
                matrix[from.number()][to.number()] = those.test(from) != those.test(to) && !hears;
            }
        }
        cuts.put(Integer.MAX_VALUE, matrix);
        apply();
    }
}
