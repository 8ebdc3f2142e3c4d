package io.quarkiverse.raftconfig.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.quarkiverse.raftconfig.core.Bytes;
import io.quarkiverse.raftconfig.core.Entry;
import io.quarkiverse.raftconfig.core.Membership;
import io.quarkiverse.raftconfig.core.Payload;
import io.quarkiverse.raftconfig.core.Position;

/** What {@code verify} says of directories of every kind; it changes none of them, and prints no value. */
class VerifyTest {
    @TempDir
    Path parent;

    @Test
    void tellsWhatASoundDirectoryHolds() throws IOException {
        // given a directory with a snapshot, a log behind it, and two entries that may be committed or not
        DataDirectories.make(data(), 8, 6);
        DataDirectories.takeSnapshot(data());
        SortedMap<String, FileTime> files = files();

        // when it is verified
        Ran verify = verify();

        // then all is told, and nothing has changed
        assertThat(verify.code()).as(verify.err()).isEqualTo(RaftConfigTool.DONE);
        assertThat(verify.words()).contains("node id a ", "cluster id " + DataDirectories.CLUSTER,
                "term 4, voted for b", "entries 7 to 8", "last entry term 3, index 8", "up to index 6 of term 3",
                "committed up to index 6 at least; 2 entries", "membership of entry 1, committed voters a, b, c",
                "revision 5; 7 with", "Sound");
        assertThat(verify.out()).doesNotContain(DataDirectories.VALUE).doesNotContain("p3");
        assertThat(files()).isEqualTo(files);
    }

    @Test
    void showsBothHalvesOfAJointMembership() {
        // given a joint membership that is not known to be committed
        DataDirectories.make(data(), 4, 4);
        Membership joint = new Membership(new TreeSet<>(List.of(DataDirectories.B, DataDirectories.D)),
                new TreeSet<>(List.of(DataDirectories.B, DataDirectories.C)), new TreeSet<>(), new TreeMap<>());
        DataDirectories.append(data(), new Entry(new Position(5, 4), new Payload.MembershipChange(joint)));

        // then it is shown with both, and the one before
        assertThat(verify().words()).contains(
                "membership of entry 5, not known to be committed new voters b, d old voters b, c",
                "before it of entry 1 voters a, b, c");
    }

    @Test
    void takesATornTailForWhatItIs() throws IOException {
        // given a commit of which a power cut has left only the last sector
        DataDirectories.make(data(), 20, 20);
        Path journal = data().resolve("journal-1");
        byte[] content = Files.readAllBytes(journal);
        DataDirectories.append(data(), DataDirectories.entry(21, DataDirectories.put("large", "x".repeat(4000))));
        byte[] torn = Files.readAllBytes(journal);
        int first = firstDifference(content, torn);
        System.arraycopy(content, first, torn, first, 512);
        Files.write(journal, torn);

        // then the directory is sound without it, and the tail is still there
        Ran verify = verify();
        assertThat(verify.code()).as(verify.err()).isEqualTo(RaftConfigTool.DONE);
        assertThat(verify.words()).contains("last entry term 3, index 20 ");
        assertThat(Files.readAllBytes(journal)).isEqualTo(torn);
    }

    @Test
    void namesThePlaceAndTheWayOutOfDamage() throws IOException {
        DataDirectories.make(data(), 8, 6);
        DataDirectories.takeSnapshot(data());
        for (String file : List.of("image", "journal-1", snapshot())) {
            // given a flipped bit in one of the files
            Path path = data().resolve(file);
            byte[] content = Files.readAllBytes(path);
            byte[] damaged = content.clone();
            damaged[300] ^= 4;
            Files.write(path, damaged);

            // then it is named, with what now
            Ran verify = verify();
            assertThat(verify.code()).as(file).isEqualTo(RaftConfigTool.DAMAGED);
            assertThat(verify.err()).contains("the file " + file, "Keep a copy");
            assertThat(verify.out()).doesNotContain("Sound");
            Files.write(path, content);
        }
        assertThat(verify().code()).isEqualTo(RaftConfigTool.DONE);
    }

    @Test
    void findsACommandThatNobodyCanApply() {
        // given an entry whose record is sound, and whose command is not one
        DataDirectories.make(data(), 4, 4);
        DataDirectories.append(data(),
                new Entry(new Position(5, 3), new Payload.Command(Bytes.wrap(new byte[] { 9, 9, 9 }))));

        // then that entry is named
        Ran verify = verify();
        assertThat(verify.code()).isEqualTo(RaftConfigTool.DAMAGED);
        assertThat(verify.err()).contains("the command of entry");
    }

    @Test
    void tellsABlankNodeFromNothing() throws IOException {
        // given nothing at all, an empty directory, and the directory of a node that belongs to no cluster
        assertThat(verify().code()).isEqualTo(RaftConfigTool.UNUSABLE);
        assertThat(data()).doesNotExist();
        Files.createDirectory(data());
        assertThat(verify().code()).isEqualTo(RaftConfigTool.UNUSABLE);
        assertThat(verify().err()).contains("holds no data of a node");
        assertThat(data()).isEmptyDirectory();
        DataDirectories.open(data()).close();

        // then only the last is sound
        assertThat(verify().code()).isEqualTo(RaftConfigTool.DONE);
        assertThat(verify().words()).contains("cluster id none", "membership none");
    }

    @Test
    void leavesADirectoryInUseAlone() {
        DataDirectories.make(data(), 4, 4);
        try (var store = DataDirectories.open(data())) {
            assertThat(store.identity().nodeId()).isEqualTo(DataDirectories.A);
            Ran verify = verify();
            assertThat(verify.code()).isEqualTo(RaftConfigTool.UNUSABLE);
            assertThat(verify.err()).contains("in use");
        }
        assertThat(verify().code()).isEqualTo(RaftConfigTool.DONE);
    }

    @Test
    void doesNotCallALaterFormatDamage() throws IOException {
        // given an image of format version 2
        DataDirectories.make(data(), 4, 4);
        Path image = data().resolve("image");
        byte[] content = Files.readAllBytes(image);
        content[11] = 2;
        CRC32C crc = new CRC32C();
        crc.update(content, 0, 36);
        ByteBuffer.wrap(content).putInt(36, (int) crc.getValue());
        Files.write(image, content);

        // then that is what is said
        Ran verify = verify();
        assertThat(verify.code()).isEqualTo(RaftConfigTool.UNUSABLE);
        assertThat(verify.err()).contains("later version");
    }

    @Test
    void saysHowItIsUsed() {
        for (String[] args : new String[][] { {}, { "mend" }, { "verify" }, { "verify", "x", "--yes" },
                { "recover", "x" }, { "recover", "x", "--node-id" },
                { "recover", "x", "--node-id", "a", "--address", "nowhere" },
                { "recover", "x", "--node-id", "a", "--force" } }) {
            Ran ran = Ran.of(args);
            assertThat(ran.code()).as(String.join(" ", args)).isEqualTo(RaftConfigTool.WRONG_ARGUMENTS);
            assertThat(ran.err()).contains("usage:");
        }
    }

    private static int firstDifference(byte[] before, byte[] after) {
        for (int at = 0; at < before.length; at++) {
            if (before[at] != after[at]) {
                return at - at % 512;
            }
        }
        throw new AssertionError("nothing was written");
    }

    private String snapshot() throws IOException {
        try (Stream<Path> files = Files.list(data())) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.startsWith("snapshot-")).findFirst()
                    .orElseThrow();
        }
    }

    private SortedMap<String, FileTime> files() throws IOException {
        SortedMap<String, FileTime> times = new TreeMap<>();
        try (Stream<Path> files = Files.list(data())) {
            for (Path file : files.toList()) {
                times.put(file.getFileName().toString(), Files.getLastModifiedTime(file));
            }
        }
        return times;
    }

    private Ran verify() {
        return Ran.of("verify", data().toString());
    }

    private Path data() {
        return parent.resolve("data");
    }
}
