package io.quarkiverse.raftconfig.wire;

import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.traffic.GlobalTrafficShapingHandler;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.HttpServerImpl;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.SslChannelProvider;

/**
 * An HTTP server that counts those that have not shown who they are, and gives them a deadline, from the moment TCP accepts
 * them. Vert.x tells of a connection only once it speaks HTTP, so one that says nothing, or a byte a second, would be neither
 * counted nor missed.
 * <p>
 * When there are too many of them the oldest gives way to the newest: a peer needs a moment to show who it is, and so comes
 * in however many others fill the port.
 */
final class GuardedServer extends HttpServerImpl {
    /** A hello takes a few hundred bytes, with all that HTTP/2 says around it. */
    private static final int HANDSHAKE_BYTES_MAX = 64 << 10;

    private final int strangersMax;
    private final int handshakeMillisMax;
    private final Runnable crowded;
    /** Who has not shown who it is, the oldest first. On the loop only. */
    private final Map<java.net.SocketAddress, Stranger> strangers = new LinkedHashMap<>();
    /** What accepts; known from the first connection on. */
    private @Nullable Channel acceptor;

    private record Stranger(Channel channel, ScheduledFuture<?> deadline) {
    }

    /** @param crowded runs whenever one has to give way to another */
    GuardedServer(VertxLoop loop, HttpServerOptions options, WireSettings settings, Runnable crowded) {
        super((VertxInternal) loop.vertx(), options);
        this.strangersMax = settings.strangersMax();
        this.handshakeMillisMax = settings.handshakeMillisMax();
        this.crowded = crowded;
    }

    @Override
    protected BiConsumer<Channel, SslChannelProvider> childHandler(ContextInternal context, SocketAddress address,
            GlobalTrafficShapingHandler trafficShaping) {
        BiConsumer<Channel, SslChannelProvider> http = super.childHandler(context, address, trafficShaping);
        return (channel, ssl) -> {
            acceptor = channel.parent();
            if (strangers.size() >= strangersMax) {
                cutOffOldest();
            }
            java.net.SocketAddress remote = channel.remoteAddress();
            Stranger stranger = new Stranger(channel,
                    channel.eventLoop().schedule(() -> cutOff(channel), handshakeMillisMax, TimeUnit.MILLISECONDS));
            strangers.put(remote, stranger);
            channel.closeFuture().addListener(closed -> {
                stranger.deadline.cancel(false);
                strangers.remove(remote, stranger);
            });
            channel.pipeline().addFirst(new Allowance(remote));
            http.accept(channel, ssl);
        };
    }

    /**
     * Accepts no more, and then closes. Vert.x itself first takes away those who would handle a connection: one that is
     * accepted in between makes Netty log a warning.
     */
    void closeInOrder(Runnable closed) {
        if (acceptor == null) {
            close().onComplete(ignored -> closed.run());
        } else {
            acceptor.close().addListener(ignored -> close().onComplete(done -> closed.run()));
        }
    }

    /** The connection from {@code remote} has shown who it is: it may stay. */
    void admitted(SocketAddress remote) {
        Stranger shown = strangers.remove(new InetSocketAddress(remote.hostAddress(), remote.port()));
        if (shown != null) {
            shown.deadline.cancel(false);
        }
    }

    private void cutOffOldest() {
        Iterator<Stranger> oldestFirst = strangers.values().iterator();
        Stranger oldest = oldestFirst.next();
        oldestFirst.remove();
        oldest.deadline.cancel(false);
        cutOff(oldest.channel);
        crowded.run();
    }

    /** Counts what a connection says before it has shown who it is: a flood of any kind ends here, before it costs much. */
    private final class Allowance extends ChannelInboundHandlerAdapter {
        private final java.net.SocketAddress remote;
        private int leftBytes = HANDSHAKE_BYTES_MAX;

        Allowance(java.net.SocketAddress remote) {
            this.remote = remote;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            if (!strangers.containsKey(remote)) {
                context.pipeline().remove(this);
            } else if (message instanceof ByteBuf bytes) {
                leftBytes -= bytes.readableBytes();
                if (leftBytes < 0) {
                    bytes.release();
                    cutOff(context.channel());
                    return;
                }
            }
            context.fireChannelRead(message);
        }
    }

    private static void cutOff(Channel channel) {
        // From the transport's end of the pipeline: HTTP/2 would first wait for streams that are open. Nobody waits for it: the
        // channel tells of its end by itself.
        var unused = channel.pipeline().firstContext().close();
    }
}
