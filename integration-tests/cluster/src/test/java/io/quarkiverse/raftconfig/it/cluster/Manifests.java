package io.quarkiverse.raftconfig.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;

/** The manifests of {@code k8s/}, read as strictly as can be. */
final class Manifests {
    static final Path DIRECTORY = Path.of("../../k8s").toAbsolutePath().normalize();

    private static final ObjectMapper YAML = new ObjectMapper(
            YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build());
    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.of(
            "v1 Service", Service.class,
            "apps/v1 StatefulSet", StatefulSet.class,
            "policy/v1 PodDisruptionBudget", PodDisruptionBudget.class,
            "networking.k8s.io/v1 NetworkPolicy", NetworkPolicy.class);

    /** What {@code kubectl apply -k} would apply. */
    static List<HasMetadata> all() throws IOException {
        var found = new ArrayList<HasMetadata>();
        for (JsonNode file : kustomization().path("resources")) {
            found.addAll(read(file.asText()));
        }
        return found;
    }

    static JsonNode kustomization() throws IOException {
        return documents("kustomization.yaml").get(0);
    }

    /** The names of all files in the directory. */
    static List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    static <T extends HasMetadata> T one(Class<T> kind, String name) throws IOException {
        return all().stream().filter(kind::isInstance).map(kind::cast)
                .filter(resource -> resource.getMetadata().getName().equals(name)).findFirst().orElseThrow();
    }

    private static List<HasMetadata> read(String file) throws IOException {
        var resources = new ArrayList<HasMetadata>();
        for (JsonNode document : documents(file)) {
            String kind = document.path("apiVersion").asText() + " " + document.path("kind").asText();
            Class<? extends HasMetadata> type = KINDS.get(kind);
            if (type == null) {
                throw new AssertionError(file + " has a " + kind + ", which this test does not know");
            }
            HasMetadata resource = YAML.treeToValue(document, type);
            assertNothingUnknown(resource, file);
            resources.add(resource);
        }
        return resources;
    }

    private static List<JsonNode> documents(String file) throws IOException {
        try (MappingIterator<JsonNode> documents = YAML.readerFor(JsonNode.class)
                .readValues(Files.readString(DIRECTORY.resolve(file)))) {
            return documents.readAll();
        }
    }

    /** The model keeps what it does not know instead of refusing it. */
    private static void assertNothingUnknown(@Nullable Object value, String path) {
        if (value instanceof Collection<?> values) {
            values.forEach(one -> assertNothingUnknown(one, path + "[]"));
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((key, one) -> assertNothingUnknown(one, path + "." + key));
        } else if (value instanceof KubernetesResource) {
            for (Field field : value.getClass().getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    Object part = read(field, value);
                    if (field.getName().equals("additionalProperties")) {
                        assertThat((Map<?, ?>) part).as("unknown fields of %s", path).isEmpty();
                    } else {
                        assertNothingUnknown(part, path + "." + field.getName());
                    }
                }
            }
        }
    }

    private static @Nullable Object read(Field field, Object owner) {
        try {
            field.setAccessible(true);
            return field.get(owner);
        } catch (IllegalAccessException e) {
            throw new AssertionError("could not look into " + field, e);
        }
    }

    private Manifests() {
    }
}
