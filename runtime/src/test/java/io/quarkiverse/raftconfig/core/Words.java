package io.quarkiverse.raftconfig.core;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/** What nodes say, write and answer, in the words of a {@link Conversation}. A place in the log is {@code index@term}. */
final class Words {
    private Words() {
    }

    static String of(Message message) {
        return message.getClass().getSimpleName() + " " + content(message);
    }

    private static String content(Message message) {
        if (message instanceof Message.PreVote request) {
            return "for term " + request.term() + ", log ends at " + request.lastLog();
        } else if (message instanceof Message.PreVoteResponse response) {
            return (response.granted() ? "yes" : "no") + " for term " + response.requestedTerm() + ", own term "
                    + response.term();
        } else if (message instanceof Message.RequestVote request) {
            return "term " + request.term() + ", log ends at " + request.lastLog()
                    + (request.transfer() ? ", the leader wants it" : "");
        } else if (message instanceof Message.RequestVoteResponse response) {
            return "term " + response.term() + ", vote " + (response.granted() ? "granted" : "refused");
        } else if (message instanceof Message.AppendEntries request) {
            return "term " + request.term() + ", after " + request.prevLog() + ": "
                    + (request.entries().isEmpty() ? "nothing" : of(request.entries())) + "; committed "
                    + request.leaderCommit();
        } else if (message instanceof Message.AppendEntriesResponse response) {
            return "term " + response.term() + (response.success()
                    ? ", holds up to " + response.matchIndex()
                    : ", no match at " + response.matchIndex() + ", may agree at " + response.hint());
        } else if (message instanceof Message.Heartbeat heartbeat) {
            return "term " + heartbeat.term() + ", round " + heartbeat.round() + "; committed " + heartbeat.leaderCommit();
        } else if (message instanceof Message.HeartbeatResponse response) {
            return "term " + response.term() + ", round " + response.round();
        } else if (message instanceof Message.CommitAdvanced advanced) {
            return "term " + advanced.term() + "; committed " + advanced.commitIndex();
        } else if (message instanceof Message.TimeoutNow request) {
            return "term " + request.term();
        }
        throw new AssertionError("unhandled message: " + message);
    }

    static String of(List<Entry> entries) {
        return entries.stream().map(Words::of).collect(Collectors.joining(", "));
    }

    static String of(Entry entry) {
        return (entry.position() + " " + of(entry.payload())).strip();
    }

    private static String of(Payload payload) {
        if (payload instanceof Payload.NoOp) {
            return "no-op";
        } else if (payload instanceof Payload.Command command) {
            return new String(command.bytes().toArray(), StandardCharsets.UTF_8);
        } else if (payload instanceof Payload.MembershipChange change) {
            return of(change.membership());
        }
        throw new AssertionError("unhandled payload: " + payload);
    }

    private static String of(Membership membership) {
        String old = membership.isJoint() ? " of old, " + names(membership.voters()) + " to be" : "";
        String voters = names(membership.isJoint() ? membership.oldVoters() : membership.voters());
        String learners = membership.learners().isEmpty() ? "" : ", learners " + names(membership.learners());
        return "members " + voters + old + learners;
    }

    /** @param before what was asked to be written last: only what differs is worth a word */
    static String of(Write write, HardState before) {
        String hard = write.hardState().equals(before) ? "" : of(write.hardState());
        String entries = of(write.entries());
        return hard + (hard.isEmpty() || entries.isEmpty() ? "" : ", ") + entries;
    }

    static String of(HardState hard) {
        return "term " + hard.term() + ", vote " + (hard.votedFor() == null ? "unspent" : "for " + name(hard.votedFor()));
    }

    static String of(Answer answer) {
        if (answer instanceof Answer.Appended appended) {
            return "request " + answer.ticket() + " is appended at " + appended.position() + ", not yet committed";
        } else if (answer instanceof Answer.Refused refused) {
            return "request " + answer.ticket() + " is refused, " + refused.reason().name().toLowerCase(Locale.ROOT);
        } else if (answer instanceof Answer.ReadIndex read) {
            return "request " + answer.ticket() + " may read once " + read.index() + " is applied";
        } else if (answer instanceof Answer.MembershipChanged changed) {
            return "request " + answer.ticket() + " is done, the membership is committed at " + changed.membershipIndex();
        } else if (answer instanceof Answer.Transferred) {
            return "request " + answer.ticket() + " is done, a later term has begun";
        } else if (answer instanceof Answer.MembershipUnknown) {
            return "request " + answer.ticket() + " may have been done or not";
        }
        throw new AssertionError("unhandled answer: " + answer);
    }

    /** As in figures 7 and 8: of each entry the term. */
    static String terms(List<Entry> log) {
        return log.isEmpty() ? "empty"
                : log.stream().map(entry -> Long.toString(entry.term())).collect(Collectors.joining(" "));
    }

    static String role(Role role, @Nullable ReplicaId leader, boolean asksForVotes) {
        return switch (role) {
            case LEADER -> "leader";
            case CANDIDATE -> asksForVotes ? "candidate" : "pre-candidate";
            case FOLLOWER, LEARNER -> leader == null ? "follower" : "follower of " + name(leader);
        };
    }

    static String name(ReplicaId replica) {
        return replica.node().value();
    }

    private static String names(SortedSet<ReplicaId> replicas) {
        return replicas.stream().map(Words::name).collect(Collectors.joining(" "));
    }
}
