package io.quarkiverse.raftconfig.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The scenes below {@code src/test/resources/conversations} go as they are written, word for word. They are shown in
 * {@code docs/raft.md}. With {@code -Draft.conversations=write} they are rewritten: read the difference.
 */
class ConversationsTest {
    static final Path SCENES = Path.of("src/test/resources/conversations");
    private static final boolean WRITE = "write".equals(System.getProperty("raft.conversations"));

    @ParameterizedTest
    @MethodSource("scenes")
    void goesAsItIsWritten(Path scene) throws IOException {
        // given a scene
        String written = Files.readString(scene);

        // when its commands are played again
        String replayed = Conversation.replay(written);
        if (WRITE) {
            Files.writeString(scene, replayed);
            return;
        }

        // then everybody says and does the same
        assertThat(replayed).isEqualTo(written);
    }

    static List<Path> scenes() throws IOException {
        try (Stream<Path> files = Files.list(SCENES)) {
            return files.sorted().toList();
        }
    }
}
