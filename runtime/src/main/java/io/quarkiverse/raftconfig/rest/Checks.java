package io.quarkiverse.raftconfig.rest;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validator;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.state.PropertyName;

/** Gathers all that is wrong with one request, so that it is told at once. */
final class Checks {
    private final Validator validator;
    private final List<Violation> violations = new ArrayList<>();

    Checks(Validator validator) {
        this.validator = validator;
    }

    /** Holds what came against the constraints of its type. */
    <T> T valid(T request) {
        validator.validate(request).stream()
                .map(it -> new Violation(field(it), it.getMessage()))
                .sorted(Comparator.comparing(Violation::field))
                .forEach(violations::add);
        return request;
    }

    /** As {@link #valid(Object)}, of a request that has one field, which is {@code field} to the client. */
    <T> T valid(T request, String field) {
        validator.validate(request).forEach(it -> wrong(field, it.getMessage()));
        return request;
    }

    void name(String field, String name) {
        String problem = PropertyName.problem(name);
        if (problem != null) {
            wrong(field, problem);
        }
    }

    void wrong(String field, String message) {
        violations.add(new Violation(field, message));
    }

    /** @throws Problem if anything was wrong so far */
    void done() {
        if (!violations.isEmpty()) {
            throw Problem.invalid(violations);
        }
    }

    private static String field(ConstraintViolation<?> violation) {
        return violation.getPropertyPath().toString();
    }

    /** Text of the client that may be shown to it, and in a log: without control characters, and not too long. */
    static String shown(@Nullable String text) {
        StringBuilder shown = new StringBuilder();
        String some = text == null ? "" : text;
        some.codePoints().limit(PropertyName.BYTES_MAX)
                .forEach(c -> shown.appendCodePoint(c < ' ' || c > '~' ? '?' : c));
        return shown.toString();
    }
}
