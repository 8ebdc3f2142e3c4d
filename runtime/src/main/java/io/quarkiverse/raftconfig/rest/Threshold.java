package io.quarkiverse.raftconfig.rest;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;

import org.jspecify.annotations.Nullable;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;

/**
 * What Quarkus would answer in its own form before {@link ApiResource} is reached: methods that no resource can have, and
 * bodies that are larger than it lets in. It sees requests below this API's path only, so that the application's own stay as
 * they are.
 */
@Singleton
public class Threshold {
    /** Those for which {@link ApiResource} answers itself. */
    private static final Set<HttpMethod> METHODS = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.PUT, HttpMethod.POST,
            HttpMethod.PATCH, HttpMethod.DELETE);
    private static final long LINGER_MILLIS = 2_000;

    private final Exchange exchange;
    private final PropertyWrites writes;
    private final Backups backups;

    @Inject
    public Threshold(Exchange exchange, PropertyWrites writes, Backups backups) {
        this.exchange = exchange;
        this.writes = writes;
        this.backups = backups;
    }

    /**
     * Answers the request, or lets it go on.
     *
     * @param bodyBytesMax what the application's HTTP server lets in
     */
    public void handle(RoutingContext context, long bodyBytesMax) {
        HttpServerRequest request = context.request();
        String path = below(request.path());
        if (!METHODS.contains(request.method())) {
            answer(request, ApiResource.otherMethod(path));
            return;
        }
        long max = Math.min(bodyBytesMax,
                path.equals(ApiResource.RESTORE) ? backups.bodyBytesMax() : writes.bodyBytesMax());
        if (announced(request) > max) {
            answerAndClose(context, Problem.bodyTooLarge(max));
        } else if (UnannouncedBody.mayHave(request)) {
            new UnannouncedBody(context, max, () -> answerAndClose(context, Problem.bodyTooLarge(max))).read();
        } else {
            context.next();
        }
    }

    /** The last {@code /v1/}, since no path of this API has a second one, and the application's root path may have one too. */
    static String below(String path) {
        return path.substring(path.lastIndexOf("/v1/") + "/v1/".length());
    }

    private static long announced(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        try {
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private void answer(HttpServerRequest request, Problem problem) {
        write(request, problem);
        request.resume();
    }

    /**
     * What is left of the body is thrown away, for a while: a connection that is cut while the client still sends may take the
     * answer with it.
     */
    private void answerAndClose(RoutingContext context, Problem problem) {
        HttpServerRequest request = context.request();
        request.handler(chunk -> {
        });
        boolean shared = request.version() == HttpVersion.HTTP_2;
        if (!shared) {
            HttpConnection connection = request.connection();
            request.endHandler(end -> connection.close());
            request.response().putHeader("Connection", "close")
                    .endHandler(sent -> context.vertx().setTimer(LINGER_MILLIS, late -> connection.close()));
        }
        write(request, problem);
        request.resume();
    }

    private void write(HttpServerRequest request, Problem problem) {
        Response told = exchange.told(problem);
        HttpServerResponse response = request.response().setStatusCode(told.getStatus());
        told.getStringHeaders().forEach((String name, List<String> values) -> response.putHeader(name, values));
        @Nullable
        Object body = told.getEntity();
        if (request.method().equals(HttpMethod.HEAD) || !(body instanceof byte[] bytes)) {
            response.end();
        } else {
            response.end(new String(bytes, StandardCharsets.UTF_8));
        }
    }
}
