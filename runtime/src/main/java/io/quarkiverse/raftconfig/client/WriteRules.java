package io.quarkiverse.raftconfig.client;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.LimitExceeded;
import io.quarkiverse.raftconfig.LimitExceeded.Kind;
import io.quarkiverse.raftconfig.Property;
import io.quarkiverse.raftconfig.Refused;
import io.quarkiverse.raftconfig.Refused.Violation;
import io.quarkiverse.raftconfig.state.NameRules;
import io.quarkiverse.raftconfig.state.PropertyName;
import io.quarkiverse.raftconfig.state.PropertyValue;
import io.quarkiverse.raftconfig.state.PublishedState;
import io.quarkiverse.raftconfig.state.Transaction;
import io.quarkiverse.raftconfig.state.Transaction.Change;

/** What a write has to keep to, whatever the state: checked before it is proposed, never when it is applied. */
public final class WriteRules {
    /** How many a refusal of a whole state names. */
    private static final int VIOLATIONS_MAX = 20;

    private final WriteLimits limits;
    private final NameRules names;

    public WriteRules(WriteLimits limits, NameRules names) {
        this.limits = limits;
        this.names = names;
    }

    public WriteLimits limits() {
        return limits;
    }

    public NameRules names() {
        return names;
    }

    /**
     * @throws LimitExceeded if it is too large
     * @throws Refused if a name or a value is not allowed
     */
    public void check(Transaction transaction) {
        checkSizes(transaction);
        List<Violation> violations = new ArrayList<>();
        for (Change change : transaction.changes()) {
            addIfAny(violations, change.name(), nameProblem(change));
            String value = change.value();
            addIfAny(violations, change.name(), value == null ? null : PropertyValue.problem(value));
        }
        String comment = transaction.comment();
        if (comment != null && !PropertyValue.isUnicode(comment)) {
            violations.add(new Violation("comment", "must be Unicode text: it holds half of a surrogate pair"));
        }
        if (!violations.isEmpty()) {
            throw new Refused(violations);
        }
    }

    /**
     * Holds a whole state against them, as if each of its properties were written.
     *
     * @throws LimitExceeded if one is too large
     * @throws Refused if a name or a value is not allowed; it names the first of them
     */
    public void check(PublishedState state) {
        List<Violation> violations = new ArrayList<>();
        for (Property property : state.properties().values()) {
            Change change = new Change(property.name(), property.value(), Expectation.none());
            checkSizes(change);
            addIfAny(violations, change.name(), nameProblem(change));
            addIfAny(violations, change.name(), PropertyValue.problem(property.value()));
            if (violations.size() >= VIOLATIONS_MAX) {
                break;
            }
        }
        if (!violations.isEmpty()) {
            throw new Refused(violations);
        }
    }

    /** What is protected may be removed: it may be there from a time when it was not. */
    private @Nullable String nameProblem(Change change) {
        String problem = PropertyName.problem(change.name());
        if (problem == null && change.value() != null && names.isProtected(change.name())) {
            return "is protected: a replicated value must not change the platform or the security of the application. "
                    + "quarkus.raft-config.names.protected says what is, and can open single names";
        }
        return problem;
    }

    private static void addIfAny(List<Violation> violations, String name, @Nullable String problem) {
        if (problem != null) {
            violations.add(new Violation(shown(name), problem));
        }
    }

    /** What is no name may hold anything: it must not write lines into a log. */
    private static String shown(String name) {
        StringBuilder shown = new StringBuilder();
        name.codePoints().limit(PropertyName.BYTES_MAX)
                .forEach(c -> shown.appendCodePoint(Character.isISOControl(c) || c > '~' ? '?' : c));
        return shown.toString();
    }

    private void checkSizes(Transaction transaction) {
        int operations = transaction.changes().size();
        if (operations > limits.transactionOperations()) {
            throw tooLarge("a write has " + operations + " changes", limits.transactionOperations(),
                    "limits.transaction-operations");
        }
        long total = 0;
        for (Change change : transaction.changes()) {
            total += checkSizes(change);
        }
        if (total > limits.transactionBytes()) {
            throw tooLarge("a write has " + total + " bytes of names and values", limits.transactionBytes(),
                    "limits.transaction-size");
        }
    }

    /** @return how many bytes name and value have together */
    private long checkSizes(Change change) {
        long nameBytes = bytes(change.name());
        if (nameBytes > limits.nameBytes() && nameBytes <= PropertyName.BYTES_MAX) {
            throw tooLarge("a name has " + nameBytes + " bytes", limits.nameBytes(), "limits.name-size");
        }
        String value = change.value();
        long valueBytes = value == null ? 0 : bytes(value);
        if (valueBytes > limits.valueBytes()) {
            throw tooLarge("the value of " + shown(change.name()) + " has " + valueBytes + " bytes", limits.valueBytes(),
                    "limits.value-size");
        }
        return nameBytes + valueBytes;
    }

    private static LimitExceeded tooLarge(String what, long allowed, String setting) {
        return new LimitExceeded(Kind.TOO_LARGE,
                what + "; at most " + allowed + " are allowed (quarkus.raft-config." + setting + ")");
    }

    private static long bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
