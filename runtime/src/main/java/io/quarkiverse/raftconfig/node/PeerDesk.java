package io.quarkiverse.raftconfig.node;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Answer;
import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.Input;
import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.state.Command;
import io.quarkiverse.raftconfig.state.CommandCodec;
import io.quarkiverse.raftconfig.state.MalformedStateException;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.OutcomeCodec;

/**
 * Answers what other nodes ask of the leader. A node that does not lead says so, and sends nobody on: the asker has a
 * newer idea of the leader soon enough. Lives on the loop.
 */
final class PeerDesk {
    private final Loop loop;
    private final Route route;
    private final Appender appender;
    private final Tickets tickets;
    private final MembershipDesk membership;
    private final Deadlines deadlines;
    private final int inFlightMax;

    /** By the peer that asks: each may have as much under way as it allows its own callers. */
    private final Map<NodeId, Permits> permits = new TreeMap<>();
    private final Set<Request> open = new LinkedHashSet<>();

    PeerDesk(Loop loop, Route route, Appender appender, Tickets tickets, MembershipDesk membership, Deadlines deadlines,
            NodeSettings settings) {
        this.loop = loop;
        this.route = route;
        this.appender = appender;
        this.tickets = tickets;
        this.membership = membership;
        this.deadlines = deadlines;
        this.inFlightMax = settings.inFlightMax();
    }

    /** What is to be appended waits for {@link Writes#flush}. */
    CompletionStage<PeerResponse> answer(NodeId from, PeerRequest request) {
        if (!route.leadsHere()) {
            return failed(PeerResponse.Kind.NO_LEADER, "the node asked does not lead");
        }
        Permits ofPeer = permits.computeIfAbsent(from, peer -> new Permits(inFlightMax));
        if (!ofPeer.tryTake()) {
            return failed(PeerResponse.Kind.TOO_MANY_REQUESTS, "too many requests of one node are under way");
        }
        return begin(request).whenComplete((response, failure) -> ofPeer.giveBack());
    }

    /** How many requests are not answered yet. */
    int open() {
        return open.size();
    }

    void failAll(String reason) {
        for (Request request : List.copyOf(open)) {
            request.end(reason);
        }
    }

    private CompletableFuture<PeerResponse> begin(PeerRequest request) {
        if (request instanceof PeerRequest.Propose propose) {
            return write(propose.command(), propose.timeoutMillis());
        } else if (request instanceof PeerRequest.ReadIndex read) {
            return new ReadRequest(read.timeoutMillis()).begin();
        } else if (request instanceof PeerRequest.ChangeMembership change) {
            return new ChangeRequest(change.timeoutMillis()).begin(change.request());
        } else if (request instanceof PeerRequest.Join join) {
            return new ChangeRequest(join.timeoutMillis()).begin(join);
        } else if (request instanceof PeerRequest.Transfer transfer) {
            return new TransferRequest(transfer.timeoutMillis()).begin(transfer.to());
        }
        throw new AssertionError("unhandled request: " + request.getClass());
    }

    private CompletableFuture<PeerResponse> write(Bytes bytes, long timeoutMillis) {
        Command command;
        try {
            command = CommandCodec.decode(bytes.toArray());
        } catch (MalformedStateException e) {
            return CompletableFuture.failedFuture(e);
        }
        WriteRequest request = new WriteRequest(timeoutMillis);
        appender.offer(command, request);
        return request.answer;
    }

    private static CompletableFuture<PeerResponse> failed(PeerResponse.Kind kind, String reason) {
        return CompletableFuture.completedFuture(new PeerResponse.Failed(kind, reason));
    }

    private abstract class Request {
        final CompletableFuture<PeerResponse> answer = new CompletableFuture<>();
        private final OrderedTasks.Slot deadline;

        Request(long timeoutMillis) {
            open.add(this);
            deadline = deadlines.add(loop.nowMillis() + timeoutMillis, () -> end("the time was too short"));
        }

        /** The end of waiting. */
        abstract void end(String reason);

        final void fail(PeerResponse.Kind kind, String reason) {
            close(new PeerResponse.Failed(kind, reason));
        }

        final void close(PeerResponse response) {
            open.remove(this);
            deadlines.remove(deadline);
            answer.complete(response);
        }
    }

    private final class WriteRequest extends Request implements Appender.Proposer {
        private @Nullable Position position;

        WriteRequest(long timeoutMillis) {
            super(timeoutMillis);
        }

        @Override
        public void appended(Position at) {
            position = at;
        }

        @Override
        public void refused(Answer.Refusal reason) {
            if (reason == Answer.Refusal.LOG_FULL) {
                fail(PeerResponse.Kind.STORE_FULL, "the log holds as much as it may");
            } else {
                fail(PeerResponse.Kind.NO_LEADER, "the node asked does not lead");
            }
        }

        @Override
        public void full(String reason) {
            fail(PeerResponse.Kind.STORE_FULL, reason);
        }

        @Override
        public void applied(long index, Outcome outcome) {
            close(new PeerResponse.Applied(index, Bytes.wrap(OutcomeCodec.encode(outcome))));
        }

        @Override
        public void overwritten() {
            fail(PeerResponse.Kind.NO_LEADER, "the node asked lost its leadership before the write was replicated");
        }

        @Override
        public void passedUnseen() {
            end("this node was caught up by a snapshot, which does not tell what became of the write");
        }

        /** From when it was offered it may be in the log, whether that was told or not. */
        @Override
        void end(String reason) {
            if (position != null) {
                appender.forget(position);
            }
            fail(PeerResponse.Kind.OUTCOME_UNKNOWN, reason);
        }
    }

    private final class ChangeRequest extends Request {
        private final long deadlineMillis;
        private MembershipDesk.@Nullable Attempt attempt;

        ChangeRequest(long timeoutMillis) {
            super(timeoutMillis);
            deadlineMillis = loop.nowMillis() + timeoutMillis;
        }

        CompletableFuture<PeerResponse> begin(MembershipRequest wanted) {
            attempt = membership.begin(wanted, deadlineMillis, this::close);
            return answer;
        }

        /** A node that asks to be taken in becomes a learner, unless another has its name. */
        CompletableFuture<PeerResponse> begin(PeerRequest.Join join) {
            Membership latest = route.core().membership();
            NodeId node = join.replica().node();
            if (latest.replicas().contains(join.replica())) {
                close(new PeerResponse.Done());
            } else if (latest.replicas().stream().anyMatch(member -> member.node().equals(node))) {
                fail(PeerResponse.Kind.CONFLICT,
                        "the cluster has another node " + node + ", with another data directory: give this "
                                + "one another name, or have that one replaced");
            } else {
                SortedMap<NodeId, Seat> seats = MembershipUpkeep.seats(latest);
                seats.put(node, new Seat(join.address(), false));
                attempt = membership.begin(new MembershipRequest(route.core().membershipIndex(), seats), deadlineMillis,
                        response -> close(response instanceof PeerResponse.Failed ? response : new PeerResponse.Done()));
            }
            return answer;
        }

        @Override
        void end(String reason) {
            if (attempt != null) {
                close(attempt.end(reason));
            }
        }
    }

    private final class TransferRequest extends Request {
        private long ticket;

        TransferRequest(long timeoutMillis) {
            super(timeoutMillis);
        }

        CompletableFuture<PeerResponse> begin(@Nullable NodeId to) {
            ReplicaId replica = to == null ? null : voter(to);
            if (to != null && replica == null) {
                fail(PeerResponse.Kind.CONFLICT, to + " is no voter, and so can't lead");
            } else if (replica != null && replica.equals(route.core().leader())) {
                close(new PeerResponse.Done());
            } else {
                ticket = tickets.issue(this::answered);
                route.feed(new Input.Transfer(ticket, replica));
            }
            return answer;
        }

        private @Nullable ReplicaId voter(NodeId node) {
            return route.core().membership().voters().stream().filter(voter -> voter.node().equals(node)).findFirst()
                    .orElse(null);
        }

        private void answered(Answer given) {
            if (given instanceof Answer.Transferred) {
                close(new PeerResponse.Done());
            } else if (given instanceof Answer.Refused refused && refused.reason() == Answer.Refusal.NOT_LEADER) {
                fail(PeerResponse.Kind.NO_LEADER, "the node asked does not lead");
            } else if (given instanceof Answer.Refused refused && refused.reason() == Answer.Refusal.TRANSFER_FAILED) {
                fail(PeerResponse.Kind.CONFLICT, "nobody else took over within an election timeout: the leader is the same");
            } else {
                fail(PeerResponse.Kind.CONFLICT, "the leadership can't be transferred now: a change of the members or another "
                        + "transfer is under way");
            }
        }

        @Override
        void end(String reason) {
            tickets.withdraw(ticket);
            fail(PeerResponse.Kind.OUTCOME_UNKNOWN, reason);
        }
    }

    private final class ReadRequest extends Request {
        private long ticket;

        ReadRequest(long timeoutMillis) {
            super(timeoutMillis);
        }

        CompletableFuture<PeerResponse> begin() {
            ticket = tickets.issue(this::answered);
            route.feed(new Input.Read(ticket));
            return answer;
        }

        private void answered(Answer read) {
            if (read instanceof Answer.ReadIndex at) {
                close(new PeerResponse.ReadIndex(at.index()));
            } else {
                fail(PeerResponse.Kind.NO_LEADER, "the node asked lost its leadership before the read was confirmed");
            }
        }

        @Override
        void end(String reason) {
            tickets.withdraw(ticket);
            fail(PeerResponse.Kind.NO_LEADER, reason);
        }
    }
}
