package io.quarkiverse.raftconfig.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

/** The search loses no order and invents none. */
class SearchTest {
    private static final int SEEDS = 20_000;

    @Test
    void itAgreesWithTryingEveryOrder() {
        int linearizable = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            // given a small history that is linearizable, or, for two seeds in three, was until one or two of its responses
            // were exchanged
            List<Operation> history = new RandomRegister(seed, 3, 0.25, 2).history(6);
            for (int i = 0; i < seed % 3; i++) {
                spoil(history, new SplittableRandom(seed + (long) i));
            }

            // when both are asked
            Verdict verdict = Linearizability.verdict(history);
            boolean explained = Permutations.explain(history);

            // then they agree
            assertThat(verdict instanceof Verdict.Linearizable).as("seed %d: %s%n%s", seed, verdict, history)
                    .isEqualTo(explained);
            linearizable += explained ? 1 : 0;
        }

        // and both kinds were many
        assertThat(linearizable).isBetween(SEEDS / 3, SEEDS * 9 / 10);
    }

    @Test
    void longHistoriesWithManyUnknownWritesAreWithinItsReach() {
        // given 20 properties of 5000 operations, each with some fifty unknown writes among them
        List<Operation> histories = new ArrayList<>();
        for (int property = 0; property < 20; property++) {
            String name = "p" + property;
            for (Operation operation : new RandomRegister(property, 1_000_000, 0.02, 6).history(5000)) {
                histories.add(new Operation(operation.client(), name, operation.request(), null, operation.invokedAt(),
                        operation.returnedAt(), operation.response()));
            }
        }

        // then fewer states than there are operations are enough
        assertThat(Linearizability.verdict(histories, 5000)).isInstanceOf(Verdict.Linearizable.class);
    }

    @Test
    void aViolationInALongHistoryIsFoundAndShownInAFewLines() {
        // given a long history in which one read of many is stale
        List<Operation> history = new ArrayList<>(new RandomRegister(7, 1_000_000, 0.02, 4).history(3000));
        int at = 1500;
        while (!(history.get(at).response() instanceof Response.Found)) {
            at++;
        }
        Operation read = history.get(at);
        long later = history.get(at + 300).invokedAt();
        Operation stale = new Operation("stale", "p", Request.get(), null, later, later + 1, read.response());
        history.add(at + 300, stale);

        // then the verdict names that read
        Verdict verdict = Linearizability.verdict(history);
        assertThat(verdict).isInstanceOfSatisfying(Verdict.Violation.class, violation -> {
            assertThat(violation.stuck()).contains(stale);
            assertThat(violation.toString().lines().count()).isLessThan(30);
        });
    }

    private static void spoil(List<Operation> history, SplittableRandom random) {
        int at = random.nextInt(history.size());
        Operation operation = history.get(at);
        Response response = history.get(random.nextInt(history.size())).response();
        boolean fits = operation.request() instanceof Request.Get
                ? !(response instanceof Response.Done || response instanceof Response.Refused)
                : !(response instanceof Response.Found || response instanceof Response.Absent);
        if (fits) {
            history.set(at, new Operation(operation.client(), operation.name(), operation.request(), null,
                    operation.invokedAt(), operation.returnedAt(), response));
        }
    }
}
