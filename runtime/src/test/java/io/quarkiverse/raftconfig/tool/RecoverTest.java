package io.quarkiverse.raftconfig.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.Payload;
import io.quarkiverse.raftconfig.core.Position;
import io.quarkiverse.raftconfig.node.Identity;
import io.quarkiverse.raftconfig.node.StoreDamagedException;
import io.quarkiverse.raftconfig.state.ConfigState;
import io.quarkiverse.raftconfig.state.Outcome;

/** A new cluster from one node's data: what is asked, what is kept, and what is gone. */
class RecoverTest {
    @TempDir
    Path parent;

    @Test
    void saysWhatMayBeLostAndChangesNothingUntilItIsConfirmed() throws IOException {
        // given node a's directory, with two entries that may be committed or not
        DataDirectories.make(data(), 8, 6);
        SortedMap<String, String> before = contents(data());

        // when it is asked for without --yes
        Ran recover = recover();

        // then it explains itself, and nothing has changed
        assertThat(recover.code()).isEqualTo(RaftConfigTool.REFUSED);
        assertThat(recover.words()).contains("What may be lost:", "all behind term 3, index 8", "What may come back:",
                "2 entries are not known to be committed", "members b, c are not part of the new cluster");
        assertThat(recover.err()).contains("Nothing was changed", "--yes");
        assertThat(contents(data())).isEqualTo(before);
        assertThat(parent).isDirectoryNotContaining(path -> path.getFileName().toString().contains("before-recovery"));
    }

    @Test
    void keepsPropertiesRevisionAndOutcomesAndClearsAllElse() throws IOException {
        // given a directory with a snapshot and a tail, in the middle of a change of the membership
        DataDirectories.make(data(), 8, 6);
        DataDirectories.takeSnapshot(data());
        Identity old = identity();
        Membership joint = new Membership(new TreeSet<>(List.of(DataDirectories.B, DataDirectories.D)),
                DataDirectories.voters(old.replica(), DataDirectories.B, DataDirectories.C), new TreeSet<>(),
                DataDirectories.abc(old.replica()).addresses());
        DataDirectories.append(data(), new Entry(new Position(9, 4), new Payload.MembershipChange(joint)));

        // when a new cluster is founded from it
        Ran recover = recover("--yes");

        // then it is another replica of another cluster, alone, with a log that a snapshot has replaced
        assertThat(recover.code()).as(recover.err()).isEqualTo(RaftConfigTool.DONE);
        try (var store = DataDirectories.open(data())) {
            assertThat(store.identity().nodeId()).isEqualTo(DataDirectories.A);
            assertThat(store.identity().storageId()).isNotEqualTo(old.storageId());
            assertThat(store.identity().clusterId()).isNotNull().isNotEqualTo(DataDirectories.CLUSTER);
            var log = store.recovered();
            assertThat(log.entries()).isEmpty();
            assertThat(log.snapshot().last()).isEqualTo(new Position(10, 5));
            assertThat(log.snapshot().membership().voters()).containsExactly(store.identity().replica());
            assertThat(log.snapshot().membership().isJoint()).isFalse();
            assertThat(log.snapshot().membership().addresses()).containsExactlyEntriesOf(
                    new TreeMap<>(Map.of(DataDirectories.A, "a.example:7420")));

            // and with all properties, the revision, and what was remembered of idempotency keys
            ConfigState state = ConfigState.read(store.readSnapshot(log.snapshot()).content());
            assertThat(state.published().revision()).isEqualTo(7);
            assertThat(state.published().properties().keySet()).containsExactly("once", "p3", "p4", "p5", "p6", "p7", "p8");
            Outcome again = state.apply(11,
                    DataDirectories.entry(11, DataDirectories.ONCE).payload() instanceof Payload.Command c
                            ? c.bytes().toArray()
                            : new byte[0]);
            assertThat(again).isInstanceOfSatisfying(Outcome.Applied.class,
                    applied -> assertThat(applied.revision()).isEqualTo(1));
        }
        assertThat(recover.out()).doesNotContain(DataDirectories.VALUE).doesNotContain("p3");
    }

    @Test
    void keepsACopyOfTheDirectoryAsItWas() throws IOException {
        DataDirectories.make(data(), 8, 6);
        SortedMap<String, String> before = contents(data());

        // given a place for the copy, and one beside the directory if none is named
        Path backup = parent.resolve("copy");
        recover("--yes", "--backup", backup.toString());
        assertThat(contents(backup)).isEqualTo(before);
        SortedMap<String, String> once = contents(data());
        Ran recover = recover("--yes");

        // then each is there, whole
        Path named = Path.of(recover.out().lines().filter(line -> line.startsWith("The directory as it was: ")).findFirst()
                .orElseThrow().substring("The directory as it was: ".length()));
        assertThat(named.getFileName().toString()).startsWith("data.before-recovery-");
        assertThat(contents(named)).isEqualTo(once);

        // and one that is there already is not touched
        Ran refused = recover("--yes", "--backup", backup.toString());
        assertThat(refused.code()).isEqualTo(RaftConfigTool.REFUSED);
        assertThat(contents(backup)).isEqualTo(before);
    }

    @Test
    void aCopyThatACrashCutShortIsNoDataDirectory() throws IOException {
        // given a directory with a snapshot, and entries in the journal
        DataDirectories.make(data(), 8, 6);
        DataDirectories.takeSnapshot(data());
        List<Path> files = files(data());
        assertThat(files).hasSizeGreaterThan(3);

        // when a crash comes in the middle of a file, be it the last, then neither verify nor a start takes that for whole
        for (Path cut : files) {
            byte[] content = Files.readAllBytes(cut);
            for (int length : new int[] { 0, 1, 512, content.length / 2, content.length - 512, content.length - 1 }) {
                List<Path> others = files.stream().filter(file -> !file.equals(cut)).toList();
                Path part = partial("cut-" + cut.getFileName() + "-" + length, others);
                Files.write(part.resolve(cut.getFileName()), Arrays.copyOf(content, Math.max(0, length)));
                assertIsNoDataDirectory(part);
            }
        }

        // and when of all that was copied any of the names is lost with the power, as little
        for (int kept = 0; kept < (1 << files.size()) - 1; kept++) {
            List<Path> some = new ArrayList<>();
            for (int i = 0; i < files.size(); i++) {
                if ((kept & 1 << i) != 0) {
                    some.add(files.get(i));
                }
            }
            assertIsNoDataDirectory(partial("kept-" + kept, some));
        }
        assertIsWhole(partial("all", files));
    }

    private Path partial(String name, List<Path> files) throws IOException {
        Path part = Files.createDirectory(parent.resolve(name));
        for (Path file : files) {
            Files.copy(file, part.resolve(file.getFileName()));
        }
        return part;
    }

    private void assertIsWhole(Path directory) {
        assertThat(Ran.of("verify", directory.toString()).code()).isEqualTo(RaftConfigTool.DONE);
    }

    /** A start may find it blank, but nothing of what was copied. */
    private static void assertIsNoDataDirectory(Path part) {
        assertThat(Ran.of("verify", part.toString()).code()).as(part.toString()).isIn(RaftConfigTool.DAMAGED,
                RaftConfigTool.UNUSABLE);
        try (var store = DataDirectories.open(part)) {
            assertThat(store.identity().clusterId()).as(part.toString()).isNull();
        } catch (StoreDamagedException e) {
            assertThat(e).hasMessageContaining("RAFTCFG02001");
        }
    }

    @Test
    void whatACrashLeftOfACopyIsLeftAlone() throws IOException {
        // given the beginning of a copy
        DataDirectories.make(data(), 8, 6);
        Path backup = parent.resolve("copy");
        Path part = partial("copy.part", files(data()).subList(0, 1));
        SortedMap<String, String> left = contents(part);

        // when it is to go to the same place, then that is refused, and to another it goes
        Ran refused = recover("--yes", "--backup", backup.toString());
        assertThat(refused.code()).isEqualTo(RaftConfigTool.REFUSED);
        assertThat(refused.err()).contains("copy.part", "--backup");
        assertThat(recover("--yes").code()).isEqualTo(RaftConfigTool.DONE);
        assertThat(contents(part)).isEqualTo(left);
    }

    @Test
    void changesNothingIfNoCopyCanBeMade() throws IOException {
        // given a place for the copy below a file
        DataDirectories.make(data(), 8, 6);
        SortedMap<String, String> before = contents(data());
        Path file = Files.createFile(parent.resolve("file"));

        // then it is refused
        Ran refused = recover("--yes", "--backup", file.resolve("copy").toString());
        assertThat(refused.code()).isEqualTo(RaftConfigTool.REFUSED);
        assertThat(refused.err()).contains("No copy", "Nothing was changed");
        assertThat(contents(data())).isEqualTo(before);
    }

    @Test
    void mayBeDoneTwice() {
        DataDirectories.make(data(), 8, 8);
        assertThat(recover("--yes", "--backup", parent.resolve("one").toString()).code()).isEqualTo(RaftConfigTool.DONE);
        Identity once = identity();

        // when it is done again, with another address
        Ran again = recover("--yes", "--backup", parent.resolve("two").toString(), "--address", "new.example:1234");

        // then it is one more cluster, and nothing is lost
        assertThat(again.code()).as(again.err()).isEqualTo(RaftConfigTool.DONE);
        try (var store = DataDirectories.open(data())) {
            assertThat(store.identity().clusterId()).isNotEqualTo(once.clusterId());
            assertThat(store.identity().storageId()).isNotEqualTo(once.storageId());
            assertThat(store.recovered().snapshot().membership().addresses()).containsValue("new.example:1234");
        }
        assertThat(again.words()).contains("revision 7 properties 7");
    }

    @Test
    void refusesTheDirectoryOfAnotherNode() throws IOException {
        DataDirectories.make(data(), 4, 4);
        SortedMap<String, String> before = contents(data());
        Ran recover = Ran.of("recover", data().toString(), "--node-id", "b", "--yes");
        assertThat(recover.code()).isEqualTo(RaftConfigTool.REFUSED);
        assertThat(recover.err()).contains("of node a", "--node-id says b");
        assertThat(contents(data())).isEqualTo(before);
    }

    @Test
    void refusesABlankNodeAndWhatIsNotThere() {
        assertThat(recover("--yes").code()).isEqualTo(RaftConfigTool.UNUSABLE);
        assertThat(data()).doesNotExist();
        DataDirectories.open(data()).close();
        Ran recover = recover("--yes");
        assertThat(recover.code()).isEqualTo(RaftConfigTool.REFUSED);
        assertThat(recover.err()).contains("never belonged to a cluster");
    }

    @Test
    void leavesADirectoryInUseAlone() {
        DataDirectories.make(data(), 4, 4);
        Identity before = identity();
        try (var store = DataDirectories.open(data())) {
            assertThat(store.identity()).isEqualTo(before);
            Ran recover = recover("--yes");
            assertThat(recover.code()).isEqualTo(RaftConfigTool.UNUSABLE);
            assertThat(recover.err()).contains("in use");
        }
        assertThat(identity()).isEqualTo(before);
    }

    @Test
    void recoversFromNothingThatIsDamaged() throws IOException {
        DataDirectories.make(data(), 4, 4);
        Path image = data().resolve("image");
        byte[] content = Files.readAllBytes(image);
        content[300] ^= 4;
        Files.write(image, content);
        assertThat(recover("--yes").code()).isEqualTo(RaftConfigTool.DAMAGED);
        assertThat(Files.readAllBytes(image)).isEqualTo(content);
    }

    private Identity identity() {
        try (var store = DataDirectories.open(data())) {
            return store.identity();
        }
    }

    private Ran recover(String... options) {
        return Ran.of(Stream.concat(Stream.of("recover", data().toString(), "--node-id", "a"), Stream.of(options))
                .toArray(String[]::new));
    }

    private static SortedMap<String, String> contents(Path directory) throws IOException {
        SortedMap<String, String> contents = new TreeMap<>();
        for (Path file : files(directory)) {
            contents.put(file.getFileName().toString(), new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
        }
        return contents;
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> !file.endsWith("lock")).sorted().toList();
        }
    }

    private Path data() {
        return parent.resolve("data");
    }
}
