package io.quarkiverse.raftconfig.core;

import static io.quarkiverse.raftconfig.core.Words.name;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Plays a scene with real {@link RaftCore}s and tells what happens. Nothing happens by itself: messages wait until they are
 * delivered, clocks stand still until time is let pass, and a disk is quick until it is told to be slow.
 * <p>
 * A scene is a text: comments start with {@code #}, commands stand at the beginning of a line, and what follows from a command
 * is indented below it. {@code T} is 1000 ms, a leader is heard every 100 ms.
 */
final class Conversation {
    private static final RaftSettings SETTINGS = new RaftSettings(1000, 100, 64 << 10, 4, 256 << 10, 1 << 20);
    private static final RaftSettings ONE_ENTRY_A_MESSAGE = new RaftSettings(1000, 100, 1, 4, 256 << 10, 1 << 20);
    /** What an entry says does not matter where the scene begins with it. */
    private static final Payload FORGOTTEN = new Payload.Command(Bytes.EMPTY);
    /** More would be an endless conversation. */
    private static final int MESSAGES_MAX = 1000;

    private final Transcript transcript = new Transcript();
    private final Map<Pattern, Consumer<MatchResult>> commands = new LinkedHashMap<>();
    private final NavigableMap<String, ConversationNode> nodes = new TreeMap<>();
    private final List<Message> underWay = new ArrayList<>();
    private final List<Message> delayed = new ArrayList<>();
    /** While the network is cut: those on one side. Empty if it is whole. */
    private SortedSet<String> side = new TreeSet<>();
    private RaftSettings settings = SETTINGS;
    private Membership membership = Membership.BLANK;
    private boolean started;
    private long ticket;

    private Conversation() {
        before("cluster of ([\\w ]+)", m -> cluster(m.group(1), SETTINGS));
        before("cluster of ([\\w ]+), one entry a message", m -> cluster(m.group(1), ONE_ENTRY_A_MESSAGE));
        before("blank cluster of ([\\w ]+), founded by (\\w+)", m -> founded(m.group(1), m.group(2)));
        before("(\\w+) has log ([\\d ]+) in term (\\d+)", m -> add(m.group(1), number(m, 3), m.group(2), 0));
        before("start", m -> start());
        on("let (\\w+) time out", m -> node(m.group(1)).passToDeadline());
        on("let (\\w+) send heartbeats", m -> node(m.group(1)).passToDeadline());
        on("(\\d+) ms pass at ([\\w ]+)", m -> names(m.group(2)).forEach(name -> node(name).pass(number(m, 1))));
        on("elect (\\w+)", m -> transcript.quietly(() -> elect(m.group(1))));
        on("elect (\\w+) by ([\\w ]+)", m -> transcript.quietly(() -> elect(m.group(1), names(m.group(2)))));
        on("deliver", m -> deliver(message -> true, MESSAGES_MAX));
        on("deliver (\\w+) -> (\\w+)", m -> deliver(on(m), (int) underWay.stream().filter(on(m)).count()));
        on("drop", m -> take(message -> true).forEach(this::lost));
        on("drop (\\w+) -> (\\w+)", m -> take(on(m)).forEach(this::lost));
        on("delay (\\w+) -> (\\w+)", m -> delayed.addAll(take(on(m))));
        on("deliver what was delayed", m -> deliverDelayed());
        on("cut off ([\\w ]+)", m -> cutOff(m.group(1)));
        on("heal", m -> side = new TreeSet<>());
        on("disk of (\\w+) is slow", m -> node(m.group(1)).slowDisk());
        on("disk of (\\w+) does one write", m -> node(m.group(1)).writeOne());
        on("disk of (\\w+) catches up", m -> node(m.group(1)).diskCatchesUp());
        on("crash (\\w+)", m -> node(m.group(1)).crash());
        on("restart (\\w+)", m -> node(m.group(1)).start());
        on("propose at (\\w+): (.+)", m -> propose(m.group(1), m.group(2)));
        on("read at (\\w+)", m -> node(m.group(1)).step(new Input.Read(++ticket)));
        on("(\\w+) loses its connection to (\\w+)",
                m -> node(m.group(1)).step(new Input.Unreachable(Replicas.replica(m.group(2)))));
        on("show", m -> nodes.values().forEach(ConversationNode::show));
        before("quietly (.+)", m -> transcript.quietly(() -> run(m.group(1))));
    }

    /** Plays {@code scene} again: the same comments and commands, and what follows from them now. */
    static String replay(String scene) {
        Conversation conversation = new Conversation();
        for (String line : scene.lines().toList()) {
            if (line.startsWith("  ")) {
                continue;
            }
            conversation.transcript.copy(line);
            if (!line.isEmpty() && !line.startsWith("#")) {
                conversation.run(line);
            }
        }
        return conversation.transcript.text();
    }

    private void run(String command) {
        for (Map.Entry<Pattern, Consumer<MatchResult>> known : commands.entrySet()) {
            Matcher matcher = known.getKey().matcher(command);
            if (matcher.matches()) {
                known.getValue().accept(matcher);
                return;
            }
        }
        throw new IllegalArgumentException("no such command: " + command);
    }

    /** A command that can stand before all nodes are started. */
    private void before(String pattern, Consumer<MatchResult> command) {
        commands.put(Pattern.compile(pattern), command);
    }

    private void on(String pattern, Consumer<MatchResult> command) {
        before(pattern, match -> {
            if (!started) {
                transcript.silently(this::start);
            }
            command.accept(match);
        });
    }

    private void start() {
        started = true;
        nodes.values().forEach(ConversationNode::start);
    }

    /** Members that have led a quiet life until now: a log of two entries, which are committed. */
    private void cluster(String names, RaftSettings settings) {
        begin(names, settings);
        names(names).forEach(name -> add(name, 1, "1 1", 2));
    }

    private void founded(String names, String founder) {
        begin(names, SETTINGS);
        for (String name : names(names)) {
            add(name, name.equals(founder) ? Recovered.founded(membership) : Recovered.BLANK);
        }
    }

    private void begin(String names, RaftSettings settings) {
        nodes.clear();
        underWay.clear();
        delayed.clear();
        side = new TreeSet<>();
        started = false;
        ticket = 0;
        this.settings = settings;
        SortedSet<ReplicaId> voters = new TreeSet<>();
        names(names).forEach(name -> voters.add(Replicas.replica(name)));
        membership = Membership.of(voters, new TreeMap<>());
    }

    private void add(String name, long term, String terms, long commitIndex) {
        List<Entry> log = new ArrayList<>();
        for (String termOfEntry : names(terms)) {
            Position position = new Position(log.size() + 1L, Long.parseLong(termOfEntry));
            log.add(new Entry(position, log.isEmpty() ? new Payload.MembershipChange(membership) : FORGOTTEN));
        }
        add(name, new Recovered(new HardState(term, null), SnapshotPoint.NONE, Position.ZERO, log, commitIndex));
    }

    private void add(String name, Recovered recovered) {
        ReplicaId self = Replicas.replica(name);
        nodes.put(name, new ConversationNode(self, settings, recovered, transcript, this::send));
    }

    /** Everybody hears everything. */
    private void elect(String name) {
        List<String> others = nodes.values().stream().filter(ConversationNode::isUp).map(node -> name(node.self))
                .filter(other -> !other.equals(name)).toList();
        elect(name, others);
        deliver(message -> true, MESSAGES_MAX);
    }

    /** Ends with the first AppendEntries of the new leader under way; nobody but it and {@code voters} has heard anything. */
    private void elect(String name, List<String> voters) {
        Predicate<Message> between = message -> {
            String from = name(message.from());
            String to = name(message.to());
            return (from.equals(name) && voters.contains(to)) || (to.equals(name) && voters.contains(from));
        };
        voters.forEach(voter -> node(voter).pass(settings.electionTimeoutMillis()));
        for (int i = 0; !node(name).leads(); i++) {
            if (i == MESSAGES_MAX) {
                throw new IllegalStateException(name + " is never elected");
            }
            if (underWay.stream().noneMatch(between)) {
                node(name).passToDeadline();
            }
            deliver(between, 1);
        }
        take(message -> !(message instanceof Message.AppendEntries && name(message.from()).equals(name))).forEach(this::lost);
    }

    private void propose(String name, String command) {
        node(name).step(new Input.Propose(List.of(new Input.Proposal(++ticket, TestNode.bytes(command)))));
    }

    private void send(Message message) {
        boolean cut = isCut(message);
        transcript.tell(link(message) + ": " + Words.of(message) + (cut ? " (cut off)" : ""));
        if (!cut) {
            underWay.add(message);
        }
    }

    private void deliver(Predicate<Message> which, int atMost) {
        for (int i = 0; i < atMost; i++) {
            Message next = underWay.stream().filter(which).findFirst().orElse(null);
            if (next == null) {
                return;
            }
            underWay.remove(next);
            deliver(next);
        }
        if (atMost == MESSAGES_MAX) {
            throw new IllegalStateException("they never come to an end");
        }
    }

    private void deliver(Message message) {
        ConversationNode receiver = node(name(message.to()));
        if (!receiver.isUp()) {
            lost(message);
            return;
        }
        transcript.tell(name(message.to()) + " hears " + name(message.from()) + ": " + Words.of(message));
        transcript.within(() -> receiver.step(new Input.Received(message)));
    }

    private void deliverDelayed() {
        List<Message> late = List.copyOf(delayed);
        delayed.clear();
        late.forEach(this::deliver);
    }

    private void cutOff(String names) {
        side = new TreeSet<>(names(names));
        take(this::isCut).forEach(this::lost);
    }

    private boolean isCut(Message message) {
        return side.contains(name(message.from())) != side.contains(name(message.to()));
    }

    private List<Message> take(Predicate<Message> which) {
        List<Message> taken = underWay.stream().filter(which).toList();
        underWay.removeAll(taken);
        return taken;
    }

    private void lost(Message message) {
        transcript.tell("lost: " + link(message) + ": " + Words.of(message));
    }

    private ConversationNode node(String name) {
        return Objects.requireNonNull(nodes.get(name), () -> "no node " + name);
    }

    private static Predicate<Message> on(MatchResult link) {
        return message -> name(message.from()).equals(link.group(1)) && name(message.to()).equals(link.group(2));
    }

    private static String link(Message message) {
        return name(message.from()) + " -> " + name(message.to());
    }

    private static List<String> names(String text) {
        return List.of(text.split(" "));
    }

    private static long number(MatchResult match, int group) {
        return Long.parseLong(match.group(group));
    }
}
