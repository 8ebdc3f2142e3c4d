package io.quarkiverse.raftconfig.core;

import static io.quarkiverse.raftconfig.core.Replicas.A;
import static io.quarkiverse.raftconfig.core.Replicas.B;
import static io.quarkiverse.raftconfig.core.Replicas.C;
import static io.quarkiverse.raftconfig.core.Replicas.voters;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Java 17 has no switch over types that the compiler would check: everything that may happen is given to every role. */
class NothingForgottenTest {
    static Stream<Class<?>> inputs() {
        return Stream.of(Input.class.getPermittedSubclasses());
    }

    static Stream<Class<?>> messages() {
        return Stream.of(Message.class.getPermittedSubclasses());
    }

    static Stream<Class<?>> foundingInputs() {
        return Stream.of(FoundingInput.class.getPermittedSubclasses());
    }

    static Stream<Class<?>> foundingMessages() {
        return Stream.of(FoundingMessage.class.getPermittedSubclasses());
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void everyRoleTakesEveryInput(Class<?> type) {
        if (!type.equals(Input.Proposal.class)) {
            for (TestNode node : roles()) {
                assertThatCode(() -> node.step((Input) anyOf(type))).as(node.core.role().name()).doesNotThrowAnyException();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void everyRoleTakesEveryMessage(Class<?> type) {
        for (TestNode node : roles()) {
            assertThatCode(() -> node.receive((Message) anyOf(type))).as(node.core.role().name()).doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @MethodSource("foundingInputs")
    void aFoundingTakesEveryInput(Class<?> type) {
        assertThatCode(() -> founding().step(0, (FoundingInput) anyOf(type))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @MethodSource("foundingMessages")
    void aFoundingTakesEveryMessage(Class<?> type) {
        assertThatCode(() -> founding().step(0, new FoundingInput.Received(B, (FoundingMessage) anyOf(type))))
                .doesNotThrowAnyException();
    }

    private static Founding founding() {
        return new Founding(A, new TreeSet<>(List.of(A.node(), B.node())), FoundingRecord.NONE, true, RaftSettings.DEFAULTS,
                new SplittableRandom(1));
    }

    private static List<TestNode> roles() {
        TestNode follower = node();
        TestNode preCandidate = node();
        preCandidate.pass(2000);
        TestNode candidate = node();
        candidate.pass(2000);
        candidate.receive(new Message.PreVoteResponse(B, A, 3, 4, true));
        TestNode leader = node();
        leader.elect(B);
        return List.of(follower, preCandidate, candidate, leader);
    }

    private static TestNode node() {
        return TestNode.withLog(A, voters(A, B, C), new HardState(3, null), 1, 2);
    }

    /** A message from b to a, of a later term than any here, and the least of everything else. */
    private static Object anyOf(Class<?> type) throws ReflectiveOperationException {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        Object[] values = Arrays.stream(components).map(NothingForgottenTest::valueOf).toArray();
        Constructor<?> constructor = type.getDeclaredConstructor(types);
        return constructor.newInstance(values);
    }

    private static Object valueOf(RecordComponent component) {
        Class<?> type = component.getType();
        if (type == long.class) {
            return component.getName().equals("term") ? 9L : 0L;
        } else if (type == boolean.class) {
            return false;
        } else if (type == ReplicaId.class) {
            return component.getName().equals("to") ? A : B;
        } else if (type == Position.class) {
            return Position.ZERO;
        } else if (type == List.class) {
            return List.of();
        } else if (type == Message.class) {
            return new Message.CommitAdvanced(B, A, 9, 0);
        } else if (type == Membership.class) {
            return voters(A, B);
        } else if (type == SnapshotPoint.class) {
            return SnapshotPoint.NONE;
        } else if (type == FoundingMessage.class) {
            return new FoundingMessage.Confirm(B, 1);
        } else if (type == FoundingMessage.Verdict.class) {
            return FoundingMessage.Verdict.PROMISED;
        } else if (type == java.util.SortedSet.class) {
            return new TreeSet<>(List.of(A.node(), B.node()));
        }
        throw new AssertionError("no value for " + component);
    }
}
