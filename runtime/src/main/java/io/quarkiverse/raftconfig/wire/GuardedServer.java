package io.quarkiverse.raftconfig.wire;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import org.jboss.logging.Logger;
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
 * An HTTP server that counts its connections, and gives them a deadline, from the moment TCP accepts them. Vert.x tells of a
 * connection only once it speaks HTTP, so one that says nothing, or a byte a second, would be neither counted nor missed.
 */
final class GuardedServer extends HttpServerImpl {
    private static final Logger LOG = Logger.getLogger(GuardedServer.class);

    /** A hello takes a few hundred bytes, with all that HTTP/2 says around it. */
    private static final int HANDSHAKE_BYTES_MAX = 64 << 10;

    private final int connectionsMax;
    private final int handshakeMillisMax;
    /** On the loop only. */
    private final Map<java.net.SocketAddress, ScheduledFuture<?>> deadlines = new HashMap<>();

    GuardedServer(VertxLoop loop, HttpServerOptions options, WireSettings settings) {
        super((VertxInternal) loop.vertx(), options);
        connectionsMax = settings.connectionsMax();
        handshakeMillisMax = settings.handshakeMillisMax();
    }

    @Override
    protected BiConsumer<Channel, SslChannelProvider> childHandler(ContextInternal context, SocketAddress address,
            GlobalTrafficShapingHandler trafficShaping) {
        BiConsumer<Channel, SslChannelProvider> http = super.childHandler(context, address, trafficShaping);
        return (channel, ssl) -> {
            if (deadlines.size() >= connectionsMax) {
                LOG.debugf("A connection was cut off: %d are open", connectionsMax);
                cutOff(channel);
                return;
            }
            java.net.SocketAddress remote = channel.remoteAddress();
            deadlines.put(remote,
                    channel.eventLoop().schedule(() -> cutOff(channel), handshakeMillisMax, TimeUnit.MILLISECONDS));
            channel.closeFuture().addListener(closed -> cancel(deadlines.remove(remote)));
            channel.pipeline().addFirst(new Allowance(remote));
            http.accept(channel, ssl);
        };
    }

    /** The connection from {@code remote} has shown who it is: it may stay. */
    void admitted(SocketAddress remote) {
        cancel(deadlines.get(new InetSocketAddress(remote.hostAddress(), remote.port())));
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
            ScheduledFuture<?> deadline = deadlines.get(remote);
            if (deadline == null || deadline.isCancelled()) {
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

    private static void cancel(@Nullable ScheduledFuture<?> deadline) {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }
}
