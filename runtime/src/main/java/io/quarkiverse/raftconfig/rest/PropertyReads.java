package io.quarkiverse.raftconfig.rest;

import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.validation.Validator;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriBuilder;
import jakarta.ws.rs.core.UriInfo;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.quarkiverse.raftconfig.Property;
import io.quarkiverse.raftconfig.ReadOptions;
import io.quarkiverse.raftconfig.client.ConfigClient;
import io.quarkiverse.raftconfig.state.NameRules;
import io.quarkiverse.raftconfig.state.PublishedState;
import io.smallrye.mutiny.Uni;

/** Reading properties: the list, in pages, and each by its name. */
@Singleton
public class PropertyReads {
    private static final Set<String> LIST_PARAMETERS = listParameters();

    private final Exchange exchange;
    private final ConfigClient client;
    private final Validator validator;
    private final NameRules names;
    private final PinnedStates pinned = new PinnedStates();

    @Inject
    public PropertyReads(Exchange exchange, ConfigClient client, Validator validator) {
        this.exchange = exchange;
        this.client = client;
        this.validator = validator;
        this.names = client.rules().names();
    }

    Uni<Response> list(UriInfo uri, HttpHeaders headers) {
        return exchange.answer(() -> {
            MediaTypes.accepted(headers, MediaTypes.JSON);
            Checks checks = new Checks(validator);
            Query query = new Query(uri, LIST_PARAMETERS, checks);
            ListRequest request = ListRequest.of(query, checks);
            Cursor cursor = Cursor.read(query.get("after"), checks);
            ReadOptions options = ReadRequest.options(query, checks);
            return stateFor(request, cursor, options).map(state -> page(uri, headers, request, cursor, state));
        });
    }

    Uni<Response> get(String name, UriInfo uri, HttpHeaders headers) {
        return exchange.answer(() -> {
            MediaType type = MediaTypes.accepted(headers, MediaTypes.JSON, MediaTypes.TEXT);
            Checks checks = new Checks(validator);
            checks.name("name", name);
            ReadOptions options = ReadRequest.options(new Query(uri, ReadRequest.PARAMETERS, checks), checks);
            return client.read(options).map(state -> found(name, state.find(name), type, headers));
        });
    }

    /** The state to show: the newest one, or the one that a cursor or a revision names. */
    private Uni<PublishedState> stateFor(ListRequest request, @Nullable Cursor cursor, ReadOptions options) {
        String named = request.revision();
        if (cursor == null && named == null) {
            return client.read(options);
        }
        long revision = cursor != null ? cursor.revision() : Long.parseLong(String.valueOf(named));
        PublishedState kept = pinned.find(revision);
        if (kept != null) {
            return Uni.createFrom().item(kept);
        }
        // Another node may have given the cursor; this one may yet have to reach its revision, or be past it.
        ReadOptions reaching = cursor == null ? options
                : ReadOptions.LOCAL.withMinRevision(revision).withTimeout(options.timeout());
        return client.read(reaching).map(state -> {
            if (state.revision() > revision && (cursor == null || !isAsOf(revision, state, request, cursor))) {
                throw Problem.compacted(revision, state.revision());
            } else if (state.revision() < revision) {
                throw Problem.notFound("There is no revision " + revision + " yet");
            }
            return state;
        });
    }

    /**
     * Whether what is left of a list is in {@code state} as it was at {@code revision}: no name has come or gone since, and
     * none of the properties that are left was written. Until a node keeps the history of its state, that is all that one can
     * know of a revision that another node has pinned.
     */
    private static boolean isAsOf(long revision, PublishedState state, ListRequest request, Cursor cursor) {
        return state.namesRevision() <= revision && state
                .page(request.prefixOrAll(), cursor.after(), Integer.MAX_VALUE)
                .stream().allMatch(it -> it.revision() <= revision);
    }

    private Response.ResponseBuilder page(UriInfo uri, HttpHeaders headers, ListRequest request, @Nullable Cursor cursor,
            PublishedState state) {
        long revision = cursor == null ? state.revision() : cursor.revision();
        String etag = Views.etag(revision);
        if (hasNewest(headers, etag)) {
            return Response.notModified().header("ETag", etag);
        }
        int limit = request.limitOrDefault();
        List<Property> properties = state.page(request.prefixOrAll(), cursor == null ? null : cursor.after(), limit + 1);
        ObjectNode view = Json.object().put("revision", revision);
        ArrayNode list = view.putArray("properties");
        properties.stream().limit(limit).forEach(it -> list.add(Views.property(it, names)));
        Response.ResponseBuilder response = Response.ok().type(MediaTypes.JSON).header("ETag", etag);
        if (properties.size() > limit) {
            String next = new Cursor(revision, properties.get(limit - 1).name()).toString();
            view.put("next", next);
            response.header("Link", "<" + link(uri, request, limit, next) + ">; rel=\"next\"");
            if (state.revision() == revision) {
                pinned.pin(state);
            }
        }
        return response.entity(Json.bytes(view));
    }

    private static URI link(UriInfo uri, ListRequest request, int limit, String next) {
        UriBuilder link = UriBuilder.fromPath(uri.getRequestUri().getRawPath()).queryParam("limit", limit)
                .queryParam("after", next);
        return request.prefix() == null ? link.build() : link.queryParam("prefix", "{prefix}").build(request.prefix());
    }

    private Response.ResponseBuilder found(String name, @Nullable Property property, MediaType type, HttpHeaders headers) {
        if (property == null) {
            throw Problem.notFound("There is no property " + name);
        }
        String etag = Views.etag(property.revision());
        if (hasNewest(headers, etag)) {
            return Response.notModified().header("ETag", etag);
        } else if (type.equals(MediaTypes.JSON)) {
            return Response.ok(Json.bytes(Views.property(property, names)), MediaTypes.JSON).header("ETag", etag);
        } else if (names.isSecret(name)) {
            throw Problem.notAcceptable("application/json, without the value: " + name + " is secret");
        }
        return Response.ok(property.value(), "text/plain;charset=UTF-8").header("ETag", etag);
    }

    /** RFC 9110 §13.1.2: weak comparison, for nothing is told but that it is the same. */
    private static boolean hasNewest(HttpHeaders headers, String etag) {
        List<String> seen = headers.getRequestHeader("If-None-Match");
        if (seen == null) {
            return false;
        }
        for (String list : seen) {
            for (String tag : list.split(",", -1)) {
                String stripped = tag.strip();
                if (stripped.equals("*") || stripped.equals(etag) || stripped.equals("W/" + etag)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Set<String> listParameters() {
        Set<String> parameters = new HashSet<>(ReadRequest.PARAMETERS);
        parameters.addAll(List.of("prefix", "limit", "after", "revision"));
        return Set.copyOf(parameters);
    }
}
