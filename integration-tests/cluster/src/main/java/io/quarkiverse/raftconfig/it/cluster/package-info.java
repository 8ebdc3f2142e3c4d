/**
 * Replicas of the packaged application as processes of their own, on loopback: {@link Replica} is one of them, {@link Cluster}
 * those that agree, {@link Demo} a guided tour. What a user sees is all that this package sees: a jar, settings, HTTP and
 * signals.
 */
@NullMarked
package io.quarkiverse.raftconfig.it.cluster;

import org.jspecify.annotations.NullMarked;
