package io.quarkiverse.raftconfig.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A name that is safe in a path, a header and a line of a log. */
class NodeIdTest {
    private static final String LONGEST = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    @ParameterizedTest
    @ValueSource(strings = { "a", "z", "A", "Z", "0", "9", "shop-0", "a.b_c-", LONGEST })
    void theseAreNodeIds(String value) {
        assertThat(NodeId.isValid(value)).isTrue();
        assertThat(new NodeId(value)).hasToString(value);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "-a", ".a", "_a", "a b", "a/b", "a\nb", "a@", "a[", "a`", "a{", "a/", "a:", "\u00e4", "`", "{",
            "@",
            "[", "/", ":", LONGEST + "a" })
    void theseAreNot(String value) {
        assertThat(NodeId.isValid(value)).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> new NodeId(value)).withMessageContaining("a node id has");
    }
}
