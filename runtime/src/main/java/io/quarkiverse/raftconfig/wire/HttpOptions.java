package io.quarkiverse.raftconfig.wire;

import java.util.concurrent.TimeUnit;

import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;

/** The one place that says how HTTP/2 is spoken between peers, at both ends; TLS between peers belongs here too. */
final class HttpOptions {
    /** Carries Raft and founding messages. */
    static final String RAFT_PATH = "/raft-config/peer/raft";
    /** Carries requests and their responses. */
    static final String REQUESTS_PATH = "/raft-config/peer/requests";
    /** Carries chunks of snapshots, which are long: whoever asks something need not wait behind them. */
    static final String SNAPSHOTS_PATH = "/raft-config/peer/snapshots";

    private static final int STREAMS_MAX = 100;
    private static final int HEADER_LIST_BYTES_MAX = 8 << 10;
    private static final int HTTP_FRAME_BYTES_MAX = 64 << 10;
    /** What one end may send before the other has read: enough for a fast network with some delay. */
    private static final int STREAM_WINDOW_BYTES = 4 << 20;
    private static final int CONNECTION_WINDOW_BYTES = 8 << 20;
    /** For connections that never get to speak HTTP/2; the others are pinged, and never idle for so long. */
    private static final int IDLE_SECONDS_MAX = 30;

    private HttpOptions() {
    }

    static HttpServerOptions server(WireSettings settings) {
        return new HttpServerOptions()
                .setHost(settings.host())
                .setPort(settings.port())
                .setHttp2ClearTextEnabled(true)
                .setInitialSettings(streams())
                .setHttp2ConnectionWindowSize(CONNECTION_WINDOW_BYTES)
                .setHttp2RstFloodMaxRstFramePerWindow(STREAMS_MAX)
                .setHttp2RstFloodWindowDuration(30)
                .setHttp2RstFloodWindowDurationTimeUnit(TimeUnit.SECONDS)
                .setMaxHeaderSize(HEADER_LIST_BYTES_MAX)
                .setCompressionSupported(false)
                .setDecompressionSupported(false)
                .setIdleTimeout(IDLE_SECONDS_MAX)
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setTcpNoDelay(true)
                .setTcpKeepAlive(true);
    }

    /** Of a client for one connection. */
    static HttpClientOptions client(int connectMillisMax) {
        return new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setHttp2MaxPoolSize(1)
                .setHttp2KeepAliveTimeout(0)
                .setPoolCleanerPeriod(0)
                .setInitialSettings(streams().setPushEnabled(false))
                .setHttp2ConnectionWindowSize(CONNECTION_WINDOW_BYTES)
                .setDecompressionSupported(false)
                .setMaxRedirects(0)
                .setConnectTimeout(connectMillisMax)
                .setTcpNoDelay(true)
                .setTcpKeepAlive(true);
    }

    private static Http2Settings streams() {
        return new Http2Settings()
                .setMaxConcurrentStreams(STREAMS_MAX)
                .setMaxHeaderListSize(HEADER_LIST_BYTES_MAX)
                .setMaxFrameSize(HTTP_FRAME_BYTES_MAX)
                .setInitialWindowSize(STREAM_WINDOW_BYTES);
    }
}
