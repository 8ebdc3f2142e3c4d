package io.quarkiverse.raftconfig.state;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a value may hold. */
class PropertyValueTest {
    @ParameterizedTest
    @ValueSource(strings = { "", "hello", "a $ and a {", "$", "{}", "line\nline", "\u0000", "\ud83d\ude00", "#{x}", "$ {x}" })
    void theseMayBeWritten(String value) {
        assertThat(PropertyValue.problem(value)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = { "${quarkus.datasource.password}", "a${b", "\\${x}", "$${x}", "${", "\ud83d", "\ude00\ud83d",
            "a\ud83db" })
    void theseMayNot(String value) {
        assertThat(PropertyValue.problem(value)).isNotNull().doesNotContain("datasource");
    }
}
