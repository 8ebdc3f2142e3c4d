package io.quarkiverse.raftconfig.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.LimitExceeded;
import io.quarkiverse.raftconfig.NoLeader;
import io.quarkiverse.raftconfig.OutcomeUnknown;
import io.quarkiverse.raftconfig.Refused;
import io.quarkiverse.raftconfig.node.PeerResponse;
import io.quarkiverse.raftconfig.state.Backup;
import io.quarkiverse.raftconfig.state.CommandCodec;
import io.quarkiverse.raftconfig.state.ConfigState;
import io.quarkiverse.raftconfig.state.NameRules;
import io.quarkiverse.raftconfig.state.StoreLimits;
import io.quarkiverse.raftconfig.state.Transaction;
import io.quarkiverse.raftconfig.state.Transaction.Change;

/** What a restore answers, and what of it never reaches the log. */
class RestoresTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final StateReplica replica = new StateReplica();
    private final CallingThread thread = new CallingThread() {
        @Override
        public boolean mayBlock() {
            return true;
        }

        @Override
        public Executor completions() {
            return Runnable::run;
        }
    };

    @Test
    void aFreshClusterIsGivenTheBackup() {
        Backup backup = backup("a", "b");
        assertThat(restore(backup, false)).isEqualTo(2);
        assertThat(replica.state().properties()).isEqualTo(backup.state().properties());
        assertThat(replica.proposals).isEqualTo(1);
    }

    @Test
    void aDryRunProposesNothing() {
        assertThat(restore(backup("a", "b"), true)).isEqualTo(2);
        assertThat(replica.proposals).isZero();
        assertThatThrownBy(() -> restore(backup("quarkus.x"), true)).isInstanceOf(Refused.class);
    }

    @Test
    void aClusterThatWasWrittenToKeepsWhatItHas() {
        restore(backup("a"), false);
        assertThatThrownBy(() -> restore(backup("b"), false)).isInstanceOf(Conflict.class).hasMessageContaining("revision 1");
        assertThat(replica.state().properties()).containsOnlyKeys("a");
        assertThat(replica.proposals).isEqualTo(1);
    }

    @Test
    void whatCouldNotBeWrittenIsNotRestoredEither() {
        assertThatThrownBy(() -> restore(backup("a", "quarkus.http.port", "%dev.mp.x"), false)).isInstanceOf(Refused.class)
                .hasMessageContaining("quarkus.http.port").hasMessageContaining("%dev.mp.x");
        WriteLimits narrow = new WriteLimits(20, 0, StoreLimits.DEFAULTS, 128, 1000);
        assertThatThrownBy(() -> restores(narrow).restore(backup("a"), false, TIMEOUT).await().indefinitely())
                .isInstanceOf(LimitExceeded.class).hasMessageContaining("limits.value-size");
        WriteLimits few = new WriteLimits(20, 10, new StoreLimits(1, 1000), 128, 1000);
        assertThatThrownBy(() -> restores(few).restore(backup("a", "b"), false, TIMEOUT).await().indefinitely())
                .isInstanceOf(LimitExceeded.class).hasMessageContaining("limits.properties");
        assertThat(replica.proposals).isZero();
    }

    @Test
    void onlyOfTheLastPartTheOutcomeMayBeUnknown() {
        // given a backup of one part, and one of several
        Backup small = backup("a");
        String[] names = new String[10];
        for (int i = 0; i < names.length; i++) {
            names[i] = "p" + i;
        }
        Backup large = backup("x".repeat(60_000), names);

        // when a part is not answered
        replica.failProposalsWith(PeerResponse.Kind.OUTCOME_UNKNOWN);

        // then nothing can have been restored, unless it was the last
        assertThatThrownBy(() -> restore(small, false)).isInstanceOf(OutcomeUnknown.class);
        assertThatThrownBy(() -> restore(large, false)).isInstanceOf(NoLeader.class)
                .hasMessageContaining("nothing was restored");

        // and it can be done again from the beginning
        replica.failProposalsWith(null);
        assertThat(restore(large, false)).isEqualTo(10);
    }

    private long restore(Backup backup, boolean dryRun) {
        return restores(WriteLimits.DEFAULTS).restore(backup, dryRun, TIMEOUT).await().indefinitely();
    }

    private Restores restores(WriteLimits limits) {
        return new Restores(new ConfigClient(replica, new WriteRules(limits, NameRules.DEFAULTS), thread));
    }

    private static Backup backup(String... names) {
        return backup("1", names);
    }

    private static Backup backup(String value, String[] names) {
        ConfigState state = new ConfigState();
        for (int i = 0; i < names.length; i++) {
            state.apply(i + 1, CommandCodec.encode(new Transaction("", null, null,
                    List.of(new Change(names[i], value, Expectation.none())))));
        }
        state.publish();
        return Backup.of(state.published(), "c", "n", 0);
    }
}
