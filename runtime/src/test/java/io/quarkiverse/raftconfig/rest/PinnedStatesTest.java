package io.quarkiverse.raftconfig.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.state.ConfigState;
import io.quarkiverse.raftconfig.state.PublishedState;
import io.quarkiverse.raftconfig.state.Transaction;
import io.quarkiverse.raftconfig.state.TransactionCodec;

/** What is kept for clients that read on, and no more than that. */
class PinnedStatesTest {
    private final ConfigState state = new ConfigState();
    private long index;
    private long now;
    private final PinnedStates pinned = new PinnedStates(() -> now);

    @Test
    void keepsSmallStatesWhileTheyAreUsed() {
        // given a state that is used every half a minute, and one that is not
        PublishedState used = written(10);
        PublishedState unused = written(10);
        pinned.pin(used);
        pinned.pin(unused);
        for (int i = 0; i < 4; i++) {
            now += 30_000;
            assertThat(pinned.find(used.revision())).isSameAs(used);
        }

        // when another comes, then only the unused one has gone
        PublishedState newest = written(10);
        pinned.pin(newest);
        assertThat(pinned.find(unused.revision())).isNull();
        assertThat(pinned.find(used.revision())).isSameAs(used);
        assertThat(pinned.find(newest.revision())).isSameAs(newest);
    }

    @Test
    void keepsNoMoreThanTheMemoryThatIsSetAside() {
        // given states of five megabytes each
        List<PublishedState> states = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            states.add(written(5 << 20));
            pinned.pin(states.get(i));
        }

        // then the last three are kept
        assertThat(states).filteredOn(it -> pinned.find(it.revision()) != null).isEqualTo(states.subList(3, 6));

        // and one that is larger than all that, alone
        PublishedState large = written(20 << 20);
        pinned.pin(large);
        assertThat(pinned.find(large.revision())).isSameAs(large);
        assertThat(states).allSatisfy(it -> assertThat(pinned.find(it.revision())).isNull());
    }

    private PublishedState written(int bytes) {
        index++;
        var change = new Transaction.Change("name", "x".repeat(bytes), Expectation.none());
        state.apply(index, TransactionCodec.encode(new Transaction("test", null, null, List.of(change))
                .stamped(new Transaction.Stamp(index, 10, 1000))));
        state.publish();
        return state.published();
    }
}
