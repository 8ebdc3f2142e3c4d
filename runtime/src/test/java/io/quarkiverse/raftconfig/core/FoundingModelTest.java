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
 * time, also when it has decided to found and not yet remembered it; one member may lose its disk. In no order do both found.
 * <p>
 * A member needs no restarts here: it knows nothing but what it keeps, and nothing leaves before that is durable, so losing
 * the last steps in a crash is as if their inputs had been lost.
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
     */
    private record Situation(int first, int second, int b, int c, long sent) {
        int known(int process) {
            return process == 0 ? first : process == 1 ? second : process == 2 ? b : c;
        }

        Situation with(int process, int known, long more) {
            return new Situation(process == 0 ? known : first, process == 1 ? known : second, process == 2 ? known : b,
                    process == 3 ? known : c, sent | more);
        }
    }

    /** What becomes of a process that knew {@code known} and then received the message {@code message}; -1 is time. */
    private record Step(int process, int known, int message) {
    }

    private record Outcome(int known, long sent, boolean found) {
    }

    private final List<Sent> messages = new ArrayList<>();
    private final Map<Sent, Integer> messageNumbers = new HashMap<>();
    private final List<Founding> processes = new ArrayList<>();
    private final List<ReplicaId> selves = new ArrayList<>();
    private final Map<List<Object>, Integer> knowledgeNumbers = new HashMap<>();
    private final Map<Step, Outcome> outcomes = new HashMap<>();
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

    private void explore(int attemptsOfFirst, int attemptsOfSecond, boolean diskIsLost) {
        attempts = new int[] { attemptsOfFirst, attemptsOfSecond };
        this.diskIsLost = diskIsLost;
        visit(new Situation(blank(0, FIRST), blank(1, SECOND), blank(2, new ReplicaId(B, new StorageId(0, 1))),
                blank(3, new ReplicaId(C, new StorageId(0, 1))), 0));
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
        for (int member = 2; diskIsLost && member < 4; member++) {
            if (selves.get(situation.b).storage().low() + selves.get(situation.c).storage().low() == 2) {
                ReplicaId anew = new ReplicaId(PROCESSES.get(member), new StorageId(0, 2));
                visit(situation.with(member, blank(member, anew), 0));
            }
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
        Step step = new Step(process, situation.known(process), message);
        Outcome outcome = outcomes.get(step);
        if (outcome == null) {
            outcome = outcomeOf(step);
            outcomes.put(step, outcome);
        }
        Situation after = situation.with(process, outcome.known, outcome.sent);
        if (outcome.found) {
            // Either the founding became durable, or the founder crashed first.
            restart(after, process);
        }
        visit(after);
    }

    private Outcome outcomeOf(Step step) {
        Founding next = new Founding(processes.get(step.known));
        FoundingEffects effects;
        if (step.message < 0) {
            effects = next.step(Long.MAX_VALUE / 2, new FoundingInput.TimePassed());
        } else {
            Sent received = messages.get(step.message);
            effects = next.step(0, new FoundingInput.Received(received.from, received.message));
        }
        long sent = 0;
        for (FoundingEffects.Outgoing outgoing : effects.sendWhenDurable()) {
            sent |= 1L << numberOf(new Sent(selves.get(step.known), receiver(outgoing), outgoing.message()));
        }
        return new Outcome(numberOf(step.process, selves.get(step.known), next), sent, effects.found() != null);
    }

    private void restart(Situation situation, int founder) {
        ReplicaId self = selves.get(situation.known(founder));
        FoundingRecord kept = processes.get(situation.known(founder)).kept();
        visit(situation.with(founder, numberOf(founder, self, newFounding(self, kept)), 0));
    }

    private void visit(Situation situation) {
        if (seen.add(situation)) {
            boolean first = !processes.get(situation.first).isBlank();
            boolean second = !processes.get(situation.second).isBlank();
            if (first && second) {
                throw new AssertionError("both have founded");
            }
            founded += first || second ? 1 : 0;
            toVisit.add(situation);
        }
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
