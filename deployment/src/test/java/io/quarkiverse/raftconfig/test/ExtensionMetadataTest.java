package io.quarkiverse.raftconfig.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Properties;

import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import io.quarkiverse.raftconfig.ConfigStore;

/** What tools and the registry of extensions read. */
class ExtensionMetadataTest {
    @Test
    void namesTheExtensionAndItsSettings() throws IOException {
        JsonNode extension;
        try (InputStream in = resource("META-INF/quarkus-extension.yaml")) {
            extension = new YAMLMapper().readTree(in);
        }

        assertThat(extension.path("name").asText()).isEqualTo("Raft Config");
        assertThat(extension.path("artifact").asText())
                .startsWith("io.quarkiverse.raftconfig:quarkus-raft-config::jar:");
        assertThat(extension.path("metadata").path("config").get(0).asText()).isEqualTo("quarkus.raft-config.");
        assertThat(extension.path("metadata").path("status").asText()).isEqualTo("preview");
        assertThat(extension.path("metadata").path("extension-dependencies").toString())
                .contains("io.quarkus:quarkus-rest-jackson").contains("io.quarkus:quarkus-hibernate-validator")
                .doesNotContain("quarkus-smallrye-health");
    }

    @Test
    void namesTheDeploymentArtifact() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = resource("META-INF/quarkus-extension.properties")) {
            properties.load(in);
        }

        assertThat(properties.getProperty("deployment-artifact"))
                .startsWith("io.quarkiverse.raftconfig:quarkus-raft-config-deployment:");
    }

    private static InputStream resource(String name) throws IOException {
        // Several extensions are here; ours is beside our classes.
        var location = ConfigStore.class.getProtectionDomain().getCodeSource().getLocation();
        var url = Objects.requireNonNull(location).toString().endsWith(".jar")
                ? new java.net.URL("jar:" + location + "!/" + name)
                : new java.net.URL(location, name);
        return url.openStream();
    }
}
