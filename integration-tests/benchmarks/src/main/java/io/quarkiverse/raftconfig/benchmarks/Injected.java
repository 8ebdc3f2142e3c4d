package io.quarkiverse.raftconfig.benchmarks;

import java.lang.annotation.Annotation;
import java.lang.reflect.Member;
import java.lang.reflect.Type;
import java.util.Set;

import jakarta.enterprise.inject.spi.Annotated;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.InjectionPoint;
import jakarta.enterprise.util.AnnotationLiteral;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/** {@code @ConfigProperty(name = ..., defaultValue = "7") Provider<Integer>}, where Quarkus would inject it. */
final class Injected implements InjectionPoint {
    private final Set<Annotation> qualifiers;

    Injected(String name) {
        qualifiers = Set.of(new Named(name));
    }

    @Override
    public Type getType() {
        return Integer.class;
    }

    @Override
    public Set<Annotation> getQualifiers() {
        return qualifiers;
    }

    @Override
    public @Nullable Bean<?> getBean() {
        return null;
    }

    @Override
    public @Nullable Member getMember() {
        return null;
    }

    @Override
    public @Nullable Annotated getAnnotated() {
        return null;
    }

    @Override
    public boolean isDelegate() {
        return false;
    }

    @Override
    public boolean isTransient() {
        return false;
    }

    /** As Quarkus generates one for each injection point. */
    private static final class Named extends AnnotationLiteral<ConfigProperty> implements ConfigProperty {
        private static final long serialVersionUID = 1L;

        private final String name;

        Named(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String defaultValue() {
            return "7";
        }
    }
}
