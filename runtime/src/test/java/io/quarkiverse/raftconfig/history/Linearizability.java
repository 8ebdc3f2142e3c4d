package io.quarkiverse.raftconfig.history;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether each operation can have taken effect at one moment between its invocation and its return (Herlihy and Wing 1990). It
 * can for all properties together if it can for each alone.
 */
public final class Linearizability {
    /** Of one property; each takes some 60 bytes. An ordinary history needs fewer states than it has operations. */
    static final int STATES_MAX = 1_000_000;

    public static Verdict verdict(List<Operation> operations) {
        return verdict(operations, STATES_MAX);
    }

    /** @param statesMax for each property, before the verdict is {@link Verdict.TooHard} */
    static Verdict verdict(List<Operation> operations, int statesMax) {
        Map<String, List<Operation>> byName = new LinkedHashMap<>();
        for (Operation operation : operations) {
            byName.computeIfAbsent(operation.name(), name -> new ArrayList<>()).add(operation);
        }
        Verdict verdict = new Verdict.Linearizable();
        for (Map.Entry<String, List<Operation>> property : byName.entrySet()) {
            Verdict its = verdict(property.getKey(), property.getValue(), statesMax);
            if (its instanceof Verdict.Violation) {
                return its;
            } else if (its instanceof Verdict.TooHard) {
                verdict = its;
            }
        }
        return verdict;
    }

    private static Verdict verdict(String name, List<Operation> operations, int statesMax) {
        Tries tries = Tries.of(operations);
        Verdict contradiction = tries.contradiction();
        return contradiction == null ? new Search(name, tries.merged(), statesMax).verdict() : contradiction;
    }

    private Linearizability() {
    }
}
