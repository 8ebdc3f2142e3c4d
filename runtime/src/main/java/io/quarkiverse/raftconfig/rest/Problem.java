package io.quarkiverse.raftconfig.rest;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import jakarta.ws.rs.core.Response;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.quarkiverse.raftconfig.LimitExceeded;
import io.quarkiverse.raftconfig.NoLeader;
import io.quarkiverse.raftconfig.OutcomeUnknown;
import io.quarkiverse.raftconfig.Refused;
import io.quarkiverse.raftconfig.RevisionMismatch;
import io.quarkiverse.raftconfig.client.Conflict;
import io.quarkiverse.raftconfig.node.ProposalFailedException;

/** What a client is told instead of what it asked for (RFC 9457). It never holds a property's value. */
final class Problem extends RuntimeException {
    static final String MEDIA_TYPE = "application/problem+json";

    private static final long serialVersionUID = 1L;
    private static final String TYPE_PREFIX = "urn:raft-config:problem:";
    private static final String MISMATCH = "It is not at the revision that was expected";
    private static final String RETRY_AFTER_SECONDS = "1";

    private final int status;
    private final transient ObjectNode body;
    private final transient Map<String, String> headers = new LinkedHashMap<>();

    private Problem(int status, String type, String title, String detail) {
        super(detail, null, false, false);
        this.status = status;
        this.body = Json.object().put("type", TYPE_PREFIX + type).put("title", title).put("status", status)
                .put("detail", detail);
    }

    static Problem invalid(List<Violation> violations) {
        return violated(400, "invalid-request", "The request can't be understood", violations);
    }

    static Problem invalid(String field, String message) {
        return invalid(List.of(new Violation(field, message)));
    }

    static Problem notFound(String detail) {
        return new Problem(404, "not-found", "There is no such thing", detail);
    }

    static Problem methodNotAllowed(String allowed) {
        return new Problem(405, "method-not-allowed", "This can't be done to it", "Allowed here: " + allowed)
                .header("Allow", allowed);
    }

    static Problem notAcceptable(String offered) {
        return new Problem(406, "not-acceptable", "There is no such representation", "Offered here: " + offered);
    }

    static Problem conflict(String detail) {
        return new Problem(409, "conflict", "It can't be done as things stand", detail);
    }

    static Problem changeInProgress(String detail) {
        return new Problem(409, "membership-change-in-progress", "One change of the membership at a time", detail);
    }

    static Problem membershipMismatch(long currentIndex) {
        Problem problem = new Problem(412, "revision-mismatch", MISMATCH,
                "The membership is the one of index " + currentIndex + " by now: read it again, and decide anew");
        problem.body.put("currentIndex", currentIndex);
        return problem.header("ETag", "\"" + currentIndex + "\"");
    }

    static Problem compacted(long revision, long oldestRevision) {
        Problem problem = new Problem(410, "revision-compacted", "This revision is not kept any more",
                "Revision " + revision + " is not kept on this node; begin again without a revision and without a cursor");
        problem.body.put("oldestRevision", oldestRevision);
        return problem;
    }

    static Problem tooLarge(String detail) {
        return new Problem(413, "too-large", "A limit forbids it", detail);
    }

    static Problem bodyTooLarge(long max) {
        return tooLarge("The body has more than " + max + " bytes, and no more are read");
    }

    static Problem unsupported(String taken) {
        Problem problem = new Problem(415, "unsupported-media-type", "This media type is not taken", "Taken here: " + taken);
        return problem.header("Accept", taken);
    }

    static Problem preconditionRequired(String detail) {
        return new Problem(428, "precondition-required", "Say which revision you have seen", detail);
    }

    /** What became of an exchange that failed with {@code failure}. */
    static Problem of(Throwable failure) {
        if (failure instanceof Problem problem) {
            return problem;
        } else if (failure instanceof RevisionMismatch mismatch) {
            return mismatch(mismatch);
        } else if (failure instanceof Refused refused) {
            return violated(422, "refused", "The change is not allowed", refused.violations().stream()
                    .map(it -> new Violation(it.name(), it.message())).toList());
        } else if (failure instanceof LimitExceeded limit) {
            return limit(limit);
        } else if (failure instanceof Conflict) {
            return conflict(text(failure));
        } else if (failure instanceof NoLeader) {
            return new Problem(503, "no-leader", "No leader can be reached", text(failure)).retryLater();
        } else if (failure instanceof OutcomeUnknown) {
            return new Problem(504, "outcome-unknown", "It may still be committed",
                    text(failure) + ". Repeat it with the same Idempotency-Key to learn what became of it");
        }
        if (failure instanceof ProposalFailedException failed) {
            return ofNode(failed);
        }
        return new Problem(500, "internal-error", "This should not have happened",
                "The log of this node tells more");
    }

    /** Of what is asked of the node itself: its members, or a snapshot. */
    private static Problem ofNode(ProposalFailedException failed) {
        String reason = text(failed);
        return switch (failed.kind()) {
            case NO_LEADER -> of(new NoLeader(reason));
            case OUTCOME_UNKNOWN -> new Problem(504, "outcome-unknown", "It may still be done",
                    reason + ". GET /members shows what became of it");
            case STORE_FULL -> of(new LimitExceeded(LimitExceeded.Kind.STORE_FULL, reason));
            case TOO_MANY_REQUESTS -> of(new LimitExceeded(LimitExceeded.Kind.TOO_MANY_REQUESTS, reason));
            case MEMBERSHIP_MISMATCH -> new Problem(412, "revision-mismatch", MISMATCH, reason);
            case CHANGE_IN_PROGRESS -> changeInProgress(reason);
            case CONFLICT -> conflict(reason);
        };
    }

    boolean isUnexpected() {
        return status == 500;
    }

    Response.ResponseBuilder response() {
        Response.ResponseBuilder response = Response.status(status).type(MEDIA_TYPE).entity(Json.bytes(body));
        headers.forEach(response::header);
        return response;
    }

    private static Problem mismatch(RevisionMismatch mismatch) {
        long current = mismatch.currentRevision();
        Problem problem = new Problem(412, "revision-mismatch", MISMATCH,
                text(mismatch));
        problem.body.put("currentRevision", current);
        return current == 0 && !mismatch.name().isEmpty() ? problem : problem.header("ETag", "\"" + current + "\"");
    }

    private static Problem limit(LimitExceeded limit) {
        return switch (limit.kind()) {
            case TOO_LARGE -> tooLarge(text(limit));
            case TOO_MANY_REQUESTS ->
                new Problem(429, "too-many-requests", "Too much at once", text(limit)).retryLater();
            case STORE_FULL -> new Problem(507, "store-full", "The store is full", text(limit));
        };
    }

    private static Problem violated(int status, String type, String title, List<Violation> violations) {
        StringBuilder detail = new StringBuilder();
        for (Violation violation : violations) {
            detail.append(detail.isEmpty() ? "" : "; ").append(violation.field()).append(' ').append(violation.message());
        }
        Problem problem = new Problem(status, type, title, detail.toString());
        ArrayNode list = problem.body.putArray("violations");
        for (Violation violation : violations) {
            list.addObject().put("field", violation.field()).put("message", violation.message());
        }
        return problem;
    }

    private Problem header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    private Problem retryLater() {
        return header("Retry-After", RETRY_AFTER_SECONDS);
    }

    private static String text(Throwable failure) {
        return String.valueOf(failure.getMessage());
    }
}
