package io.quarkiverse.raftconfig.log;

import java.lang.invoke.MethodHandles;

import org.jboss.logging.BasicLogger;
import org.jboss.logging.Logger;
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
}
