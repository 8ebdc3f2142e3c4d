/**
 * The durable log: MapDB on a volume of our own whose {@code sync} is atomic, and snapshot files beside it. MapDB is
 * imported nowhere else, and only with byte arrays: no object is ever serialized. ADR 0020 says why it is built like this,
 * {@code docs/formats.md} shows the bytes.
 * <p>
 * Start reading at {@link MapDbRaftStore}; below it lies {@link JournaledVolume}, which keeps an {@link Image} of the store
 * in memory and appends what changes to a {@link Journal}; {@link Recovery} puts the two together again. All of it touches
 * the disk through {@link Disk} only, which a test replaces by one that loses power.
 */
@NullMarked
package io.quarkiverse.raftconfig.store;

import org.jspecify.annotations.NullMarked;
