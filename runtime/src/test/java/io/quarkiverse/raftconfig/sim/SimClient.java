package io.quarkiverse.raftconfig.sim;

import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.Expectation;
import io.quarkiverse.raftconfig.Property;
import io.quarkiverse.raftconfig.history.Guard;
import io.quarkiverse.raftconfig.history.History;
import io.quarkiverse.raftconfig.history.Request;
import io.quarkiverse.raftconfig.history.Response;
import io.quarkiverse.raftconfig.node.PeerResponse;
import io.quarkiverse.raftconfig.node.ProposalFailedException;
import io.quarkiverse.raftconfig.state.Outcome;
import io.quarkiverse.raftconfig.state.PublishedState;
import io.quarkiverse.raftconfig.state.Transaction;

/**
 * Somebody who reads and writes properties, one after the other, through any node, and does not wait for ever. Some of its
 * writes carry a key, and are tried again until they are answered.
 */
final class SimClient {
    private static final int TRIES_MAX = 4;

    private final String name;
    private final Simulation simulation;
    private final SimOptions options;
    private final SplittableRandom random;
    /** The last revision at which this client saw each property, by its name. */
    private final TreeMap<String, Long> seen = new TreeMap<>();
    private int written;
    private boolean retired;

    SimClient(int number, Simulation simulation, SimOptions options, SplittableRandom random) {
        this.name = "c" + number;
        this.simulation = simulation;
        this.options = options;
        this.random = random;
    }

    void begin() {
        simulation.time().schedule(1 + random.nextLong(options.thinkMicros()), this::next);
    }

    /** Begins nothing new, and notes no answer any more: of what is written from now on its history knows nothing. */
    void retire() {
        retired = true;
    }

    private void next() {
        if (retired) {
            return;
        }
        SimNode node = simulation.anyNodeUp(random);
        if (node == null) {
            begin();
            return;
        }
        String property = "p" + random.nextInt(options.properties());
        int kind = random.nextInt(100);
        if (kind < 35) {
            new Read(property).ask(node);
        } else {
            Long revision = seen.get(property);
            Guard guard = kind < 70 || revision == null ? (kind < 45 ? new Guard.Absent() : Guard.NONE)
                    : (kind < 80 ? new Guard.AtRevision(revision) : kind < 84 ? new Guard.Present() : Guard.NONE);
            Request request = kind > 84 && kind < 92 ? new Request.Delete(guard)
                    : new Request.Put(name + "-" + ++written, guard);
            String key = random.nextDouble() < options.keyed() ? name + "-" + written + "-" + kind : null;
            new Write(property, request, key).ask(node);
        }
    }

    private long timeoutMillis() {
        long timeout = options.electionTimeoutMillis();
        return timeout / 2 + random.nextLong(timeout * 3);
    }

    /** One try; who is not answered goes on at some time. */
    private abstract class Try {
        final History.Call call;
        final String property;
        private boolean over;

        Try(String property, Request request, @Nullable String key) {
            this.property = property;
            this.call = simulation.history().invoke(name, property, request, key, simulation.tick());
        }

        /** A node that was killed or paused answers nobody; any other answers in time. */
        final void giveUpLongAfter(SimNode node, long timeoutMillis) {
            SimNode.Life life = node.requireLife();
            int pauses = life.loop.pauses();
            simulation.time().schedule(timeoutMillis * 5_000, () -> {
                if (!over) {
                    if (node.life() == life && life.loop.pauses() == pauses && !life.loop.isPaused()) {
                        throw new Violation("AnsweredInTime", node + " has not answered " + name + " within " + timeoutMillis
                                + " ms, nor in four times as much more");
                    }
                    over = true;
                    returned(new Response.Unknown());
                }
            });
        }

        final boolean ends() {
            boolean first = !over;
            over = true;
            return first;
        }

        final void returned(Response response) {
            if (!retired && !(response instanceof Response.Unknown)) {
                call.returned(response, simulation.tick());
            }
            simulation.scenes().answered(response);
            goOn(response);
        }

        abstract void goOn(Response response);
    }

    private final class Read extends Try {
        private final long revisionAtInvocation = simulation.acknowledgedRevision();

        Read(String property) {
            super(property, Request.get(), null);
        }

        void ask(SimNode node) {
            long timeout = timeoutMillis();
            giveUpLongAfter(node, timeout);
            node.requireLife().node.readLinearizable(timeout)
                    .whenComplete((state, failure) -> simulation.time().schedule(0, () -> answered(node, state)));
        }

        private void answered(SimNode node, @Nullable PublishedState state) {
            if (!ends()) {
                return;
            }
            if (state == null) {
                returned(new Response.NotDone());
                return;
            }
            simulation.read(node, revisionAtInvocation, state);
            Property found = state.find(property);
            if (found == null) {
                seen.remove(property);
                returned(new Response.Absent());
            } else {
                seen.put(property, found.revision());
                returned(new Response.Found(found.value(), found.revision()));
            }
        }

        @Override
        void goOn(Response response) {
            begin();
        }
    }

    private final class Write extends Try {
        private final Request request;
        private final @Nullable String key;
        private int tries = 1;

        Write(String property, Request request, @Nullable String key) {
            super(property, request, key);
            this.request = request;
            this.key = key;
        }

        void ask(SimNode node) {
            long timeout = timeoutMillis();
            giveUpLongAfter(node, timeout);
            String value = request instanceof Request.Put put ? put.value() : null;
            Transaction.Change change = new Transaction.Change(property, value, expectation(request.guard()));
            node.requireLife().node.propose(new Transaction(name, null, key, List.of(change)), timeout)
                    .whenComplete((outcome, failure) -> simulation.time().schedule(0, () -> answered(outcome, failure)));
        }

        private void answered(@Nullable Outcome outcome, @Nullable Throwable failure) {
            if (!ends()) {
                return;
            }
            if (outcome instanceof Outcome.Applied applied) {
                simulation.acknowledged(applied);
                Outcome.Result result = applied.results().get(0);
                Property now = result.property();
                if (now != null) {
                    seen.put(property, now.revision());
                    returned(new Response.Done(now.revision()));
                } else {
                    returned(result.existed() ? new Response.Done(applied.revision()) : new Response.Absent());
                }
            } else if (outcome instanceof Outcome.Mismatch mismatch) {
                returned(new Response.Refused(mismatch.currentRevision()));
            } else if (outcome != null) {
                returned(new Response.NotDone());
            } else {
                returned(isKnown(failure) ? new Response.NotDone() : new Response.Unknown());
            }
        }

        @Override
        void goOn(Response response) {
            boolean again = key != null && tries < TRIES_MAX && !retired
                    && (response instanceof Response.Unknown || response instanceof Response.NotDone);
            if (again) {
                simulation.time().schedule(1 + random.nextLong(options.electionTimeoutMillis() * 1000L), this::again);
            } else {
                begin();
            }
        }

        private void again() {
            SimNode node = simulation.anyNodeUp(random);
            if (node == null || retired) {
                begin();
                return;
            }
            Write next = new Write(property, request, key);
            next.tries = tries + 1;
            next.ask(node);
        }
    }

    private boolean isKnown(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
        if (cause instanceof ProposalFailedException refused) {
            if (refused.kind() == PeerResponse.Kind.STORE_FULL) {
                simulation.scenes().count(Scene.STORE_FULL);
            }
            return refused.kind() != PeerResponse.Kind.OUTCOME_UNKNOWN;
        }
        throw new Violation("KnownOutcome", "a write failed with " + cause);
    }

    private static Expectation expectation(Guard guard) {
        if (guard instanceof Guard.Absent) {
            return Expectation.absent();
        } else if (guard instanceof Guard.Present) {
            return Expectation.present();
        } else if (guard instanceof Guard.AtRevision at) {
            return Expectation.revision(at.revision());
        }
        return Expectation.none();
    }
}
