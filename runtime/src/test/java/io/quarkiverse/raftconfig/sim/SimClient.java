package io.quarkiverse.raftconfig.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
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
    /** The last revision at which this client saw the whole state. */
    private long stateSeen;
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
        int kind = random.nextInt(100);
        if (kind < 32) {
            new Read("p" + random.nextInt(options.properties())).ask(node);
        } else if (kind < 37) {
            new Await(simulation.acknowledgedRevision() + random.nextInt(2)).ask(node);
        } else {
            write(node);
        }
    }

    /** Mostly one property; sometimes several together, or whatever the property, if nothing has changed since. */
    private void write(SimNode node) {
        written++;
        int count = random.nextInt(5) == 0 ? 1 + random.nextInt(options.properties()) : 1;
        int first = random.nextInt(options.properties());
        SortedMap<String, Request> requests = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            String property = "p" + (first + i) % options.properties();
            requests.put(property, request(property, name + "-" + written + (i == 0 ? "" : "." + i)));
        }
        long expected = random.nextInt(16) == 0 ? stateSeen : Transaction.ANY_REVISION;
        // Where keys expire a try may be a write of its own, which the history of several properties can't tell.
        boolean keyed = random.nextDouble() < options.keyed() && (count == 1 || !options.keysExpire());
        new Write(requests, expected, keyed ? name + "-" + written : null).ask(node);
    }

    private Request request(String property, String value) {
        int kind = random.nextInt(64);
        Long revision = seen.get(property);
        Guard guard = kind < 35 || revision == null ? (kind < 10 ? new Guard.Absent() : Guard.NONE)
                : (kind < 45 ? new Guard.AtRevision(revision) : kind < 49 ? new Guard.Present() : Guard.NONE);
        return kind > 49 && kind < 57 ? new Request.Delete(guard) : new Request.Put(value, guard);
    }

    private long timeoutMillis() {
        long timeout = options.electionTimeoutMillis();
        return timeout / 2 + random.nextLong(timeout * 3);
    }

    /** What was asked of a node. Who is not answered goes on at some time. */
    private abstract class Call {
        private boolean over;

        /**
         * A node that was killed or paused answers nobody; any other answers in time. But a timer that was set while the clock
         * was slow rings late if it is fast by then, and the deadlines of a node share one.
         */
        final void giveUpLongAfter(SimNode node, long timeoutMillis) {
            SimNode.Life life = node.requireLife();
            int pauses = life.loop.pauses();
            long steadyMicros = timeoutMillis * 5_000 + options.electionTimeoutMillis() * 8_000L;
            simulation.time().schedule(timeoutMillis * 5_000, () -> {
                if (!over) {
                    if (node.life() == life && life.loop.pauses() == pauses && !life.loop.isPaused()
                            && node.clock().steadyMicros() >= steadyMicros) {
                        throw new Violation("AnsweredInTime", node + " has not answered " + name + " within " + timeoutMillis
                                + " ms, nor in four times as much more");
                    }
                    over = true;
                    givenUp();
                }
            });
        }

        final boolean ends() {
            boolean first = !over;
            over = true;
            return first;
        }

        abstract void givenUp();
    }

    private final class Read extends Call {
        private final String property;
        private final History.Call call;
        private final long revisionAtInvocation = simulation.acknowledgedRevision();

        Read(String property) {
            this.property = property;
            this.call = simulation.history().invoke(name, property, Request.get(), null, simulation.tick());
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
                returned(call, new Response.NotDone());
                begin();
                return;
            }
            simulation.read(node, revisionAtInvocation, state);
            stateSeen = Math.max(stateSeen, state.revision());
            Property found = state.find(property);
            if (found == null) {
                seen.remove(property);
                returned(call, new Response.Absent());
            } else {
                seen.put(property, found.revision());
                returned(call, new Response.Found(found.value(), found.revision()));
            }
            begin();
        }

        @Override
        void givenUp() {
            returned(call, new Response.Unknown());
            begin();
        }
    }

    /** Waits until a node shows a revision. */
    private final class Await extends Call {
        private final long revision;

        Await(long revision) {
            this.revision = revision;
        }

        void ask(SimNode node) {
            long timeout = timeoutMillis();
            giveUpLongAfter(node, timeout);
            SimNode.Life life = node.requireLife();
            life.node.awaitRevision(revision, timeout).whenComplete((state, failure) -> {
                long shown = state == null ? life.node.state().revision() : state.revision();
                boolean ending = life.node.status().stopping() || life.node.status().degraded() != null;
                simulation.time().schedule(0, () -> answered(node, state != null, shown, ending));
            });
        }

        private void answered(SimNode node, boolean isThere, long shown, boolean ending) {
            if (!ends()) {
                return;
            }
            if (isThere != shown >= revision && !ending) {
                throw new Violation("RevisionAwaited", node + " shows revision " + shown + ", and says of revision " + revision
                        + " that it " + (isThere ? "is there" : "was not there in time"));
            }
            if (isThere) {
                simulation.scenes().count(Scene.REVISION_AWAITED);
            }
            begin();
        }

        @Override
        void givenUp() {
            begin();
        }
    }

    private final class Write extends Call {
        /** By property. */
        private final SortedMap<String, Request> requests;
        private final long expected;
        private final @Nullable String key;
        private final SortedMap<String, History.Call> calls = new TreeMap<>();
        private int tries = 1;
        private long acknowledgedBefore = simulation.acknowledgedRevision();

        Write(SortedMap<String, Request> requests, long expected, @Nullable String key) {
            this.requests = requests;
            this.expected = expected;
            this.key = key;
            requests.forEach((property, request) -> calls.put(property,
                    simulation.history().invoke(name, property, request, keyInHistory(), simulation.tick())));
        }

        /** What tells the tries of one write, and the changes of one transaction. Where keys expire each try stands alone. */
        private @Nullable String keyInHistory() {
            if (requests.size() > 1) {
                return key == null ? name + "-" + written : key;
            }
            return options.keysExpire() ? null : key;
        }

        void ask(SimNode node) {
            long timeout = timeoutMillis();
            giveUpLongAfter(node, timeout);
            List<Transaction.Change> changes = new ArrayList<>();
            requests.forEach((property, request) -> changes.add(new Transaction.Change(property,
                    request instanceof Request.Put put ? put.value() : null, expectation(request.guard()))));
            node.requireLife().node.propose(new Transaction(name, null, key, changes).expecting(expected), timeout)
                    .whenComplete((outcome, failure) -> simulation.time().schedule(0, () -> answered(outcome, failure)));
        }

        private void answered(@Nullable Outcome outcome, @Nullable Throwable failure) {
            if (!ends()) {
                return;
            }
            Response each = new Response.NotDone();
            if (outcome instanceof Outcome.Applied applied) {
                applied(applied);
                return;
            } else if (outcome instanceof Outcome.Mismatch mismatch) {
                mismatched(mismatch);
                return;
            } else if (outcome instanceof Outcome.KeyReused) {
                throw new Violation("KnownOutcome", name + " is told that it has used the key " + key + " for something else");
            } else if (outcome == null && !isKnown(failure)) {
                each = new Response.Unknown();
            }
            for (History.Call call : calls.values()) {
                returned(call, each);
            }
            goOn(false);
        }

        private void applied(Outcome.Applied applied) {
            simulation.acknowledged(applied);
            boolean expectedToo = expected == Transaction.ANY_REVISION || applied.revision() == expected + 1
                    || applied.revision() == expected;
            if (!expectedToo && !options.keysExpire()) {
                throw new Violation("WholeStateExpected", name + " wanted to write at revision " + expected
                        + " only, and has written revision " + applied.revision());
            }
            if (requests.size() > 1 && !applied.repeated()) {
                simulation.scenes().count(Scene.SEVERAL_CHANGED);
            }
            stateSeen = Math.max(stateSeen, applied.revision());
            for (Outcome.Result result : applied.results()) {
                Property now = result.property();
                if (now != null) {
                    seen.put(result.name(), now.revision());
                }
                Response response = now != null ? new Response.Done(now.revision())
                        : result.existed() ? new Response.Done(applied.revision()) : new Response.Absent();
                boolean didNothing = options.keysExpire() && applied.repeated();
                returned(Objects.requireNonNull(calls.get(result.name())), didNothing ? new Response.NotDone() : response);
            }
            goOn(true);
        }

        private void mismatched(Outcome.Mismatch mismatch) {
            boolean wholeState = mismatch.name().equals(Outcome.WHOLE_STATE);
            if (wholeState) {
                simulation.scenes().count(Scene.WHOLE_STATE_NOT_AS_EXPECTED);
                if (mismatch.currentRevision() == expected || mismatch.currentRevision() < acknowledgedBefore) {
                    throw new Violation("WholeStateExpected", name + " wanted to write at revision " + expected
                            + ", is told that the state is at revision " + mismatch.currentRevision() + ", and revision "
                            + acknowledgedBefore + " was acknowledged before it began");
                }
            }
            // Of the other properties of the transaction nothing was told, only that nothing was done.
            calls.forEach((property, call) -> returned(call, !wholeState && property.equals(mismatch.name())
                    && !options.keysExpire() ? new Response.Refused(mismatch.currentRevision()) : new Response.NotDone()));
            goOn(true);
        }

        @Override
        void givenUp() {
            calls.values().forEach(call -> returned(call, new Response.Unknown()));
            goOn(false);
        }

        private void goOn(boolean isDecided) {
            if (key != null && tries < TRIES_MAX && !retired && !isDecided) {
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
            Write next = new Write(requests, expected, key);
            next.tries = tries + 1;
            next.acknowledgedBefore = acknowledgedBefore;
            next.ask(node);
        }
    }

    private void returned(History.Call call, Response response) {
        if (!retired && !(response instanceof Response.Unknown)) {
            call.returned(response, simulation.tick());
        }
        simulation.scenes().answered(response);
    }

    private boolean isKnown(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
        if (cause instanceof ProposalFailedException refused) {
            if (refused.kind() == PeerResponse.Kind.STORE_FULL) {
                simulation.scenes().count(Scene.STORE_FULL);
            } else if (refused.kind() == PeerResponse.Kind.TOO_MANY_REQUESTS) {
                simulation.scenes().count(Scene.TOO_MANY_REQUESTS);
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
