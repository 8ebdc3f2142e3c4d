package io.quarkiverse.raftconfig.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.FoundingMessage;
import io.quarkiverse.raftconfig.core.Message;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.core.ReplicaId;

/**
 * What replicas say to each other.
 *
 * <pre>
 * message                    an {@link Envelope}, body by type:
 *  1 PreVote                 i64 term, position (last log)
 *  2 PreVoteResponse         i64 term, i64 requested term, u8 granted
 *  3 RequestVote             i64 term, position (last log)
 *  4 RequestVoteResponse     i64 term, u8 granted
 *  5 AppendEntries           i64 term, position (previous), i64 leader commit, i64 held by all, i32 count, entries
 *  6 AppendEntriesResponse   i64 term, u8 success, i64 match index, position (hint)
 *  7 Heartbeat               i64 term, i64 round, i64 leader commit
 *  8 HeartbeatResponse       i64 term, i64 round
 *  9 CommitAdvanced          i64 term, i64 commit index
 * 10 TimeoutNow              i64 term
 * 11 RequestVote, transfer   i64 term, position (last log)
 * 33 Ask                     replica id (founder), i64 attempt, i32 count, node ids, ascending
 * 34 AskAnswer               replica id (founder), i64 attempt, u8 verdict
 * 35 Confirm                 replica id (founder), i64 attempt
 * 36 ConfirmAnswer           replica id (founder), i64 attempt, u8 confirmed
 * 37 Release                 replica id (founder), i64 attempt
 * </pre>
 *
 * Sender and receiver are not among the bytes: both belong to the connection, whose handshake has shown them.
 * <p>
 * A later version may append fields to a body and then raises the version: they are ignored here. It may bring new types:
 * these are told to the caller as null, for a message that is not understood is as good as lost, which Raft permits. (An
 * <em>entry</em> of an unknown type is malformed, see {@link EntryCodec}.)
 */
public final class MessageCodec {
    private static final int PRE_VOTE = 1;
    private static final int PRE_VOTE_RESPONSE = 2;
    private static final int REQUEST_VOTE = 3;
    private static final int REQUEST_VOTE_RESPONSE = 4;
    private static final int APPEND_ENTRIES = 5;
    private static final int APPEND_ENTRIES_RESPONSE = 6;
    private static final int HEARTBEAT = 7;
    private static final int HEARTBEAT_RESPONSE = 8;
    private static final int COMMIT_ADVANCED = 9;
    private static final int TIMEOUT_NOW = 10;
    private static final int REQUEST_VOTE_TRANSFER = 11;

    private static final int ASK = 33;
    private static final int ASK_ANSWER = 34;
    private static final int CONFIRM = 35;
    private static final int CONFIRM_ANSWER = 36;
    private static final int RELEASE = 37;

    /** Version, type, index and term. */
    private static final int ENTRY_BYTES_MIN = 18;
    private static final int NODE_ID_BYTES_MIN = 2;

    private MessageCodec() {
    }

    public static void write(ByteWriter out, Message message) {
        int body = Envelope.open(out, typeOf(message));
        out.i64(message.term());
        if (message instanceof Message.PreVote preVote) {
            FieldCodec.writePosition(out, preVote.lastLog());
        } else if (message instanceof Message.PreVoteResponse response) {
            out.i64(response.requestedTerm()).u8(flag(response.granted()));
        } else if (message instanceof Message.RequestVote request) {
            FieldCodec.writePosition(out, request.lastLog());
        } else if (message instanceof Message.RequestVoteResponse response) {
            out.u8(flag(response.granted()));
        } else if (message instanceof Message.AppendEntries append) {
            FieldCodec.writePosition(out, append.prevLog());
            out.i64(append.leaderCommit()).i64(append.heldByAll()).i32(append.entries().size());
            for (Entry entry : append.entries()) {
                EntryCodec.write(out, entry);
            }
        } else if (message instanceof Message.AppendEntriesResponse response) {
            out.u8(flag(response.success())).i64(response.matchIndex());
            FieldCodec.writePosition(out, response.hint());
        } else if (message instanceof Message.Heartbeat heartbeat) {
            out.i64(heartbeat.round()).i64(heartbeat.leaderCommit());
        } else if (message instanceof Message.HeartbeatResponse response) {
            out.i64(response.round());
        } else if (message instanceof Message.CommitAdvanced advanced) {
            out.i64(advanced.commitIndex());
        }
        Envelope.close(out, body);
    }

    public static void write(ByteWriter out, FoundingMessage message) {
        int body = Envelope.open(out, typeOf(message));
        FieldCodec.writeReplicaId(out, message.founder());
        out.i64(message.attempt());
        if (message instanceof FoundingMessage.Ask ask) {
            out.i32(ask.members().size());
            ask.members().forEach(member -> FieldCodec.writeNodeId(out, member));
        } else if (message instanceof FoundingMessage.AskAnswer answer) {
            out.u8(codeOf(answer.verdict()));
        } else if (message instanceof FoundingMessage.ConfirmAnswer answer) {
            out.u8(flag(answer.confirmed()));
        }
        Envelope.close(out, body);
    }

    /**
     * Reads one message and leaves the reader behind it.
     *
     * @return null if the message is of a type that this build does not know
     */
    public static @Nullable Message read(ByteReader in, ReplicaId from, ReplicaId to) {
        Envelope envelope = Envelope.read(in);
        ByteReader body = envelope.body();
        Message message = switch (envelope.type()) {
            case PRE_VOTE -> new Message.PreVote(from, to, body.natural(), FieldCodec.readPosition(body));
            case PRE_VOTE_RESPONSE -> new Message.PreVoteResponse(from, to, body.natural(), body.natural(),
                    FieldCodec.readFlag(body));
            case REQUEST_VOTE -> new Message.RequestVote(from, to, body.natural(), FieldCodec.readPosition(body), false);
            case REQUEST_VOTE_TRANSFER -> new Message.RequestVote(from, to, body.natural(),
                    FieldCodec.readPosition(body), true);
            case REQUEST_VOTE_RESPONSE -> new Message.RequestVoteResponse(from, to, body.natural(),
                    FieldCodec.readFlag(body));
            case APPEND_ENTRIES -> readAppendEntries(body, from, to);
            case APPEND_ENTRIES_RESPONSE -> new Message.AppendEntriesResponse(from, to, body.natural(),
                    FieldCodec.readFlag(body), body.natural(), FieldCodec.readPosition(body));
            case HEARTBEAT -> new Message.Heartbeat(from, to, body.natural(), body.natural(), body.natural());
            case HEARTBEAT_RESPONSE -> new Message.HeartbeatResponse(from, to, body.natural(), body.natural());
            case COMMIT_ADVANCED -> new Message.CommitAdvanced(from, to, body.natural(), body.natural());
            case TIMEOUT_NOW -> new Message.TimeoutNow(from, to, body.natural());
            default -> null;
        };
        if (message != null) {
            envelope.end();
        }
        return message;
    }

    /** As {@link #read}, for the messages of a founding. */
    public static @Nullable FoundingMessage readFounding(ByteReader in) {
        Envelope envelope = Envelope.read(in);
        ByteReader body = envelope.body();
        if (envelope.type() < ASK || envelope.type() > RELEASE) {
            return null;
        }
        ReplicaId founder = FieldCodec.readReplicaId(body);
        long attempt = body.natural();
        FoundingMessage message = switch (envelope.type()) {
            case ASK -> new FoundingMessage.Ask(founder, attempt, readNodeIds(body));
            case ASK_ANSWER -> new FoundingMessage.AskAnswer(founder, attempt, verdict(body.u8()));
            case CONFIRM -> new FoundingMessage.Confirm(founder, attempt);
            case CONFIRM_ANSWER -> new FoundingMessage.ConfirmAnswer(founder, attempt, FieldCodec.readFlag(body));
            case RELEASE -> new FoundingMessage.Release(founder, attempt);
            default -> throw new AssertionError("unhandled type: " + envelope.type());
        };
        envelope.end();
        return message;
    }

    private static int typeOf(Message message) {
        if (message instanceof Message.PreVote) {
            return PRE_VOTE;
        } else if (message instanceof Message.PreVoteResponse) {
            return PRE_VOTE_RESPONSE;
        } else if (message instanceof Message.RequestVote request) {
            return request.transfer() ? REQUEST_VOTE_TRANSFER : REQUEST_VOTE;
        } else if (message instanceof Message.RequestVoteResponse) {
            return REQUEST_VOTE_RESPONSE;
        } else if (message instanceof Message.AppendEntries) {
            return APPEND_ENTRIES;
        } else if (message instanceof Message.AppendEntriesResponse) {
            return APPEND_ENTRIES_RESPONSE;
        } else if (message instanceof Message.Heartbeat) {
            return HEARTBEAT;
        } else if (message instanceof Message.HeartbeatResponse) {
            return HEARTBEAT_RESPONSE;
        } else if (message instanceof Message.CommitAdvanced) {
            return COMMIT_ADVANCED;
        } else if (message instanceof Message.TimeoutNow) {
            return TIMEOUT_NOW;
        }
        throw new AssertionError("unhandled message: " + message.getClass());
    }

    private static int typeOf(FoundingMessage message) {
        if (message instanceof FoundingMessage.Ask) {
            return ASK;
        } else if (message instanceof FoundingMessage.AskAnswer) {
            return ASK_ANSWER;
        } else if (message instanceof FoundingMessage.Confirm) {
            return CONFIRM;
        } else if (message instanceof FoundingMessage.ConfirmAnswer) {
            return CONFIRM_ANSWER;
        } else if (message instanceof FoundingMessage.Release) {
            return RELEASE;
        }
        throw new AssertionError("unhandled message: " + message.getClass());
    }

    /** What it claims must hold, or a log could be corrupted by it: gapless, terms never falling. */
    private static Message readAppendEntries(ByteReader in, ReplicaId from, ReplicaId to) {
        long term = in.natural();
        Position prevLog = FieldCodec.readPosition(in);
        long leaderCommit = in.natural();
        long heldByAll = in.natural();
        int count = in.count(ENTRY_BYTES_MIN);
        List<Entry> entries = new ArrayList<>(count);
        Position last = prevLog;
        for (int i = 0; i < count; i++) {
            Entry entry = EntryCodec.read(in);
            if (entry.index() != last.index() + 1 || entry.term() < last.term()) {
                throw new MalformedException("entry " + entry.position() + " behind " + last);
            }
            entries.add(entry);
            last = entry.position();
        }
        return new Message.AppendEntries(from, to, term, prevLog, entries, leaderCommit, heldByAll);
    }

    private static SortedSet<NodeId> readNodeIds(ByteReader in) {
        int count = in.count(NODE_ID_BYTES_MIN);
        SortedSet<NodeId> ids = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            NodeId id = FieldCodec.readNodeId(in);
            if (!ids.isEmpty() && ids.last().compareTo(id) >= 0) {
                throw new MalformedException("node ids that are not in ascending order");
            }
            ids.add(id);
        }
        return ids;
    }

    private static int codeOf(FoundingMessage.Verdict verdict) {
        return switch (verdict) {
            case PROMISED -> 1;
            case NOT_BLANK -> 2;
            case PROMISED_TO_ANOTHER -> 3;
            case OTHER_MEMBERS -> 4;
        };
    }

    private static FoundingMessage.Verdict verdict(int code) {
        return switch (code) {
            case 1 -> FoundingMessage.Verdict.PROMISED;
            case 2 -> FoundingMessage.Verdict.NOT_BLANK;
            case 3 -> FoundingMessage.Verdict.PROMISED_TO_ANOTHER;
            case 4 -> FoundingMessage.Verdict.OTHER_MEMBERS;
            default -> throw new MalformedException("a verdict of " + code);
        };
    }

    private static int flag(boolean value) {
        return value ? 1 : 0;
    }
}
