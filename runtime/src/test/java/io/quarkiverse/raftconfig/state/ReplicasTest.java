package io.quarkiverse.raftconfig.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.Property;
import io.quarkiverse.raftconfig.state.Transaction.Change;
import io.quarkiverse.raftconfig.state.Transaction.Stamp;

/** Replicas that apply the same log are the same, however they came by it (§5.3, State Machine Safety). */
class ReplicasTest {
    private static final int COMMANDS = 400;

    @Test
    void aReplicaRestoredMidwayIsTheSameToTheByte() throws IOException {
        for (long seed = 0; seed < 100; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<byte[]> log = log(random);
            ConfigState steady = new ConfigState();
            ConfigState restored = new ConfigState();
            for (int i = 0; i < log.size(); i++) {
                Outcome one = step(steady, i + 1, log.get(i));
                Outcome other = step(restored, i + 1, log.get(i));
                assertThat(other).as("seed %d, entry %d", seed, i + 1).isEqualTo(one);
                if (random.nextInt(20) == 0) {
                    restored = ConfigState.read(new ByteArrayInputStream(image(restored)));
                }
                if (random.nextInt(4) == 0) {
                    steady.publish();
                }
            }
            assertThat(image(restored)).as("seed %d", seed).isEqualTo(image(steady));
            restored.publish();
            steady.publish();
            assertThat(restored.published().properties()).isEqualTo(steady.published().properties());
            assertThat(restored.published().sizeBytes()).isEqualTo(steady.published().sizeBytes());
        }
    }

    @Test
    void anImageStaysAsItWasWhileApplyingGoesOn() throws IOException {
        List<byte[]> log = log(new SplittableRandom(7));
        ConfigState state = new ConfigState();
        for (int i = 0; i < COMMANDS / 2; i++) {
            step(state, i + 1, log.get(i));
        }
        byte[] then = image(state);
        ConfigState.Image kept = state.image();
        for (int i = COMMANDS / 2; i < COMMANDS; i++) {
            step(state, i + 1, log.get(i));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        kept.writeTo(bytes);
        assertThat(bytes.toByteArray()).isEqualTo(then).isNotEqualTo(image(state));
    }

    @Test
    void theTableIsWhatAPlainMapWouldHold() {
        for (long seed = 0; seed < 50; seed++) {
            List<byte[]> log = log(new SplittableRandom(seed));
            ConfigState state = new ConfigState();
            Map<String, String> model = new TreeMap<>();
            long size = 0;
            for (int i = 0; i < log.size(); i++) {
                Outcome outcome = step(state, i + 1, log.get(i));
                if (log.get(i).length > 0 && outcome instanceof Outcome.Applied applied && !applied.repeated()) {
                    for (Change change : TransactionCodec.decode(log.get(i)).changes()) {
                        if (change.value() == null) {
                            model.remove(change.name());
                        } else {
                            model.put(change.name(), change.value());
                        }
                    }
                }
            }
            state.publish();
            Map<String, String> actual = new LinkedHashMap<>();
            for (Property property : state.published().properties().values()) {
                actual.put(property.name(), property.value());
                size += PublishedState.sizeBytes(property);
            }
            assertThat(actual).as("seed %d", seed).isEqualTo(model);
            assertThat(state.published().sizeBytes()).isEqualTo(size);
        }
    }

    /** Commands over few names and few keys, so that they meet; empty bytes stand for an entry without a command. */
    private static List<byte[]> log(SplittableRandom random) {
        List<byte[]> log = new ArrayList<>();
        long clock = 1_000;
        for (int i = 0; i < COMMANDS; i++) {
            clock = Math.max(0, clock + random.nextInt(2_000) - 500);
            if (random.nextInt(10) == 0) {
                log.add(new byte[0]);
            } else if (i > 0 && random.nextInt(5) == 0) {
                log.add(log.get(random.nextInt(i)));
            } else {
                log.add(TransactionCodec.encode(transaction(random, clock)));
            }
        }
        return log;
    }

    private static Transaction transaction(SplittableRandom random, long clock) {
        Map<String, Change> changes = new LinkedHashMap<>();
        for (int count = 1 + random.nextInt(4); count > 0; count--) {
            String name = "name." + random.nextInt(12);
            String value = random.nextInt(3) == 0 ? null : "välue" + random.nextInt(5);
            Expectation expectation = switch (random.nextInt(8)) {
                case 0 -> Expectation.absent();
                case 1 -> Expectation.present();
                case 2 -> Expectation.revision(1 + random.nextInt(100));
                default -> Expectation.none();
            };
            changes.put(name, new Change(name, value, expectation));
        }
        String key = random.nextBoolean() ? null : "key" + random.nextInt(20);
        return new Transaction(new Stamp(clock, 5, 10_000), random.nextBoolean() ? "ann" : "bob",
                random.nextBoolean() ? null : "why", key, List.copyOf(changes.values()));
    }

    private static Outcome step(ConfigState state, long index, byte[] command) {
        if (command.length == 0) {
            state.skip(index);
            return new Outcome.KeyReused();
        }
        return state.apply(index, command);
    }

    private static byte[] image(ConfigState state) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        state.image().writeTo(bytes);
        return bytes.toByteArray();
    }
}
