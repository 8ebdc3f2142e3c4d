package io.quarkiverse.raftconfig.core;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A node with a log, spoken to by hand: T is 1000, a heartbeat is due every 100. */
final class TestNode {
    static final RaftSettings SETTINGS = new RaftSettings(1000, 100, 64 << 10, 4, 256 << 10, 1 << 20);

    final ReplicaId self;
    final RaftCore core;
    long now;

    private TestNode(ReplicaId self, RaftCore core) {
        this.self = self;
        this.core = core;
    }

    /**
     * A node that was started with a log of one entry for each of {@code terms}, of which the first names the members, and
     * that has heard nobody yet.
     */
    static TestNode withLog(ReplicaId self, Membership membership, HardState hard, long... terms) {
        return with(SETTINGS, self, membership, hard, terms);
    }

    static TestNode with(RaftSettings settings, ReplicaId self, Membership membership, HardState hard, long... terms) {
        return recovered(settings, self, new Recovered(hard, SnapshotPoint.NONE, Position.ZERO, log(membership, terms), 0));
    }

    static TestNode recovered(RaftSettings settings, ReplicaId self, Recovered recovered) {
        TestNode node = new TestNode(self, new RaftCore(self, settings, recovered, new SplittableRandom(7)));
        node.step(new Input.TimePassed());
        return node;
    }

    static List<Entry> log(Membership membership, long... terms) {
        List<Entry> log = new ArrayList<>();
        for (int i = 0; i < terms.length; i++) {
            Position position = new Position(i + 1L, terms[i]);
            log.add(i == 0 ? new Entry(position, new Payload.MembershipChange(membership)) : entry(i + 1L, terms[i]));
        }
        return log;
    }

    static Entry entry(long index, long term) {
        return new Entry(new Position(index, term), new Payload.Command(bytes(index + "@" + term)));
    }

    static Bytes bytes(String text) {
        return Bytes.wrap(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    Effects step(Input input) {
        return core.step(now, input);
    }

    Effects receive(Message message) {
        return step(new Input.Received(message));
    }

    Effects pass(long millis) {
        now += millis;
        return step(new Input.TimePassed());
    }

    /** Lets time pass that nobody needs to be woken for. */
    Effects stepLater(long millis, Input input) {
        now += millis;
        return step(input);
    }

    /** Runs to the deadline that {@code effects} has named. */
    Effects wake(Effects effects) {
        now = effects.wakeAtMillis();
        return step(new Input.TimePassed());
    }

    Effects persisted(Effects effects) {
        Write write = written(effects);
        return step(new Input.Persisted(write.sequence(), write.term()));
    }

    static Write written(Effects effects) {
        Write write = effects.persist();
        if (write == null) {
            throw new AssertionError("nothing is to be persisted");
        }
        return write;
    }

    Effects propose(String... commands) {
        List<Input.Proposal> proposals = new ArrayList<>();
        for (String command : commands) {
            proposals.add(new Input.Proposal(proposals.size() + 1L, bytes(command)));
        }
        return step(new Input.Propose(proposals));
    }

    Effects changeMembership(Membership target) {
        return step(new Input.ChangeMembership(1, core.membershipIndex(), target));
    }

    /** The memberships that {@code effects} appends. */
    static List<Membership> memberships(Effects effects) {
        Write write = effects.persist();
        return write == null ? List.of()
                : write.entries().stream().map(Entry::payload).filter(Payload.MembershipChange.class::isInstance)
                        .map(payload -> ((Payload.MembershipChange) payload).membership()).toList();
    }

    /** Lets the election timeout pass, and the voters agree: the effects are those of the step that made it the leader. */
    Effects elect(ReplicaId... voters) {
        Effects effects = pass(2000);
        long term = core.term() + 1;
        for (ReplicaId voter : voters) {
            if (core.term() < term) {
                effects = receive(new Message.PreVoteResponse(voter, self, term - 1, term, true));
            }
        }
        effects = persisted(effects);
        for (ReplicaId voter : voters) {
            if (core.role() != Role.LEADER) {
                effects = receive(new Message.RequestVoteResponse(voter, self, term, true));
            }
        }
        if (core.role() != Role.LEADER) {
            throw new AssertionError("not elected, but " + core.role());
        }
        return effects;
    }

    /** The follower {@code from} holds the log up to {@code index}. */
    Effects matched(ReplicaId from, long index) {
        return receive(new Message.AppendEntriesResponse(from, self, core.term(), true, index, Position.ZERO));
    }

    Effects heartbeatAnswered(ReplicaId from, long round) {
        return receive(new Message.HeartbeatResponse(from, self, core.term(), round));
    }

    static <M extends Message> List<M> only(Class<M> type, List<Message> messages) {
        return messages.stream().filter(type::isInstance).map(type::cast).toList();
    }

    static List<Message> to(ReplicaId receiver, List<Message> messages) {
        return messages.stream().filter(message -> message.to().equals(receiver)).toList();
    }
}
