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

    @Message(id = 2001, value = "The data directory %s (quarkus.raft-config.data-dir) is damaged, it does not hold what was "
            + "written to it: %s. This node does not start, because what it would remember may not be what it has promised; "
            + "nothing was changed there. The other nodes go on without it while a majority of all is there. Keep a copy of "
            + "the directory. Emptied, it makes this node a new replica, which takes the place of the old one when that is asked "
            + "for (PUT /members); a node that is alone begins anew, without its properties. An older copy of the directory is "
            + "no way out in a cluster: with it this node could vote twice.")
    String storeDamaged(String directory, String what);

    @Message(id = 2002, value = "The data directory %s (quarkus.raft-config.data-dir) is in use by another process, or by "
            + "another application in this one. Two nodes can't share a directory: stop the other, or give each node its own.")
    IllegalStateException dataDirectoryLocked(String directory);

    @Message(id = 2003, value = "The data directory %s (quarkus.raft-config.data-dir) can't be used: %s. It must be a "
            + "directory, or a path where one may be made, in which this process may read, write and delete files.")
    IllegalStateException dataDirectoryUnusable(String directory, String why, @Cause Throwable cause);

    @Message(id = 2004, value = "The data directory %s is that of node %s, but quarkus.raft-config.node-id says %s. What a "
            + "node has promised is bound to its name: set the name of before, or give the new node a directory of its own.")
    IllegalStateException dataDirectoryOfOtherNode(String directory, String stored, String configured);

    @Message(id = 2005, value = "The data directory %s was written by a later version of this software: %s. This node does not "
            + "start, and nothing was changed there. Start it with that version again.")
    IllegalStateException storeFormatUnknown(String directory, String what);

    @Message(id = 2006, value = "The directory %s holds no data of a node. Give the path that quarkus.raft-config.data-dir names.")
    IllegalStateException noNodesData(String directory);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 1101, value = "Node %s: %s, which led in term %d, is not the leader any more. Writes wait for the next one.")
    void leaderLost(String nodeId, String leader, long term);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 1102, value = "Node %s has founded cluster %s.")
    void founded(String nodeId, String clusterId);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 1103, value = "Node %s now belongs to cluster %s.")
    void joined(String nodeId, String clusterId);

    @LogMessage(level = Logger.Level.ERROR)
    @Message(id = 1104, value = "Node %s takes no part any more until it is started again: %s. It shows its last state to readers.")
    void degraded(String nodeId, String reason, @Cause Throwable cause);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 1105, value = "Node %s: the disk has not answered a write for %d ms. Until it does, this node takes no part.")
    void diskSilent(String nodeId, long millis);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 1106, value = "Node %s: the disk answers again, and this node takes part again.")
    void diskAnswers(String nodeId);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 1107, value = "Node %s: listener %s threw %s. It will hear the next change.")
    void listenerFailed(String nodeId, String listener, String exception);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 1108, value = "Node %s: can't found a cluster with node %s, which %s.")
    void foundingRefused(String nodeId, String peer, String reason);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 1109, value = "Node %s: does not found a cluster with node %s, which lists the members %s in "
            + "quarkus.raft-config.members, while this node lists %s. List the same on all nodes; until then there is no cluster.")
    void otherMembersListed(String nodeId, String founder, String its, String own);

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

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 3008, value = "Node %s: more than %d connections to its peer port have not shown who they are, and %d were cut "
            + "off for newer ones since this was said last. Peers still come in. Find out who connects there: nobody but the other "
            + "nodes should reach that port (quarkus.raft-config.peer.port).")
    void peerPortCrowded(String nodeId, int strangersMax, int cutOff);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 4001, value = "Node %s: quarkus.raft-config.members lists %s too, which are no part of the cluster that the data "
            + "directory belongs to: that has the members %s, and this node goes on with these alone. If the others were to "
            + "found a cluster with this node, for instance after a trial with a single one, stop all and empty the data directory of "
            + "this node: its properties are lost with it. If they are gone, take them off the list. If they are to be members, ask "
            + "for that (PUT /members).")
    void listedButNoMembers(String nodeId, String listed, String members);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 4002, value = "Node %s: member %s has come back with an empty data directory. It has forgotten what it had promised, "
            + "and so has no vote, and holds nothing. Put its data directory back; if that is lost, have it replaced: ask for the "
            + "members as they are (PUT /members), or set quarkus.raft-config.replace-lost-after.")
    void memberIsBlank(String nodeId, String member);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 4003, value = "Node %s: the members %s have not been seen for longer than quarkus.raft-config.replace-lost-after. They are "
            + "replaced by what is connected under these names, with empty data directories.")
    void replacesLost(String nodeId, String members);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 4004, value = "Node %s: the learners %s are to be voters, for there are fewer than %d (quarkus.raft-config.voters).")
    void promotes(String nodeId, String learners, int voters);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 4005, value = "Node %s: the members could not be changed as the settings ask: %s. It is tried again in a while.")
    void upkeepFailed(String nodeId, String reason);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 4006, value = "Node %s: a change of the members that nobody waits for any more was given up: %s. The voters are as they "
            + "were. Look at the disk and the network of the new ones, and ask again.")
    void changeGivenUp(String nodeId, String reason);

    @LogMessage(level = Logger.Level.DEBUG)
    @Message(id = 4101, value = "Node %s: a snapshot covers the log up to index %d, term %d.")
    void snapshotTaken(String nodeId, long index, long term);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 4102, value = "Node %s lacked more than the leader's log holds, and was caught up by a snapshot up to index %d, "
            + "term %d.")
    void snapshotInstalled(String nodeId, long index, long term);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 1201, value = "Node %s has started with the data directory %s. It shows revision %d; its cluster has %d voters.")
    void started(String nodeId, String directory, long revision, int voters);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 1202, value = "%s")
    void startWaits(String what);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 1203, value = "Node %s has stopped.")
    void stopped(String nodeId);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 1204, value = "Node %s did not stop in order within %d ms (quarkus.raft-config.shutdown.timeout). What it has "
            + "acknowledged is on disk; the others will notice that it is gone.")
    void stopTookTooLong(String nodeId, long timeoutMillis);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 1205, value = "The temporary data directory %s could not be removed: %s. Remove it by hand.")
    void temporaryDirectoryLeft(String directory, String reason);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 3201, value = "Node %s talks to its peers without TLS (quarkus.raft-config.peer.insecure=true): whoever "
            + "reaches port %d can write every property. Let nobody but the other nodes reach it.")
    void peersWithoutTls(String nodeId, int port);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 5201, value = "A request to the HTTP API failed in a way that should not happen; its caller was told status 500. "
            + "Please report it.")
    void requestFailed(@Cause Throwable cause);
}
