package io.quarkiverse.raftconfig.it.cluster;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.ClassTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests on three replicas, given to each method as its {@link Cluster}: one cluster for the class, all replicas running and
 * ready at the start of each method, whatever the one before did to them. The class is run {@code cluster.repeat} times, on a
 * new cluster each time.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ClassTemplate
@ExtendWith(Repetitions.class)
@ExtendWith(ThreeReplicas.class)
@interface ClusterTest {
}
