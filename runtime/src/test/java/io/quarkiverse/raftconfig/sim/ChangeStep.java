package io.quarkiverse.raftconfig.sim;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.Role;
import io.quarkiverse.raftconfig.node.NodeStatus;

/** The steps of a leader that changes the membership (§6). */
enum ChangeStep {
    LEARNERS_APPENDED(Scene.CRASH_WITH_LEARNERS_APPENDED),
    JOINT_APPENDED(Scene.CRASH_WITH_JOINT_APPENDED),
    /** And what is to follow it is appended. */
    JOINT_COMMITTED(Scene.CRASH_WITH_JOINT_COMMITTED),
    NEW_COMMITTED(Scene.CRASH_WITH_NEW_COMMITTED);

    /** The leader's crash just after this. */
    final Scene crash;

    ChangeStep(Scene crash) {
        this.crash = crash;
    }

    /** The one that a leader has made between {@code before} and {@code now}; null if it has made none. */
    static @Nullable ChangeStep between(NodeStatus before, NodeStatus now) {
        Membership latest = now.membership();
        if (now.role() == Role.LEADER && now.membershipIndex() > before.membershipIndex()) {
            return latest.isJoint() ? JOINT_APPENDED
                    : before.membership().isJoint() ? JOINT_COMMITTED
                            : latest.learners().containsAll(before.membership().learners()) ? LEARNERS_APPENDED : null;
        }
        boolean committed = before.committedMembershipIndex() < now.committedMembershipIndex()
                && now.committedMembershipIndex() == now.membershipIndex();
        // It may lead no more, being left out.
        return before.role() == Role.LEADER && committed && !latest.isJoint() && before.committedMembership().isJoint()
                ? NEW_COMMITTED
                : null;
    }
}
