package io.quarkiverse.raftconfig.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which names the application's own security keeps to itself, and which hold secrets. */
class NameRulesTest {
    @ParameterizedTest
    @ValueSource(strings = { "quarkus.http.port", "mp.config.profile", "smallrye.config.locations", "java.io.tmpdir",
            "javax.net.ssl.trustStore", "jakarta.x", "jdk.tls.client", "sun.misc.x", "io.netty.x", "vertx.x", "org.jboss.x",
            "kubernetes.master", "kafka.bootstrap.servers", "quarkus.raft-config.limits.properties", "QUARKUS.http.port",
            "%prod.quarkus.http.port", "%{dev,prod}.quarkus.http.port", "\"quarkus\".http.port", "\"quarkus.http\".port",
            "%Prod.\"QuarKus\".http.port", "%a.%b.quarkus.http.port", "quarkus.\"oidc\".client-id" })
    void theseAreProtected(String name) {
        assertThat(NameRules.DEFAULTS.isProtected(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = { "greeting", "quarkusy.x", "my.quarkus.x", "mp", "javascript.x", "%quarkus.greeting", "io.acme.x",
            "org.acme.x", "sunny.day" })
    void theseAreNot(String name) {
        assertThat(NameRules.DEFAULTS.isProtected(name)).isFalse();
    }

    @Test
    void theOperatorMayNameOthersButNotOpenWhatGuardsTheApplication() {
        NameRules rules = new NameRules(List.of("acme.*.locked"), NameRules.SECRET);
        assertThat(rules.isProtected("acme.a.b.Locked")).isTrue();
        assertThat(rules.isProtected("acme.a.b")).isFalse();
        assertThat(rules.isProtected("quarkus.log.level")).isFalse();
        for (String name : List.of("quarkus.raft-config.node-id", "quarkus.http.auth.basic", "quarkus.security.x",
                "quarkus.oidc.client-id", "quarkus.tls.x", "quarkus.datasource.password")) {
            assertThat(rules.isProtected(name)).as(name).isTrue();
        }
    }

    @Test
    void singleNamesMayBeOpened() {
        NameRules rules = new NameRules(List.of("!quarkus.log.*", "!quarkus.datasource.jdbc.max-size", "!quarkus.oidc.*",
                "!quarkus.raft-config.node-id"), NameRules.SECRET);
        assertThat(rules.isProtected("quarkus.log.level")).isFalse();
        assertThat(rules.isProtected("quarkus.http.port")).isTrue();
        assertThat(rules.isProtected("quarkus.datasource.jdbc.max-size")).isFalse();
        assertThat(rules.isProtected("quarkus.datasource.jdbc.url")).isTrue();
        assertThat(rules.isProtected("quarkus.oidc.client-id")).isTrue();
        assertThat(rules.isProtected("quarkus.raft-config.node-id")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = { "db.password", "DB.Password", "a.passwd", "key.passphrase", "client-secret", "auth.token.value",
            "aws.credentials", "private.key", "my.apiKey", "my.api-key", "%prod.db.password", "db.\"pass\"word" })
    void theseAreSecret(String name) {
        assertThat(NameRules.DEFAULTS.isSecret(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = { "greeting", "%secret.greeting", "%{token,a}.greeting", "pass.word" })
    void theseAreNotSecret(String name) {
        assertThat(NameRules.DEFAULTS.isSecret(name)).isFalse();
    }

    @Test
    void aStarStandsForAnyText() {
        assertThat(new Glob("a*b*c").matches("abc")).isTrue();
        assertThat(new Glob("a*b*c").matches("axbxbxc")).isTrue();
        assertThat(new Glob("a*b*c").matches("axbx")).isFalse();
        assertThat(new Glob("*").matches("")).isTrue();
        assertThat(new Glob("").matches("a")).isFalse();
        assertThat(new Glob("a").matches("ab")).isFalse();
        assertThat(new Glob("*a").matches("ba")).isTrue();
        assertThat(new Glob("a.*").matches("a")).isFalse();
        assertThat(new Glob("a.*").matches("axb")).isFalse();
        assertThat(new Glob("*a*".repeat(60)).matches("a".repeat(100) + "b".repeat(155))).isTrue();
        assertThat(new Glob("*a".repeat(120) + "c").matches("a".repeat(255))).isFalse();
    }
}
