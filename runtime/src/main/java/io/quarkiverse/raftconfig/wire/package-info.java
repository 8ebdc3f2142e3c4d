/**
 * The peers: one HTTP/2 connection for each pair of nodes, on a port of its own. Start reading at
 * {@link HttpPeerTransport}, which decides which connections there are; {@code PeerConnection} is one of them,
 * {@code Dialler} and {@code Gate} are the two ends of a handshake, {@code FrameReader} and {@code Outbox} the two ends of a
 * stream. All of it runs on the one thread of {@link VertxLoop}, together with the node, so nothing here is synchronised
 * and nothing here may block. What the bytes mean is written down in {@code docs/formats.md}.
 */
@NullMarked
package io.quarkiverse.raftconfig.wire;

import org.jspecify.annotations.NullMarked;
