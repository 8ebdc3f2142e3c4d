package io.quarkiverse.raftconfig.rest;

import org.jspecify.annotations.Nullable;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;

/**
 * A body that comes in chunks, of which nobody knows how many there will be. It is read before Quarkus REST does, which would
 * end one that is too large without an answer in the form of this API.
 *
 * <pre>
 * chunk ─┬─ within the limit ─→ kept ─→ the end: the request goes on, with all of it
 *        ├─ beyond it ────────→ too large; what follows is thrown away
 *        └─ lost: nothing happens
 * </pre>
 *
 * Lives on the request's event loop.
 */
final class UnannouncedBody {
    private final RoutingContext context;
    private final long bytesMax;
    private final Runnable tooLarge;
    private Buffer read = Buffer.buffer();
    private boolean over;

    /** @param tooLarge called at most once, and then the request goes no further */
    UnannouncedBody(RoutingContext context, long bytesMax, Runnable tooLarge) {
        this.context = context;
        this.bytesMax = bytesMax;
        this.tooLarge = tooLarge;
    }

    /** Whether {@code request} may have one. */
    static boolean mayHave(HttpServerRequest request) {
        boolean takesBody = !request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD);
        boolean inChunks = request.version() == HttpVersion.HTTP_2 || request.headers().contains("Transfer-Encoding");
        return takesBody && inChunks && !request.headers().contains("Content-Length") && !request.isEnded();
    }

    /**
     * What was read here, or {@code sent} if that is what Quarkus REST has read: it reads nothing of a request that has ended.
     */
    static byte @Nullable [] orSent(RoutingContext context, byte @Nullable [] sent) {
        Buffer read = context.body().buffer();
        return read == null ? sent : read.getBytes();
    }

    void read() {
        HttpServerRequest request = context.request();
        if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
            request.response().writeContinue();
            // Or Quarkus REST would say it again.
            request.headers().remove("Expect");
        }
        request.handler(this::take).endHandler(end -> ended()).exceptionHandler(lost -> over = true);
        request.resume();
    }

    private void take(Buffer chunk) {
        if (over) {
            return;
        }
        if (read.length() + (long) chunk.length() > bytesMax) {
            over = true;
            read = Buffer.buffer();
            tooLarge.run();
        } else {
            read.appendBuffer(chunk);
        }
    }

    /** Whoever finds that the request has not ended yet, as far as handlers can tell, takes the body from the context. */
    private void ended() {
        if (!over) {
            over = true;
            ((RoutingContextInternal) context).setBody(read);
            context.next();
        }
    }
}
