package io.quarkiverse.raftconfig.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

/** {@code docs/raft.md} lays the paper beside the code: what it names is there. */
class RaftDocTest {
    private static final Path PAGE = Path.of("../docs/raft.md");
    private static final Pattern NAME = Pattern.compile("`((?:[A-Z]\\w+\\.)+)(\\w+)`");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");
    private static final Pattern EXCERPT = Pattern.compile("```text\n(.*?)```", Pattern.DOTALL);

    @Test
    void everyNameIsThatOfAMemberOfTheCore() throws IOException {
        List<String> missing = new ArrayList<>();
        List<MatchResult> names = find(NAME);
        for (MatchResult name : names) {
            if (!isThere(name.group(1), name.group(2))) {
                missing.add(name.group());
            }
        }
        assertThat(missing).isEmpty();
        assertThat(names).hasSizeGreaterThan(40);
    }

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        assertThat(find(LINK)).isNotEmpty().allSatisfy(link -> assertThat(PAGE.resolveSibling(link.group(1))).exists());
    }

    @Test
    void everyConversationIsMentioned() throws IOException {
        String page = Files.readString(PAGE);
        assertThat(ConversationsTest.scenes()).isNotEmpty()
                .allSatisfy(scene -> assertThat(page).contains("conversations/" + scene.getFileName() + ")"));
    }

    /** An excerpt is of the conversation that is linked above it. */
    @Test
    void everyExcerptIsWordForWord() throws IOException {
        String page = Files.readString(PAGE);
        assertThat(find(EXCERPT)).isNotEmpty().allSatisfy(excerpt -> {
            String above = page.substring(0, excerpt.start());
            int link = above.lastIndexOf("](../runtime/src/test/resources/conversations/") + 2;
            Path scene = PAGE.resolveSibling(above.substring(link, above.indexOf(')', link)));
            assertThat(Files.readString(scene)).contains(excerpt.group(1));
        });
    }

    private static List<MatchResult> find(Pattern pattern) throws IOException {
        return pattern.matcher(Files.readString(PAGE)).results().toList();
    }

    /** @param types one, or one within another, each followed by a point */
    private static boolean isThere(String types, String member) {
        String type = types.substring(0, types.length() - 1).replace('.', '$');
        try {
            Class<?> found = Class.forName(RaftDocTest.class.getPackageName() + "." + type);
            return Stream.of(found.getDeclaredMethods()).anyMatch(method -> method.getName().equals(member))
                    || Arrays.stream(found.getDeclaredClasses()).anyMatch(nested -> nested.getSimpleName().equals(member));
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
