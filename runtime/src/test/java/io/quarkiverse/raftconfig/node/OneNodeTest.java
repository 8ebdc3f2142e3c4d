package io.quarkiverse.raftconfig.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.Property;
import io.quarkiverse.raftconfig.core.NodeId;
import io.quarkiverse.raftconfig.core.Role;
import io.quarkiverse.raftconfig.state.Outcome;

/** A cluster of one: founded at once, and everything else as in a larger one. */
class OneNodeTest {
    private static final NodeId N1 = VirtualCluster.id(1);

    @Test
    void foundsItselfAtOnce() {
        // given a blank node that is alone
        VirtualCluster cluster = new VirtualCluster(1, 1);

        // when it starts
        RaftNode node = cluster.start(N1);
        cluster.get(node.caughtUp());

        // then it leads within milliseconds, not after an election timeout
        assertThat(cluster.time().nowMillis()).isLessThan(10);
        assertThat(node.status().role()).isEqualTo(Role.LEADER);
        assertThat(node.status().hasState()).isTrue();
        assertThat(node.status().identity().clusterId()).isNotNull();
        assertThat(node.status().waitingFor()).isNull();
    }

    @Test
    void showsAWriteBeforeItIsAnswered() {
        // given a node
        VirtualCluster cluster = VirtualCluster.running(1, 1);

        // when something is written
        Outcome outcome = cluster.get(cluster.put(N1, "greeting", "hello"));

        // then it has a revision, and can be read
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Applied.class,
                applied -> assertThat(applied.revision()).isEqualTo(1));
        assertThat(cluster.value(N1, "greeting")).isEqualTo("hello");
    }

    @Test
    void remembersWhatItAcknowledgedAcrossACrash() {
        // given a node that has acknowledged a write
        VirtualCluster cluster = VirtualCluster.running(1, 1);
        cluster.get(cluster.put(N1, "greeting", "hello"));

        // when it crashes and comes back
        cluster.crash(N1);
        cluster.start(N1);
        cluster.awaitLeader();

        // then the write is there
        assertThat(cluster.value(N1, "greeting")).isEqualTo("hello");
    }

    @Test
    void appliesNothingTwiceThoughItStartsFromWhatIsCommitted() {
        // given a node that has recorded that its writes are committed
        VirtualCluster cluster = VirtualCluster.running(1, 1);
        cluster.get(cluster.put(N1, "greeting", "hello"));
        cluster.get(cluster.put(N1, "greeting", "hello again"));
        cluster.time().passMillis(1_000);
        Property before = cluster.node(N1).state().find("greeting");

        // when it crashes and comes back, then they are there before anybody leads
        cluster.crash(N1);
        cluster.start(N1);
        assertThat(cluster.node(N1).state().revision()).isEqualTo(2);

        // and it is as if it had never been away
        cluster.awaitLeader();
        assertThat(cluster.node(N1).state().revision()).isEqualTo(2);
        assertThat(cluster.node(N1).state().find("greeting")).isEqualTo(before);
    }
}
