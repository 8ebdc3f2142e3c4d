package io.quarkiverse.raftconfig.sim;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/** Runs seed after seed, on all processors, until the time is over or one fails. */
final class SeedSearch {
    private final AtomicLong next;
    private final long end;
    private final long enough;
    private final long untilNanos;
    private final long startNanos = System.nanoTime();
    private final Map<Scene, Long> scenes = new EnumMap<>(Scene.class);
    private long seeds;
    private long events;
    private long virtualMicros;
    private long operations;
    private long tooHard;
    private long failedSeed = Long.MAX_VALUE;

    private SeedSearch(long first, long atLeast, long atMost, long nanos) {
        this.next = new AtomicLong(first);
        this.enough = first + atLeast;
        this.end = atMost > Long.MAX_VALUE - first ? Long.MAX_VALUE : first + atMost;
        this.untilNanos = startNanos + nanos;
    }

    static SeedSearch run(long first, long atLeast, long atMost, long nanos) {
        SeedSearch search = new SeedSearch(first, atLeast, atMost, nanos);
        Thread[] threads = new Thread[Runtime.getRuntime().availableProcessors()];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread(search::work, "seeds " + i);
            threads[i].start();
        }
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while seeds are run", e);
            }
        }
        return search;
    }

    private void work() {
        for (long seed = next.getAndIncrement(); seed < end && hasTime(seed) && !hasFailed(); seed = next.getAndIncrement()) {
            try {
                passed(SimulationRun.run(seed, fault -> true, new Trace(false)));
            } catch (Violation violation) {
                failed(seed);
            }
        }
    }

    private boolean hasTime(long seed) {
        return seed < enough || System.nanoTime() < untilNanos;
    }

    private synchronized boolean hasFailed() {
        return failedSeed != Long.MAX_VALUE;
    }

    private synchronized void failed(long seed) {
        failedSeed = Math.min(failedSeed, seed);
    }

    private synchronized void passed(Simulation.Result result) {
        seeds++;
        events += result.events();
        virtualMicros += result.virtualMicros();
        operations += result.operations();
        tooHard += result.checked() ? 0 : 1;
        result.scenes().forEach((scene, count) -> scenes.merge(scene, (long) count, Long::sum));
    }

    synchronized long seeds() {
        return seeds;
    }

    /** How many seeds have ended with a history that the judge gave up on. */
    synchronized long tooHard() {
        return tooHard;
    }

    /** The first seed that has failed, reduced and in words; null if none has. */
    synchronized @Nullable String failure() {
        return hasFailed() ? Replay.of(failedSeed).tell() : null;
    }

    synchronized Set<Scene> unseen() {
        Set<Scene> unseen = EnumSet.allOf(Scene.class);
        unseen.removeAll(scenes.keySet());
        return unseen;
    }

    synchronized String report() {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        StringBuilder text = new StringBuilder(String.format(
                "simulation: %,d seeds, %,d events, %,.0f events/s, %,.0f times as fast as time, %,d operations of clients, "
                        + "%d histories too hard to judge%n",
                seeds, events, events / seconds, virtualMicros / 1e6 / seconds, operations, tooHard));
        scenes.forEach((scene, count) -> text.append(String.format("  %,12d %s%n", count, scene)));
        return text.toString();
    }
}
