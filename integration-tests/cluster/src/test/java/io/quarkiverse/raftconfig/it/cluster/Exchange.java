package io.quarkiverse.raftconfig.it.cluster;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.history.Guard;
import io.quarkiverse.raftconfig.history.Request;
import io.quarkiverse.raftconfig.history.Response;

/** A {@link Request} over HTTP. */
record Exchange(Request request, String method, @Nullable String body, List<String> headers) {
    static Exchange of(Request request, @Nullable String key) {
        var headers = new ArrayList<String>();
        if (key != null) {
            headers.addAll(List.of("Idempotency-Key", key));
        }
        if (request instanceof Request.Put put) {
            headers.addAll(headers(put.guard()));
            return new Exchange(request, "PUT", put.value(), headers);
        } else if (request instanceof Request.Delete delete) {
            headers.addAll(headers(delete.guard()));
            return new Exchange(request, "DELETE", null, headers);
        }
        return new Exchange(request, "GET", null, headers);
    }

    private static List<String> headers(Guard guard) {
        if (guard instanceof Guard.Absent) {
            return List.of("If-None-Match", "*");
        } else if (guard instanceof Guard.Present) {
            return List.of("If-Match", "*");
        } else if (guard instanceof Guard.AtRevision at) {
            return List.of("If-Match", "\"" + at.revision() + "\"");
        }
        return List.of();
    }

    Response with(Replica replica, String property, Duration patience, String query) {
        try {
            return response(replica.ask(patience, method, "/raft-config/v1/properties/" + property + query, body,
                    headers.toArray(String[]::new)));
        } catch (UncheckedIOException e) {
            return Client.refused(e) ? new Response.NotDone() : new Response.Unknown();
        }
    }

    private Response response(Reply reply) {
        boolean isRead = request instanceof Request.Get;
        return switch (reply.status()) {
            case 200, 201 -> isRead ? new Response.Found(reply.json().path("value").asText(), revision(reply))
                    : new Response.Done(revision(reply));
            case 404 -> new Response.Absent();
            case 412 -> new Response.Refused(reply.json().path("currentRevision").asLong());
            // Each of these says that it is certainly not done.
            case 429, 503, 507 -> new Response.NotDone();
            case 504 -> isRead ? new Response.NotDone() : new Response.Unknown();
            default -> throw new IllegalStateException(method + " was answered with " + reply.status() + ": " + reply.body());
        };
    }

    private static long revision(Reply reply) {
        return reply.json().path("revision").asLong();
    }
}
