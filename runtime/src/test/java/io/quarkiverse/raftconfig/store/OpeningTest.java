package io.quarkiverse.raftconfig.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.node.Identity;
import io.quarkiverse.raftconfig.node.StoreDamagedException;

/** What a data directory must be, whose it is, and what happens when it is another's. */
class OpeningTest {
    private static final NodeId A = new NodeId("a");
    private static final NodeId B = new NodeId("b");

    @TempDir
    Path parent;

    @Test
    void theDirectoryIsMadeForItsOwnerOnly() throws IOException {
        assumeThat(parent.getFileSystem().supportedFileAttributeViews()).contains("posix");

        // given a directory that is not there, nor the one above it
        Path directory = parent.resolve("above").resolve("data");
        try (var store = open(directory, A)) {
            store.persist(RaftStoreContract.appended(RaftStoreContract.entry(1, 1)));
        }

        // then it and all in it are its owner's
        assertThat(permissions(directory)).isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).hasSize(4).allSatisfy(file -> assertThat(permissions(file)).isEqualTo("rw-------"));
        }
    }

    @Test
    void aNodeKeepsItsNameAndEachStoreIsAnotherReplica() {
        // given a node that was given a name when its store was made
        Path directory = parent.resolve("data");
        var identity = identity(directory, null, A);

        // then it keeps that name, configured or not
        assertThat(identity.nodeId()).isEqualTo(A);
        assertThat(identity(directory, null, B)).isEqualTo(identity);
        assertThat(identity(directory, A, B)).isEqualTo(identity);

        // and a node of the same name in an empty directory is another replica
        assertThat(identity(parent.resolve("other"), A, B).storageId()).isNotEqualTo(identity.storageId());
    }

    @Test
    void anotherNodesDirectoryIsRefused() {
        // given node a's directory
        Path directory = parent.resolve("data");
        open(directory, A).close();

        // then node b does not start with it, and a still does
        assertThatIllegalStateException().isThrownBy(() -> open(directory, B)).withMessageContaining(directory.toString())
                .withMessageContaining("quarkus.raft-config.node-id").withMessageContaining("node a");
        open(directory, A).close();
    }

    @Test
    void aDirectoryInUseIsRefused() {
        // given an open store
        Path directory = parent.resolve("data");
        try (var store = open(directory, A)) {
            // then a second one of this process is refused, and the first goes on
            assertThatIllegalStateException().isThrownBy(() -> open(directory, A)).withMessageContaining(directory.toString())
                    .withMessageContaining("quarkus.raft-config.data-dir").withMessageContaining("in use");
            store.persist(RaftStoreContract.appended(RaftStoreContract.entry(1, 1)));
        }
        open(directory, A).close();
    }

    @Test
    void aDirectoryInUseByAnotherProcessIsRefused() throws IOException, InterruptedException {
        // given another process that holds the lock
        Path directory = parent.resolve("data");
        open(directory, A).close();
        Process other = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), LockHolder.class.getName(), directory.resolve("lock").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            assertThat(other.getInputStream().read()).isEqualTo('!');

            // then it is refused, until that process has ended
            assertThatIllegalStateException().isThrownBy(() -> open(directory, A)).withMessageContaining("in use");
        } finally {
            other.getOutputStream().close();
            other.waitFor();
        }
        open(directory, A).close();
    }

    @Test
    void aPathThatIsNoDirectoryIsRefused() throws IOException {
        Path file = Files.createFile(parent.resolve("file"));
        for (Path path : new Path[] { file, file.resolve("below") }) {
            assertThatIllegalStateException().isThrownBy(() -> open(path, A)).withMessageContaining(path.toString())
                    .withMessageContaining("quarkus.raft-config.data-dir");
        }
    }

    @Test
    void aDamagedDirectoryIsLeftAsItIsAndSaysTheWayOut() throws IOException {
        // given a directory with a damaged image
        Path directory = parent.resolve("data");
        open(directory, A).close();
        byte[] image = Files.readAllBytes(directory.resolve(Image.FILE));
        image[100] ^= 1;
        Files.write(directory.resolve(Image.FILE), image);

        // then the start fails twice, the same way, and changes nothing
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> open(directory, A)).isInstanceOf(StoreDamagedException.class)
                    .hasMessageContaining(directory.toString()).hasMessageContaining("file image")
                    .hasMessageContaining("Keep a copy");
        }
        assertThat(Files.readAllBytes(directory.resolve(Image.FILE))).isEqualTo(image);
    }

    @Test
    void whatALaterVersionWroteIsNotCalledDamage() throws IOException {
        // given an image that says it is of format version 2
        Path directory = parent.resolve("data");
        open(directory, A).close();
        try (var file = FileChannel.open(directory.resolve(Image.FILE), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            byte[] header = new byte[40];
            file.read(ByteBuffer.wrap(header), 0);
            header[11] = 2;
            ByteBuffer.wrap(header).putInt(36, Checksum.of(header, 0, 36));
            file.write(ByteBuffer.wrap(header), 0);
        }

        // then the way out is that version
        assertThatIllegalStateException().isThrownBy(() -> open(directory, A)).withMessageContaining("later version");
    }

    @Test
    void leftoversOfACrashAreCleanedUp() throws IOException {
        // given a directory with an image and a snapshot that were not finished, and a snapshot that was never named
        Path directory = parent.resolve("data");
        open(directory, A).close();
        Files.write(directory.resolve(Image.TEMPORARY), new byte[100]);
        Files.write(directory.resolve(SnapshotFiles.TEMPORARY), new byte[100]);
        Path unnamed = directory.resolve(SnapshotFiles.name(RaftStoreContract.entry(7, 3).position()));
        Files.write(unnamed, new byte[100]);

        // then the next start removes them
        open(directory, A).close();
        assertThat(directory.resolve(Image.TEMPORARY)).doesNotExist();
        assertThat(directory.resolve(SnapshotFiles.TEMPORARY)).doesNotExist();
        assertThat(unnamed).doesNotExist();
    }

    @Test
    void anInterruptClosesTheStoreAndLosesNothing() {
        // given a store whose thread is interrupted, which nobody should do
        Path directory = parent.resolve("data");
        try (var store = open(directory, A)) {
            store.persist(RaftStoreContract.appended(RaftStoreContract.entry(1, 1)));
            Thread.currentThread().interrupt();

            // then the write fails, the interrupt is still to be seen, and no later write is taken
            assertThatThrownBy(() -> store.persist(RaftStoreContract.appended(RaftStoreContract.entry(2, 1))))
                    .isInstanceOf(UncheckedIOException.class).hasCauseInstanceOf(ClosedByInterruptException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThatThrownBy(() -> store.persist(RaftStoreContract.appended(RaftStoreContract.entry(2, 1))))
                    .isInstanceOf(UncheckedIOException.class);
        }

        // and another start finds what was acknowledged
        try (var store = open(directory, A)) {
            assertThat(store.recovered().entries()).startsWith(RaftStoreContract.entry(1, 1));
        }
    }

    private static String permissions(Path path) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Identity identity(Path directory, @Nullable NodeId configured,
            NodeId otherwise) {
        try (var store = MapDbRaftStore.open(directory, configured, () -> otherwise, Runnable::run)) {
            return store.identity();
        }
    }

    private static MapDbRaftStore open(Path directory, NodeId configured) {
        return MapDbRaftStore.open(directory, configured, () -> configured, Runnable::run);
    }

    /** Another process: locks a file, says so, and waits until its input ends. */
    static final class LockHolder {
        private LockHolder() {
        }

        public static void main(String[] args) throws IOException {
            try (var channel = FileChannel.open(Path.of(args[0]), StandardOpenOption.WRITE); var lock = channel.lock()) {
                System.out.print(lock.isValid() ? '!' : '?');
                System.out.flush();
                while (System.in.read() >= 0) {
                    // until the end
                }
            }
        }
    }
}
