package io.quarkiverse.raftconfig.rest;

import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.validation.Validator;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.node.MembershipRequest;
import io.quarkiverse.raftconfig.node.NodeStatus;
import io.quarkiverse.raftconfig.node.PeerResponse;
import io.quarkiverse.raftconfig.node.ProposalFailedException;
import io.quarkiverse.raftconfig.node.RaftNode;
import io.quarkiverse.raftconfig.node.Seat;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;

/**
 * The members: who they are, and changing them, all at once or one by one. A change names the membership that it was computed
 * from; the leader holds that against its latest one.
 */
@Singleton
public class Members {
    static final int BODY_BYTES_MAX = 64 << 10;

    private final Exchange exchange;
    private final RaftNode node;
    private final Validator validator;

    @Inject
    public Members(Exchange exchange, RaftNode node, Validator validator) {
        this.exchange = exchange;
        this.node = node;
        this.validator = validator;
    }

    Uni<Response> read(HttpHeaders headers) {
        return exchange.answer(() -> {
            MediaTypes.accepted(headers, MediaTypes.JSON);
            NodeStatus status = node.status();
            return Uni.createFrom().item(Response.ok(Json.bytes(MembershipViews.whole(status)), MediaTypes.JSON)
                    .header("ETag", Views.etag(status.membershipIndex())));
        });
    }

    Uni<Response> replace(UriInfo uri, HttpHeaders headers, byte @Nullable [] sent) {
        return exchange.answer(() -> {
            byte[] bytes = body(headers, sent);
            Checks checks = new Checks(validator);
            MembersBody body = MembersBody.read(bytes, checks);
            return change(uri, headers, checks, (index, now) -> {
                SortedMap<NodeId, Seat> seats = new TreeMap<>();
                body.members().forEach(it -> seats.put(new NodeId(it.id()), new Seat(it.address(), it.voter())));
                return seats;
            });
        });
    }

    Uni<Response> put(UriInfo uri, HttpHeaders headers, byte @Nullable [] sent) {
        return exchange.answer(() -> {
            byte[] bytes = body(headers, sent);
            Checks checks = new Checks(validator);
            MemberBody body = checks.valid(MemberBody.read(Json.readObject(bytes), "", checks));
            return change(uri, headers, checks, (index, now) -> {
                SortedMap<NodeId, Seat> seats = seats(index, now);
                seats.put(new NodeId(body.id()), new Seat(body.address(), body.voter()));
                return seats;
            });
        });
    }

    Uni<Response> remove(String id, UriInfo uri, HttpHeaders headers) {
        return exchange.answer(() -> {
            MediaTypes.accepted(headers, MediaTypes.JSON);
            return change(uri, headers, new Checks(validator), (index, now) -> {
                if (!NodeId.isValid(id) || !seats(now.membership()).containsKey(new NodeId(id))) {
                    throw Problem.notFound("There is no member " + Checks.shown(id));
                }
                SortedMap<NodeId, Seat> seats = seats(index, now);
                seats.remove(new NodeId(id));
                if (seats.values().stream().noneMatch(Seat::voter)) {
                    throw Problem.conflict(id + " is the only voter: without it the cluster could decide nothing");
                }
                return seats;
            });
        });
    }

    static byte[] body(HttpHeaders headers, byte @Nullable [] sent) {
        MediaTypes.sent(headers, MediaTypes.JSON);
        MediaTypes.accepted(headers, MediaTypes.JSON);
        byte[] bytes = sent == null ? new byte[0] : sent;
        if (bytes.length > BODY_BYTES_MAX) {
            throw Problem.bodyTooLarge(BODY_BYTES_MAX);
        }
        return bytes;
    }

    /** @param wanted the members, given the index that the client has seen and what this node knows now */
    private Uni<Response.ResponseBuilder> change(UriInfo uri, HttpHeaders headers, Checks checks,
            BiFunction<Long, NodeStatus, SortedMap<NodeId, Seat>> wanted) {
        ChangeRequest request = ChangeRequest.of(new Query(uri, ChangeRequest.PARAMETERS, checks), headers, checks);
        Duration timeout = Durations.timeout(request.timeout(), checks);
        checks.done();
        long index = request.membershipIndex();
        MembershipRequest change = new MembershipRequest(index, wanted.apply(index, node.status()));
        return Uni.createFrom().completionStage(() -> node.changeMembership(change, timeout.toMillis()))
                .emitOn(Infrastructure.getDefaultWorkerPool())
                .map(changed -> Response.ok(Json.bytes(asked(change, changed)), MediaTypes.JSON)
                        .header("ETag", Views.etag(changed)))
                .onFailure(Members::isUnknown).recoverWithItem(failure -> begun(uri, change, failure));
    }

    /** The seats as they are, for a change of one of them. */
    private static SortedMap<NodeId, Seat> seats(long index, NodeStatus now) {
        if (index != now.membershipIndex()) {
            throw Problem.membershipMismatch(now.membershipIndex());
        } else if (now.membership().isJoint()) {
            throw Problem.changeInProgress("The membership is joint: another change is under way");
        }
        return seats(now.membership());
    }

    private static SortedMap<NodeId, Seat> seats(Membership membership) {
        SortedMap<NodeId, Seat> seats = new TreeMap<>();
        for (ReplicaId replica : membership.replicas()) {
            seats.put(replica.node(),
                    new Seat(membership.addresses().get(replica.node()), membership.voters().contains(replica)));
        }
        return seats;
    }

    private static boolean isUnknown(Throwable failure) {
        return failure instanceof ProposalFailedException failed && failed.kind() == PeerResponse.Kind.OUTCOME_UNKNOWN;
    }

    /** The time is over. Whether the change has begun can be seen here, if this node has heard of it. */
    private Response.ResponseBuilder begun(UriInfo uri, MembershipRequest change, Throwable failure) {
        NodeStatus now = node.status();
        ChangeProgress progress = ChangeProgress.of(change, now);
        return switch (progress) {
            case NOT_SEEN -> Problem.of(failure).response();
            case DONE -> Response.ok(Json.bytes(asked(change, now.membershipIndex())), MediaTypes.JSON)
                    .header("ETag", Views.etag(now.membershipIndex()));
            case CATCHING_UP, JOINT -> Response.status(202).type(MediaTypes.JSON)
                    .entity(Json.bytes(MembershipViews.whole(now).put("progress", progress.text)))
                    .header("Location", location(uri));
        };
    }

    /** Where it is to be seen how the change goes on. */
    private static String location(UriInfo uri) {
        String path = uri.getRequestUri().getRawPath();
        return path.substring(0, path.length() - Threshold.below(path).length()) + "members";
    }

    private ObjectNode asked(MembershipRequest change, long index) {
        ObjectNode view = Json.object().put("index", index);
        ArrayNode list = view.putArray("members");
        SortedMap<NodeId, String> known = node.status().membership().addresses();
        change.members().forEach((id, seat) -> list.addObject().put("id", id.value())
                .put("address", seat.address() == null ? known.get(id) : seat.address()).put("voter", seat.voter()));
        return view;
    }
}
