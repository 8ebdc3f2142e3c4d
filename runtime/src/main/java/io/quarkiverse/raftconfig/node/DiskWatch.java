package io.quarkiverse.raftconfig.node;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.log.RaftConfigLog;

/**
 * Notices a disk that has not answered for an election timeout. The core then stops leading and does not campaign; here
 * it is said to people. Lives on the loop.
 */
final class DiskWatch {
    private final NodeId self;
    private final Loop loop;
    private final StoreWriter writer;
    private final long patienceMillis;
    private final Runnable onChange;
    private final Alarm alarm;
    private boolean silent;
    private boolean over;

    DiskWatch(NodeId self, Loop loop, StoreWriter writer, NodeSettings settings, Runnable onChange) {
        this.self = self;
        this.loop = loop;
        this.writer = writer;
        this.patienceMillis = settings.raft().electionTimeoutMillis();
        this.onChange = onChange;
        this.alarm = new Alarm(loop, this::look);
    }

    boolean isSilent() {
        return silent;
    }

    /** Looks now, and again when the oldest write that is under way will have taken too long. */
    void look() {
        if (over) {
            return;
        }
        long since = writer.waitingSinceMillis();
        long patienceEnds = since == Long.MAX_VALUE ? Long.MAX_VALUE : since + patienceMillis;
        boolean nowSilent = loop.nowMillis() >= patienceEnds;
        alarm.setTo(nowSilent ? Long.MAX_VALUE : patienceEnds);
        if (nowSilent == silent) {
            return;
        }
        silent = nowSilent;
        if (silent) {
            RaftConfigLog.LOG.diskSilent(self.value(), patienceMillis);
        } else {
            RaftConfigLog.LOG.diskAnswers(self.value());
        }
        onChange.run();
    }

    /** Looks no more. */
    void end() {
        over = true;
        alarm.cancel();
    }
}
