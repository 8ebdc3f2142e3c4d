package io.quarkiverse.raftconfig.core;

import static io.quarkiverse.raftconfig.core.Replicas.replica;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;

/**
 * Every order of events, up to a bound, in which two processes with the founder's name (on different disks) ask two members.
 * Whatever was ever sent may arrive at any time, any number of times or never; either founder may be restarted at any
 * time, also when it has decided to found and not yet remembered it; a member may lose its disk. What is held against every
 * situation is what the class comment of {@link Founding} claims:
 * <ul>
 * <li>a founder founds only with replicas that were all promised to its attempt at one moment;</li>
 * <li>those of them that have their disks yet are promised to it for good;</li>
 * <li>hence two clusters are never founded.</li>
 * </ul>
 * Once both members have lost their disks, nobody is left whom a second founder would ask and who knows of the first cluster;
 * what is left of the promise then is {@link #whereAllMembersLostTheirDisksOnlyTheSecondClusterHasAMajority}.
 * <p>
 * A member needs no restarts here: it knows nothing but what it keeps, and nothing leaves before that is durable, so losing
 * the last steps in a crash is as if their inputs had been lost. A founder that loses its disk is a process that falls silent
 * and another one with its name: that is what the two are.
 */
class FoundingModelTest {
    private static final ReplicaId FIRST = replica("a", 1);
    private static final ReplicaId SECOND = replica("a", 2);
    private static final NodeId B = new NodeId("b");
    private static final NodeId C = new NodeId("c");
    /** By number; the last two are the members. */
    private static final List<NodeId> PROCESSES = List.of(FIRST.node(), SECOND.node(), B, C);
    private static final SortedSet<NodeId> MEMBERS = new TreeSet<>(List.of(FIRST.node(), B, C));
    private static final RaftSettings SETTINGS = new RaftSettings(2, 1, 1, 1, 1, 1);

    /** @param to the number of the process */
    private record Sent(ReplicaId from, int to, FoundingMessage message) {
    }

    /** All that one process knows. */
    private record Knowledge(ReplicaId self, FoundingRecord kept, Founding.Phase phase, List<ReplicaId> answered,
            List<NodeId> confirmed,
            boolean blank) {
    }

    /**
     * Of each process, the number of what it knows.
     *
     * @param sent the numbers of all messages that were ever sent, as bits
     * @param held the numbers of all attempts to which both members were promised at one moment, as bits
     */
    private record Situation(int first, int second, int b, int c, long sent, long held) {
        int known(int process) {
            return process == 0 ? first : process == 1 ? second : process == 2 ? b : c;
        }

        Situation with(int process, int known, long more) {
            return new Situation(process == 0 ? known : first, process == 1 ? known : second, process == 2 ? known : b,
                    process == 3 ? known : c, sent | more, held);
        }

        Situation holding(long more) {
            return new Situation(first, second, b, c, sent, held | more);
        }
    }

    /** An attempt and the replicas that were promised to it. */
    private record Held(ReplicaId founder, long attempt, ReplicaId b, ReplicaId c) {
    }

    /** What becomes of a process by one message, or by time. */
    private record Outcome(int known, long sent, boolean found) {
    }

    private final List<Sent> messages = new ArrayList<>();
    private final Map<Sent, Integer> messageNumbers = new HashMap<>();
    private final List<Founding> processes = new ArrayList<>();
    private final List<ReplicaId> selves = new ArrayList<>();
    private final Map<List<Object>, Integer> knowledgeNumbers = new HashMap<>();
    /** By what is known and then by message, the last for time; null if it did not happen yet. */
    private final List<Outcome[]> outcomes = new ArrayList<>();
    private final Map<Held, Integer> heldNumbers = new HashMap<>();
    private final Set<Situation> seen = new HashSet<>();
    private final ArrayDeque<Situation> toVisit = new ArrayDeque<>();
    private int founded;
    private int[] attempts = {};
    private boolean diskIsLost;

    @Test
    void twoProcessesWithTheFoundersNameNeverFoundTwoClusters() {
        explore(2, 1, false);
    }

    @Test
    void norIfOneMemberLosesItsDisk() {
        explore(1, 1, true);
    }

    @Test
    void lateMessagesOfAnEarlierAttemptUndoNothing() {
        explore(2, 0, false);
    }

    /**
     * No two clusters that can go on: the first has lost two of its three replicas, and as votes go by replica and not by name,
     * the new disks don't stand in for the old.
     */
    @Test
    void whereAllMembersLostTheirDisksOnlyTheSecondClusterHasAMajority() {
        // given a cluster that one process with the founder's name has founded
        ReplicaId oldB = new ReplicaId(B, new StorageId(0, 1));
        ReplicaId oldC = new ReplicaId(C, new StorageId(0, 1));
        SortedSet<ReplicaId> first = foundedWith(FIRST, oldB, oldC);

        // when both others lose their disks, and then the other process asks
        SortedSet<ReplicaId> second = foundedWith(SECOND, new ReplicaId(B, new StorageId(0, 2)),
                new ReplicaId(C, new StorageId(0, 2)));

        // then there is a second cluster, without any replica of the first, of which one is left
        assertThat(first).containsExactly(FIRST, oldB, oldC);
        assertThat(second).hasSize(3).doesNotContainAnyElementsOf(first);
    }

    private static SortedSet<ReplicaId> foundedWith(ReplicaId founder, ReplicaId... others) {
        Founding founding = newFounding(founder, FoundingRecord.NONE);
        FoundingEffects effects = founding.step(0, new FoundingInput.TimePassed());
        List<ReplicaId> replicas = List.of(others);
        List<Founding> members = replicas.stream().map(it -> newFounding(it, FoundingRecord.NONE)).toList();
        ArrayDeque<FoundingEffects.Outgoing> asked = new ArrayDeque<>(effects.sendWhenDurable());
        SortedSet<ReplicaId> found = null;
        while (!asked.isEmpty()) {
            FoundingEffects.Outgoing question = asked.remove();
            int member = question.to().equals(B) ? 0 : 1;
            FoundingEffects answer = members.get(member).step(0, new FoundingInput.Received(founder, question.message()));
            effects = founding.step(0,
                    new FoundingInput.Received(replicas.get(member), answer.sendWhenDurable().get(0).message()));
            asked.addAll(effects.sendWhenDurable());
            found = effects.found();
        }
        return found == null ? new TreeSet<>() : found;
    }

    private void explore(int attemptsOfFirst, int attemptsOfSecond, boolean diskIsLost) {
        attempts = new int[] { attemptsOfFirst, attemptsOfSecond };
        this.diskIsLost = diskIsLost;
        visit(new Situation(blank(0, FIRST), blank(1, SECOND), blank(2, new ReplicaId(B, new StorageId(0, 1))),
                blank(3, new ReplicaId(C, new StorageId(0, 1))), 0, 0));
        while (!toVisit.isEmpty()) {
            expand(toVisit.remove());
        }
        assertThat(founded).as("situations in which one has founded").isPositive();
        System.out.println(seen.size() + " situations, in " + founded + " of them one has founded");
    }

    private void expand(Situation situation) {
        for (int founder = 0; founder < 2; founder++) {
            Founding process = processes.get(situation.known(founder));
            if (process.isBlank() && process.kept().attempt() < attempts[founder]) {
                step(situation, founder, -1);
                restart(situation, founder);
            }
        }
        // One of the two members stands for either.
        if (diskIsLost && selves.get(situation.b).storage().low() == 1) {
            visit(situation.with(2, blank(2, new ReplicaId(B, new StorageId(0, 2))), 0));
        }
        for (int message = 0; message < messages.size(); message++) {
            if ((situation.sent & 1L << message) != 0) {
                int receiver = messages.get(message).to;
                boolean spent = receiver < 2 && processes.get(situation.known(receiver)).phase() == Founding.Phase.READY;
                if (!spent) {
                    step(situation, receiver, message);
                }
            }
        }
    }

    private void step(Situation situation, int process, int message) {
        int known = situation.known(process);
        int place = message < 0 ? Long.SIZE : message;
        Outcome outcome = outcomes.get(known)[place];
        if (outcome == null) {
            outcome = outcomeOf(process, known, message);
            outcomes.get(known)[place] = outcome;
        }
        Situation after = situation.with(process, outcome.known, outcome.sent);
        if (outcome.found) {
            // Either the founding became durable, or the founder crashed first.
            restart(after, process);
        }
        visit(after);
    }

    private Outcome outcomeOf(int process, int known, int message) {
        Founding next = new Founding(processes.get(known));
        FoundingEffects effects;
        if (message < 0) {
            effects = next.step(Long.MAX_VALUE / 2, new FoundingInput.TimePassed());
        } else {
            Sent received = messages.get(message);
            effects = next.step(0, new FoundingInput.Received(received.from, received.message));
        }
        long sent = 0;
        for (FoundingEffects.Outgoing outgoing : effects.sendWhenDurable()) {
            sent |= 1L << numberOf(new Sent(selves.get(known), receiver(outgoing), outgoing.message()));
        }
        return new Outcome(numberOf(process, selves.get(known), next), sent, effects.found() != null);
    }

    private void restart(Situation situation, int founder) {
        ReplicaId self = selves.get(situation.known(founder));
        FoundingRecord kept = processes.get(situation.known(founder)).kept();
        visit(situation.with(founder, numberOf(founder, self, newFounding(self, kept)), 0));
    }

    private void visit(Situation reached) {
        Situation situation = reached.holding(heldNow(reached));
        if (seen.add(situation)) {
            boolean first = check(situation, situation.first);
            boolean second = check(situation, situation.second);
            if (first && second) {
                throw new AssertionError("both have founded");
            }
            founded += first || second ? 1 : 0;
            toVisit.add(situation);
        }
    }

    /** The attempt, as bit, to which both members are promised now; without lost disks, what they keep tells enough. */
    private long heldNow(Situation situation) {
        if (!diskIsLost) {
            return 0;
        }
        FoundingRecord b = processes.get(situation.b).kept();
        FoundingRecord c = processes.get(situation.c).kept();
        ReplicaId founder = b.promisedTo();
        return founder == null || !founder.equals(c.promisedTo()) || b.promisedAttempt() != c.promisedAttempt() ? 0
                : bit(new Held(founder, b.promisedAttempt(), selves.get(situation.b), selves.get(situation.c)));
    }

    private long bit(Held held) {
        int number = heldNumbers.computeIfAbsent(held, added -> heldNumbers.size());
        if (number >= Long.SIZE) {
            throw new AssertionError("too many attempts for the bits of a long");
        }
        return 1L << number;
    }

    /** Whether the process has founded; if so, it was allowed to, and those whom it names keep to it. */
    private boolean check(Situation situation, int known) {
        Founding process = processes.get(known);
        if (process.isBlank()) {
            return false;
        }
        ReplicaId self = selves.get(known);
        long attempt = process.kept().attempt();
        ReplicaId b = process.answered().get(B);
        ReplicaId c = process.answered().get(C);
        if (b == null || c == null
                || (diskIsLost && (situation.held & bit(new Held(self, attempt, b, c))) == 0)) {
            throw new AssertionError("founded with replicas that were not promised to it at one moment");
        }
        for (int member = 2; member < 4; member++) {
            FoundingRecord kept = processes.get(situation.known(member)).kept();
            boolean promised = self.equals(kept.promisedTo()) && kept.promisedAttempt() == attempt;
            if (hasDisk(situation, member, process) && !promised) {
                throw new AssertionError("a member of a cluster is not promised to it any more");
            }
        }
        return true;
    }

    /** Whether {@code member} is yet the replica that {@code founder} has founded with. */
    private boolean hasDisk(Situation situation, int member, Founding founder) {
        return selves.get(situation.known(member)).equals(founder.answered().get(PROCESSES.get(member)));
    }

    private int blank(int process, ReplicaId self) {
        return numberOf(process, self, newFounding(self, FoundingRecord.NONE));
    }

    private int numberOf(int process, ReplicaId self, Founding founding) {
        var knowledge = new Knowledge(self, founding.kept(), founding.phase(), List.copyOf(founding.answered().values()),
                List.copyOf(founding.confirmed()), founding.isBlank());
        return knowledgeNumbers.computeIfAbsent(List.of(process, knowledge), added -> {
            processes.add(founding);
            selves.add(self);
            outcomes.add(new Outcome[Long.SIZE + 1]);
            return processes.size() - 1;
        });
    }

    private int numberOf(Sent message) {
        return messageNumbers.computeIfAbsent(message, added -> {
            messages.add(added);
            if (messages.size() > Long.SIZE) {
                throw new AssertionError("too many messages for the bits of a long");
            }
            return messages.size() - 1;
        });
    }

    /** What goes to the founder's name is meant for the one that it names, and the other would not heed it. */
    private static int receiver(FoundingEffects.Outgoing outgoing) {
        if (outgoing.to().equals(FIRST.node())) {
            return outgoing.message().founder().equals(FIRST) ? 0 : 1;
        }
        return PROCESSES.indexOf(outgoing.to());
    }

    private static Founding newFounding(ReplicaId process, FoundingRecord kept) {
        return new Founding(process, MEMBERS, kept, true, SETTINGS, new SplittableRandom(1));
    }
}
