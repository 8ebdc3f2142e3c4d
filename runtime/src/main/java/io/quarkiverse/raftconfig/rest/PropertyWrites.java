package io.quarkiverse.raftconfig.rest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.validation.Validator;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.Property;
import io.quarkiverse.raftconfig.RevisionMismatch;
import io.quarkiverse.raftconfig.client.ConfigClient;
import io.quarkiverse.raftconfig.client.WriteLimits;
import io.quarkiverse.raftconfig.state.NameRules;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.Transaction;
import io.quarkiverse.raftconfig.state.Transaction.Change;
import io.smallrye.mutiny.Uni;

/** Writing properties: one by its name, or several at once. */
@Singleton
public class PropertyWrites {
    /** The longest form of one byte of text in JSON is an escape of this length. */
    private static final int ESCAPE_LENGTH = 6;
    /** For all in a body that is no name and no value. */
    private static final int BODY_ROOM_BYTES = 16 << 10;

    private final Exchange exchange;
    private final ConfigClient client;
    private final Validator validator;
    private final NameRules names;
    private final WriteLimits limits;

    @Inject
    public PropertyWrites(Exchange exchange, ConfigClient client, Validator validator) {
        this.exchange = exchange;
        this.client = client;
        this.validator = validator;
        this.names = client.rules().names();
        this.limits = client.rules().limits();
    }

    Uni<Response> put(String name, UriInfo uri, HttpHeaders headers,
            byte @Nullable [] sent) {
        return exchange.answer(() -> {
            MediaType type = MediaTypes.sent(headers, MediaTypes.JSON, MediaTypes.TEXT);
            MediaTypes.accepted(headers, MediaTypes.JSON);
            byte[] bytes = bounded(sent, limits.valueBytes());
            Checks checks = new Checks(validator);
            checks.name("name", name);
            WriteRequest request = writeRequest(uri, headers, checks);
            PutBody body = type.equals(MediaTypes.TEXT) ? PutBody.ofText(bytes, MediaTypes.charset(headers))
                    : PutBody.ofJson(bytes, checks);
            checks.done();
            Change change = new Change(name, body.value(), expectation(request, name, true));
            return write(request, body.comment(), List.of(change), Transaction.ANY_REVISION)
                    .map(outcome -> written(outcome, request));
        });
    }

    Uni<Response> delete(String name, UriInfo uri, HttpHeaders headers) {
        return exchange.answer(() -> {
            MediaTypes.accepted(headers, MediaTypes.JSON);
            Checks checks = new Checks(validator);
            checks.name("name", name);
            WriteRequest request = writeRequest(uri, headers, checks);
            checks.done();
            Change change = new Change(name, null, expectation(request, name, false));
            return write(request, null, List.of(change), Transaction.ANY_REVISION)
                    .map(outcome -> removed(outcome, request));
        });
    }

    Uni<Response> patch(UriInfo uri, HttpHeaders headers, byte @Nullable [] sent) {
        return exchange.answer(() -> {
            MediaTypes.sent(headers, MediaTypes.MERGE_PATCH);
            MediaTypes.accepted(headers, MediaTypes.JSON);
            byte[] bytes = bounded(sent, limits.transactionBytes());
            Checks checks = new Checks(validator);
            WriteRequest request = writeRequest(uri, headers, checks);
            if (request.ifNoneMatch() != null) {
                checks.wrong("ifNoneMatch", "can't be said of several properties");
            }
            List<Change> changes = changes(Json.readObject(bytes), request, checks);
            checks.done();
            // The ETag of the list is the revision of the store.
            return write(request, null, changes, request.matchedRevision())
                    .map(outcome -> patched(outcome, request));
        });
    }

    private WriteRequest writeRequest(UriInfo uri, HttpHeaders headers, Checks checks) {
        return WriteRequest.of(new Query(uri, WriteRequest.PARAMETERS, checks), headers, checks);
    }

    /**
     * Who overwrites a secret, which can't be read, has to say which one it means. That it does not is found out before the
     * write is proposed or, if the secret came in between, when it is applied, like any other expectation.
     */
    private Expectation expectation(WriteRequest request, String name, boolean put) {
        if (request.ifNoneMatch() != null || (request.ifMatch() == null && put && names.isSecret(name))) {
            return Expectation.absent();
        } else if (request.ifMatch() == null) {
            return Expectation.none();
        }
        long revision = request.matchedRevision();
        // No property is at revision 0; none is at a revision that is not there yet either.
        return revision < 0 ? Expectation.present() : Expectation.revision(revision == 0 ? Long.MAX_VALUE : revision);
    }

    private List<Change> changes(ObjectNode body, WriteRequest request, Checks checks) {
        List<Change> changes = new ArrayList<>();
        for (Map.Entry<String, JsonNode> member : body.properties()) {
            JsonNode value = member.getValue();
            checks.name(Checks.shown(member.getKey()), member.getKey());
            if (!value.isTextual() && !value.isNull()) {
                checks.wrong(Checks.shown(member.getKey()), "must be a string, in quotes, or null to remove it");
            }
            boolean unseen = value.isTextual() && request.ifMatch() == null && names.isSecret(member.getKey());
            changes.add(new Change(member.getKey(), value.textValue(),
                    unseen ? Expectation.absent() : Expectation.none()));
        }
        return changes;
    }

    private Uni<Outcome.Applied> write(WriteRequest request, @Nullable String comment, List<Change> changes,
            long storeRevision) {
        Checks checks = new Checks(validator);
        var timeout = Durations.timeout(request.timeout(), checks);
        checks.done();
        Transaction transaction = new Transaction("", comment, request.idempotencyKey(), changes).expecting(storeRevision);
        boolean unconditional = request.ifMatch() == null && request.ifNoneMatch() == null;
        if (!unconditional) {
            return request.isDryRun() ? client.preview(transaction, timeout) : client.write(transaction, timeout);
        }
        Uni<Outcome.Applied> outcome = request.isDryRun() ? client.preview(transaction, timeout)
                : client.writeUnlessThere(transaction, timeout);
        return outcome.onFailure(RevisionMismatch.class)
                .transform(mismatch -> Problem.preconditionRequired(mismatch.getMessage()
                        + ", and secret: to overwrite it, send its ETag as If-Match, or If-Match: *"));
    }

    private Response.ResponseBuilder written(Outcome.Applied outcome, WriteRequest request) {
        Outcome.Result result = outcome.results().get(0);
        Property property = result.property();
        if (property == null) {
            throw new IllegalStateException("a property that was put is there");
        }
        ObjectNode view = Views.property(property, names);
        if (request.isDryRun()) {
            return Response.ok(Json.bytes(view.put("dryRun", true)), MediaTypes.JSON);
        }
        return Response.status(result.existed() ? 200 : 201).type(MediaTypes.JSON).entity(Json.bytes(view))
                .header("ETag", Views.etag(property.revision()));
    }

    private static Response.ResponseBuilder removed(Outcome.Applied outcome, WriteRequest request) {
        Outcome.Result result = outcome.results().get(0);
        if (!result.existed()) {
            throw Problem.notFound("There is no property " + result.name());
        }
        ObjectNode view = Views.removal(result.name(), outcome.revision(), true);
        return Response.ok(Json.bytes(request.isDryRun() ? view.put("dryRun", true) : view), MediaTypes.JSON);
    }

    private Response.ResponseBuilder patched(Outcome.Applied outcome, WriteRequest request) {
        ObjectNode view = Json.object().put("revision", outcome.revision());
        ArrayNode list = view.putArray("changes");
        for (Outcome.Result result : outcome.results()) {
            Property property = result.property();
            list.add(property == null ? Views.removal(result.name(), outcome.revision(), result.existed())
                    : Views.property(property, names));
        }
        if (request.isDryRun()) {
            return Response.ok(Json.bytes(view.put("dryRun", true)), MediaTypes.JSON);
        }
        return Response.ok(Json.bytes(view), MediaTypes.JSON).header("ETag", Views.etag(outcome.revision()));
    }

    private static byte[] bounded(byte @Nullable [] sent, int contentBytes) {
        byte[] bytes = sent == null ? new byte[0] : sent;
        long max = bodyBytes(contentBytes);
        if (bytes.length > max) {
            throw Problem.bodyTooLarge(max);
        }
        return bytes;
    }

    /** The largest body that any write may have. */
    long bodyBytesMax() {
        return bodyBytes(Math.max(limits.valueBytes(), limits.transactionBytes()));
    }

    private static long bodyBytes(int contentBytes) {
        return (long) contentBytes * ESCAPE_LENGTH + BODY_ROOM_BYTES;
    }
}
