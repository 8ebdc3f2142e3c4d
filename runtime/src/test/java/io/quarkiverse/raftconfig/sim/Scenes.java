package io.quarkiverse.raftconfig.sim;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.ReplicaId;
import io.quarkiverse.raftconfig.core.Role;
import io.quarkiverse.raftconfig.core.SnapshotPoint;
import io.quarkiverse.raftconfig.history.Response;
import io.quarkiverse.raftconfig.node.NodeStatus;
import io.quarkiverse.raftconfig.node.StoreWrite;

/** Counts what a run has come to see. Judges nothing. */
final class Scenes extends Invariant {
    private final Simulation simulation;
    private final Map<Scene, Integer> counts = new EnumMap<>(Scene.class);
    /** By term, who has asked for votes; of terms that may still get a leader. */
    private final SortedMap<Long, SortedSet<ReplicaId>> candidates = new TreeMap<>();

    /** What has come whole to whom and was not installed yet. */
    private final Map<SimNode, Long> receivedIndexes = new HashMap<>();

    Scenes(Simulation simulation) {
        this.simulation = simulation;
    }

    void count(Scene scene) {
        counts.merge(scene, 1, Integer::sum);
    }

    Map<Scene, Integer> counts() {
        return counts;
    }

    void crashes(SimNode node, SimNode.Life life) {
        if (life.store.isWriting()) {
            count(Scene.CRASH_BEFORE_DURABLE);
        }
        if (life.store.isReceiving()) {
            count(Scene.CRASH_IN_RECEIPT);
        }
        if (life.store.isInstalling()) {
            count(Scene.CRASH_IN_INSTALL);
        }
        if (life.store.isCompacting()) {
            count(Scene.CRASH_IN_COMPACTION);
        }
        if (life.store.isWritingFile()) {
            count(Scene.CRASH_IN_SNAPSHOT_FILE);
        }
    }

    void answered(Response response) {
        if (response instanceof Response.Unknown) {
            count(Scene.OUTCOME_UNKNOWN);
        } else if (response instanceof Response.NotDone) {
            count(Scene.NOT_DONE);
        } else if (response instanceof Response.Refused) {
            count(Scene.EXPECTATION_NOT_MET);
        } else if (response instanceof Response.Done) {
            count(Scene.WRITE_DONE);
        } else {
            count(Scene.READ_DONE);
        }
    }

    @Override
    void started(SimNode node) {
        receivedIndexes.remove(node);
        NodeStatus status = node.requireLife().status;
        if (status.snapshotIndex() > 0) {
            count(Scene.RESTARTED_FROM_SNAPSHOT);
        } else if (status.lastLogIndex() > 0) {
            count(Scene.RESTARTED_WITH_LOG);
        }
    }

    @Override
    void sent(SimNode from, Message message) {
        if (message instanceof Message.RequestVote request) {
            candidates.computeIfAbsent(request.term(), term -> new TreeSet<>()).add(request.from());
        } else if (message instanceof Message.PreVoteResponse response && !response.granted()) {
            count(Scene.PRE_VOTE_REJECTED);
        }
    }

    @Override
    void persisting(SimNode node, StoreWrite write) {
        SnapshotPoint install = write.install();
        if (install != null) {
            receivedIndexes.remove(node);
            if (install.membership().isJoint() || node.requireLife().status.membership().isJoint()) {
                count(Scene.SNAPSHOT_INSTALLED_WHILE_JOINT);
            }
            if (node.disk().log().lastIndex() >= install.last().index()) {
                count(Scene.SNAPSHOT_REPLACED_A_TAIL);
            }
        } else if (!write.entries().isEmpty() && write.entries().get(0).index() <= node.disk().log().lastIndex()) {
            count(Scene.CONFLICT_TRUNCATED);
        }
    }

    @Override
    void snapshotReceived(SimNode node, SnapshotPoint point, Bytes content) {
        count(Scene.SNAPSHOT_RECEIVED);
        receivedIndexes.put(node, point.last().index());
    }

    @Override
    void durable(SimNode node, StoreWrite write) {
        if (write.install() != null) {
            count(Scene.SNAPSHOT_INSTALLED);
        }
        SimNode leader = write.entries().isEmpty() ? null : simulation.leader();
        if (leader == null) {
            return;
        }
        NodeStatus status = leader.requireLife().status;
        long next = status.commitIndex() + 1;
        DurableLog log = leader.disk().log();
        if (log.holds(next) && log.termAt(next) < status.term() && isHeldByMajority(status, next, log)) {
            count(Scene.COMMIT_BLOCKED_BY_OLD_TERM);
        }
    }

    private boolean isHeldByMajority(NodeStatus status, long index, DurableLog log) {
        int holders = 0;
        for (ReplicaId voter : status.membership().voters()) {
            DurableLog its = simulation.node(voter).disk().log();
            if (its.holds(index) && its.hashAt(index) == log.hashAt(index)) {
                holders++;
            }
        }
        return holders > status.membership().voters().size() / 2;
    }

    @Override
    void stepped(SimNode node, NodeStatus before, NodeStatus now) {
        if (now.role() == Role.LEADER && before.role() != Role.LEADER) {
            elected(now);
        } else if (before.role() == Role.LEADER && now.role() != Role.LEADER && now.term() == before.term()) {
            count(Scene.MINORITY_LEADER_STEPPED_DOWN);
        }
        membership(before, now);
        Long received = receivedIndexes.get(node);
        if (received != null && now.commitIndex() >= received && now.snapshotIndex() < received) {
            receivedIndexes.remove(node);
            count(Scene.RECEIVED_SNAPSHOT_NOT_NEEDED);
        }
        if (before.identity().clusterId() == null && now.identity().clusterId() != null) {
            count(Scene.CLUSTER_FOUNDED);
        }
        if (now.lastApplied() > before.lastApplied() && now.lastApplied() < now.commitIndex()) {
            count(Scene.APPLIED_IN_PARTS);
        }
        DurableLog log = node.disk().log();
        if (now.role() == Role.LEADER && now.commitIndex() > before.commitIndex() && log.holds(before.commitIndex() + 1)
                && log.termAt(before.commitIndex() + 1) < now.term()) {
            count(Scene.OLD_TERM_COMMITTED_ALONG);
        }
    }

    private void membership(NodeStatus before, NodeStatus now) {
        ChangeStep step = ChangeStep.between(before, now);
        if (step == ChangeStep.NEW_COMMITTED) {
            count(Scene.MEMBERS_CHANGED);
            if (now.role() != Role.LEADER && !now.membership().replicas().contains(now.identity().replica())) {
                count(Scene.LEADER_LEFT);
            }
        }
        if (now.membershipIndex() < before.membershipIndex() && now.membershipIndex() > 0) {
            count(Scene.MEMBERSHIP_ROLLED_BACK);
        }
    }

    private void elected(NodeStatus leader) {
        count(Scene.LEADER_ELECTED);
        // Its own first entry is there already.
        if (leader.lastLogIndex() - 1 > simulation.commits().committed()) {
            count(Scene.LEADER_WITH_UNCOMMITTED_TAIL);
        }
        candidates.headMap(leader.term()).values().forEach(those -> {
            if (those.size() > 1) {
                count(Scene.SPLIT_VOTE);
            }
        });
        candidates.headMap(leader.term() + 1).clear();
    }
}
