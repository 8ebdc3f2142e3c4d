package io.quarkiverse.raftconfig.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is a name, and what is none. */
class PropertyNameTest {
    @ParameterizedTest
    @ValueSource(strings = { "a", "A-1_b", "greeting.message", "app.servers[0].host", "matrix[0][12]",
            "quarkus.log.category.\"org.acme\".level", "\"a\"", "a.\"b c\"[1]", "%dev.greeting", "%my-profile.a.b",
            "%{dev,test}.a", "-", "_.-.0", "a.\"$x{y}\"" })
    void theseAreNames(String name) {
        assertThat(PropertyName.problem(name)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = { "", ".", "..", ".a", "a.", "a..b", "a/b", "/a", "../a", "a b", " a", "a ", "\ta", "a\n", "a\r\nb",
            "a\u0000", "a\u001b[0m", "a\u007f", "ä", "a.ü", "a\u202eb", "\ud800", "a:b", "a=b", "a+b", "a*", "a?b", "a#b",
            "a%b",
            "%", "%.a", "%dev", "%dev.", "%d v.a", "%dev.%test.a", "%{}.a", "%{dev.a", "%{dev,}.a", "%{dev}a", "${a}", "a$",
            "a[", "a[]", "a[x]", "a[-1]", "a[01]", "a[0", "a[1234567890]", "[0]", "a.[0]", "a[0]b", "\"a", "a\"", "\"\"",
            "\"a\"b", "a\"b\"", "\"a..b\"", "\"a/b\"", "\"a\\b\"", "\"a\nb\"", "\"é\"", "a,b", "a;b", "a'b", "<a>", "a|b",
            "a\\b",
            "{a}", "(a)", "a@b", "~a", "a&b", "^a", "a!" })
    void theseAreNot(String name) {
        assertThat(PropertyName.problem(name)).isNotNull();
    }

    @Test
    void aNameHasAtMost255Bytes() {
        assertThat(PropertyName.problem("a".repeat(255))).isNull();
        assertThat(PropertyName.problem("a".repeat(256))).contains("255");
    }

    @Test
    void theProblemTellsWhereItIsAndNotWhatIsThere() {
        assertThat(PropertyName.problem("abc.\u001bdef")).contains("character 5").doesNotContain("\u001b");
    }

    @Test
    void whateverComesIsAnswered() {
        SplittableRandom random = new SplittableRandom(3);
        String alphabet = "ab.%{},[]0\"\\/ \n\u00e4$";
        int names = 0;
        for (int i = 0; i < 500_000; i++) {
            StringBuilder name = new StringBuilder();
            for (int length = random.nextInt(9); length > 0; length--) {
                name.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            String candidate = name.toString();
            if (PropertyName.isValid(candidate)) {
                names++;
                assertThat(candidate).doesNotContain("..", "/", "\n", "\\", "ä").doesNotStartWith(".").doesNotEndWith(".");
            }
        }
        assertThat(names).isGreaterThan(1_000);
    }
}
