package io.quarkiverse.raftconfig.log;

import java.lang.invoke.MethodHandles;

import org.jboss.logging.BasicLogger;
import org.jboss.logging.Logger;
import org.jboss.logging.annotations.Cause;
import org.jboss.logging.annotations.LogMessage;
import org.jboss.logging.annotations.Message;
import org.jboss.logging.annotations.MessageLogger;
import org.jspecify.annotations.Nullable;

/**
 * All messages that an operator may act on: 1xxx elections and lifecycle, 2xxx storage, 3xxx peers, 4xxx membership and
 * snapshots, 5xxx REST and config source. An id is never reused. ERROR: this node stopped serving. WARN: someone should look.
 * INFO: leadership, membership, lifecycle; never per entry. No message holds a property's value.
 */
@MessageLogger(projectCode = "RAFTCFG", length = 5)
public interface RaftConfigLog extends BasicLogger {
    RaftConfigLog LOG = Logger.getMessageLogger(MethodHandles.lookup(), RaftConfigLog.class, "io.quarkiverse.raftconfig");

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 1001, value = "Node %s: %s leads in term %d.")
    void leaderChanged(String nodeId, @Nullable String leader, long term);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 3001, value = "Node %s: connected with peer %s.")
    void peerConnected(String nodeId, String peer);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 3002, value = "Node %s: the connection with peer %s is broken: %s. It is made again as soon as the peer can be reached.")
    void peerDisconnected(String nodeId, String peer, String reason);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 3003, value = "Node %s: refused a connection of node %s, which %s. Until that is mended these two do not talk.")
    void peerRefused(String nodeId, String peer, String reason);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 3004, value = "Node %s: peer %s refuses this node, which, it says, %s. Until that is mended these two do not talk.")
    void refusedByPeer(String nodeId, String peer, String reason);

    @Message(id = 3005, value = "The peer port can't be opened: quarkus.raft-config.peer.port is %d, "
            + "quarkus.raft-config.peer.host is %s, and the system says: %s. Stop what holds the port, or set another one, "
            + "here and in the quarkus.raft-config.members of all nodes.")
    IllegalStateException peerPortNotOpened(int port, String host, String systemSays, @Cause Throwable cause);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 3006, value = "Node %s: peer %s does not read fast enough: what is sent to it is dropped until it has read "
            + "the %d bytes that wait for it. Raft sends again what is missing.")
    void peerSlow(String nodeId, String peer, long waitingBytes);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 3007, value = "Node %s: peer %s was cut off: %s.")
    void peerCutOff(String nodeId, String peer, String reason);
}
