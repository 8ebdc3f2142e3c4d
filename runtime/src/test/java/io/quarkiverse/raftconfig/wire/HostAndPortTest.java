package io.quarkiverse.raftconfig.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The one grammar of addresses, for settings and for memberships. */
class HostAndPortTest {
    @ParameterizedTest
    @CsvSource({ "host:1, host, 1", "10.0.0.1:65535, 10.0.0.1, 65535", "a-b.c_d:7420, a-b.c_d, 7420", "[::1]:7420, ::1, 7420",
            "[fe80::1%eth0]:7420, fe80::1%eth0, 7420" })
    void takesNamesAndNumbers(String address, String host, int port) {
        assertThat(HostAndPort.isValid(address)).isTrue();
        assertThat(HostAndPort.parse(address)).isEqualTo(new HostAndPort(host, port));
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "host", ":7420", "host:", "host:0", "host:65536", "host:+1", "ho st:1", "a/b:1", "::1:7420",
            "[]:7420", "[::1:7420", "[a]b:7420", "[[::1]]:7420" })
    void refusesAllElse(String address) {
        assertThat(HostAndPort.isValid(address)).isFalse();
        assertThatThrownBy(() -> HostAndPort.parse(address)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("host:port");
    }
}
