package io.quarkiverse.raftconfig.sim;

import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.HardState;
import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.node.StoreWrite;

/** What is said and stored, in words short enough for a trace. */
final class Words {
    private Words() {
    }

    static String of(Message message) {
        String kind = message.getClass().getSimpleName() + " term " + message.term();
        if (message instanceof Message.AppendEntries append) {
            return kind + " after " + append.prevLog() + ", " + append.entries().size() + " entries, commit "
                    + append.leaderCommit();
        } else if (message instanceof Message.AppendEntriesResponse response) {
            return kind + (response.success() ? " holds " : " no match at ") + response.matchIndex();
        } else if (message instanceof Message.RequestVote request) {
            return kind + " log ends at " + request.lastLog();
        } else if (message instanceof Message.RequestVoteResponse response) {
            return kind + (response.granted() ? " yes" : " no");
        } else if (message instanceof Message.PreVote request) {
            return kind + " log ends at " + request.lastLog();
        } else if (message instanceof Message.PreVoteResponse response) {
            return kind + (response.granted() ? " yes" : " no");
        } else if (message instanceof Message.Heartbeat heartbeat) {
            return kind + " round " + heartbeat.round() + ", commit " + heartbeat.leaderCommit();
        } else if (message instanceof Message.HeartbeatResponse response) {
            return kind + " round " + response.round();
        } else if (message instanceof Message.CommitAdvanced advanced) {
            return kind + " commit " + advanced.commitIndex();
        }
        return kind;
    }

    static String of(StoreWrite write) {
        HardState hard = write.hardState();
        StringBuilder text = new StringBuilder();
        if (hard != null) {
            text.append("term ").append(hard.term()).append(", vote for ")
                    .append(hard.votedFor() == null ? "nobody" : hard.votedFor().node());
        }
        if (!write.entries().isEmpty()) {
            Entry first = write.entries().get(0);
            Entry last = write.entries().get(write.entries().size() - 1);
            text.append(text.isEmpty() ? "" : ", ").append("entries ").append(first.position()).append(" to ")
                    .append(last.position());
        }
        return text.isEmpty() ? "commit index " + write.commitIndex() : text.toString();
    }
}
