package io.quarkiverse.raftconfig.node;

import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Answer;
import io.quarkiverse.raftconfig.core.Input;
import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.RaftCore;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.log.RaftConfigLog;

/**
 * Where a leader finds out which replicas the nodes are that are to be members, and has the core make them so.
 *
 * <pre>
 * request ─ all known? ─┬─ yes ─────────────────────────────→ the core changes the membership ─→ changed, refused, unknown
 *                       └─ no: dial them ─┬─ all connected ─→
 *                                         └─ time is over ──→ certainly not done
 * </pre>
 *
 * Lives on the loop.
 */
final class MembershipDesk {
    private final ReplicaId self;
    private final Loop loop;
    private final Route route;
    private final Tickets tickets;
    private final PeerTransport transport;
    private final Contacts contacts;
    private final Allegiance allegiance;
    private final NodeSettings settings;
    private @Nullable Attempt current;

    MembershipDesk(ReplicaId self, Loop loop, Route route, Tickets tickets, PeerTransport transport, Contacts contacts,
            Allegiance allegiance, NodeSettings settings) {
        this.self = self;
        this.loop = loop;
        this.route = route;
        this.tickets = tickets;
        this.transport = transport;
        this.contacts = contacts;
        this.allegiance = allegiance;
        this.settings = settings;
    }

    /** Whether an attempt is not answered yet. */
    boolean isBusy() {
        return current != null;
    }

    /** @param answer told once, unless {@link Attempt#end} is called before */
    Attempt begin(MembershipRequest request, long deadlineMillis, Consumer<PeerResponse> answer) {
        Attempt attempt = new Attempt(request, deadlineMillis, answer);
        if (current != null) {
            attempt.fail(PeerResponse.Kind.CHANGE_IN_PROGRESS, "another change is not over yet");
        } else {
            current = attempt;
            attempt.begin();
        }
        return attempt;
    }

    /** A peer has shown who it is, or what is known of the cluster has changed. */
    void look() {
        if (current != null) {
            current.look();
        }
    }

    /** One request, on its way to become a membership. */
    final class Attempt {
        private final MembershipRequest request;
        private final Consumer<PeerResponse> answer;
        private final Alarm limit;
        private final long limitMillis;
        private boolean begun;
        private boolean over;
        /** Who has to catch up first. */
        private String newVoters = "";

        Attempt(MembershipRequest request, long deadlineMillis, Consumer<PeerResponse> answer) {
            this.request = request;
            this.answer = answer;
            this.limit = new Alarm(loop, this::look);
            // Whoever can't be reached is to be told of in time.
            this.limitMillis = loop.nowMillis() + (deadlineMillis - loop.nowMillis()) / 2;
        }

        /**
         * The asker waits no longer. Gives what is known by now; what the core has begun goes on, and that it is given up is
         * said to people.
         */
        PeerResponse end(String reason) {
            over = true;
            PeerResponse.Failed known = begun ? new PeerResponse.Failed(PeerResponse.Kind.OUTCOME_UNKNOWN, reason)
                    : new PeerResponse.Failed(PeerResponse.Kind.NO_LEADER, reason);
            close();
            return known;
        }

        private void begin() {
            if (request.members().values().stream().noneMatch(Seat::voter)) {
                fail(PeerResponse.Kind.CONFLICT, "a cluster without a voter could decide nothing");
                return;
            }
            SortedSet<NodeId> others = new TreeSet<>(request.members().keySet());
            others.remove(self.node());
            if (!others.isEmpty() && !settings.membership().peersAllowed()) {
                fail(PeerResponse.Kind.CONFLICT, "the nodes would talk to each other without TLS: set "
                        + "quarkus.raft-config.peer.insecure=true where nobody else can reach the peer ports");
                return;
            }
            look();
            if (!over && !begun) {
                limit.setTo(limitMillis);
            }
        }

        private void look() {
            if (over || begun || !isStillPossible()) {
                return;
            }
            Membership latest = route.core().membership();
            try {
                contacts.alsoWith(addresses(latest));
            } catch (IllegalArgumentException e) {
                fail(PeerResponse.Kind.CONFLICT, String.valueOf(e.getMessage()));
                return;
            }
            SortedMap<NodeId, ReplicaId> replicas = new TreeMap<>();
            SortedSet<NodeId> missing = new TreeSet<>();
            for (NodeId node : request.members().keySet()) {
                ReplicaId replica = replica(node, latest);
                if (replica == null) {
                    missing.add(node);
                } else {
                    replicas.put(node, replica);
                }
            }
            if (missing.isEmpty()) {
                change(latest, replicas);
            } else if (loop.nowMillis() >= limitMillis) {
                fail(PeerResponse.Kind.CONFLICT, describe(missing));
            }
        }

        private boolean isStillPossible() {
            RaftCore core = route.core();
            if (!route.leadsHere()) {
                fail(PeerResponse.Kind.NO_LEADER, "the node asked does not lead");
            } else if (!core.ownTermCommitted()) {
                fail(PeerResponse.Kind.NO_LEADER, "the leader has committed nothing in its term yet");
            } else if (core.isChangingMembership()) {
                fail(PeerResponse.Kind.CHANGE_IN_PROGRESS, "another change is not over yet");
            } else if (core.membershipIndex() != request.membershipIndex()) {
                fail(PeerResponse.Kind.MEMBERSHIP_MISMATCH, "by now the membership is that of index " + core.membershipIndex());
            }
            return !over;
        }

        /** Which replica {@code node} is to be; null while that is not known. */
        private @Nullable ReplicaId replica(NodeId node, Membership latest) {
            if (node.equals(self.node())) {
                return self;
            }
            ReplicaId member = memberOf(latest, node);
            ReplicaId connected = transport.connected().get(node);
            if (connected != null && (member == null || allegiance.isBlank(node))) {
                return connected;
            } else if (member == null) {
                return null;
            }
            // Who is to be found elsewhere may be another: there is a while to see.
            boolean moves = connected == null && !addresses(latest).getOrDefault(node, "").equals(latest.addresses().get(node));
            return moves && loop.nowMillis() < limitMillis ? null : member;
        }

        /** Of each member that is wanted, as far as it is known. */
        private SortedMap<NodeId, String> addresses(Membership latest) {
            SortedMap<NodeId, String> addresses = new TreeMap<>();
            request.members().forEach((node, seat) -> {
                String known = latest.addresses().getOrDefault(node, settings.members().get(node));
                String address = seat.address() == null ? known : seat.address();
                if (address != null) {
                    addresses.put(node, address);
                }
            });
            return addresses;
        }

        private String describe(SortedSet<NodeId> missing) {
            SortedMap<NodeId, String> reasons = transport.notConnected();
            SortedMap<NodeId, String> addresses = addresses(route.core().membership());
            StringBuilder text = new StringBuilder();
            for (NodeId node : missing) {
                text.append(text.isEmpty() ? "" : "; ").append(node).append(addresses.containsKey(node)
                        ? " can't be reached: " + reasons.getOrDefault(node, "there is no connection")
                        : " is no member, and no address was given");
            }
            return text.toString();
        }

        private void change(Membership latest, SortedMap<NodeId, ReplicaId> replicas) {
            SortedSet<ReplicaId> voters = new TreeSet<>();
            SortedSet<ReplicaId> learners = new TreeSet<>();
            request.members().forEach(
                    (node, seat) -> (seat.voter() ? voters : learners).add(replicas.getOrDefault(node, self)));
            Membership target = new Membership(voters, Collections.emptySortedSet(), learners, addresses(latest));
            begun = true;
            newVoters = voters.stream().filter(voter -> !latest.voters().contains(voter)).map(ReplicaId::node)
                    .map(NodeId::value).collect(Collectors.joining(", "));
            limit.cancel();
            long ticket = tickets.issue(this::answered);
            route.feed(new Input.ChangeMembership(ticket, request.membershipIndex(), target));
        }

        private void answered(Answer given) {
            if (given instanceof Answer.MembershipChanged changed) {
                finish(new PeerResponse.MembershipChanged(changed.membershipIndex()));
            } else if (given instanceof Answer.Refused refused) {
                refused(refused.reason());
            } else {
                fail(PeerResponse.Kind.OUTCOME_UNKNOWN,
                        "the node asked lost its leadership during the change: the next leader ends it, or takes it back");
            }
        }

        private void refused(Answer.Refusal reason) {
            switch (reason) {
                case NOT_LEADER -> fail(PeerResponse.Kind.NO_LEADER, "the node asked does not lead");
                case NOT_READY -> fail(PeerResponse.Kind.NO_LEADER, "the leader has committed nothing in its term yet");
                case TRANSFERRING -> fail(PeerResponse.Kind.NO_LEADER, "the leader is handing over");
                case LOG_FULL -> fail(PeerResponse.Kind.STORE_FULL, "the log holds as much as it may");
                case MEMBERSHIP_MISMATCH -> fail(PeerResponse.Kind.MEMBERSHIP_MISMATCH, "the members are others by now");
                case CHANGE_IN_PROGRESS -> fail(PeerResponse.Kind.CHANGE_IN_PROGRESS, "another change is not over yet");
                case NOT_CAUGHT_UP -> notCaughtUp(newVoters + " can't be made voters: one that was to be is not heard from, "
                        + "does not take up the log, or does so more slowly than it grows");
                case NOT_HEARD ->
                    fail(PeerResponse.Kind.CONFLICT, "of the voters that are asked for no majority is heard from: "
                            + "nothing could be decided any more. Start them, or ask for others");
                case TRANSFER_FAILED -> throw new AssertionError("a change of the membership was answered as a transfer");
            }
        }

        private void notCaughtUp(String reason) {
            if (over) {
                RaftConfigLog.LOG.changeGivenUp(self.node().value(), reason);
            }
            fail(PeerResponse.Kind.CONFLICT, reason);
        }

        private void fail(PeerResponse.Kind kind, String reason) {
            finish(new PeerResponse.Failed(kind, reason));
        }

        private void finish(PeerResponse response) {
            boolean first = !over;
            over = true;
            close();
            if (first) {
                answer.accept(response);
            }
        }

        private void close() {
            limit.cancel();
            if (current == this) {
                current = null;
                contacts.alsoWith(Collections.emptySortedMap());
            }
        }
    }

    private static @Nullable ReplicaId memberOf(Membership membership, NodeId node) {
        return membership.replicas().stream().filter(replica -> replica.node().equals(node)).findFirst().orElse(null);
    }
}
