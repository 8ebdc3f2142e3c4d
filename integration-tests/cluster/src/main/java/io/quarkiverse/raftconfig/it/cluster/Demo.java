package io.quarkiverse.raftconfig.it.cluster;

import static io.quarkiverse.raftconfig.it.cluster.Percentiles.millis;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.databind.JsonNode;

/** A guided tour: three replicas of a shop agree on its terms, lose their leader, and go on. Started by {@code ./demo}. */
public final class Demo {
    private static final int FIRST_PORT = 8081;
    private static final int REPLICAS = 3;
    private static final String DISCOUNT = "shop.discount-percent";

    private final PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    private final boolean colours = Boolean.getBoolean("demo.colours");
    private final Cluster cluster;

    private Demo(Cluster cluster) {
        this.cluster = cluster;
    }

    /** @param args {@code --exit}, {@code --port <first>} */
    public static void main(String[] args) throws InterruptedException {
        boolean exit = false;
        int port = 0;
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--exit")) {
                exit = true;
            } else if (args[i].equals("--port") && i + 1 < args.length) {
                port = firstPort(args[++i]);
            } else {
                fail("unknown option " + args[i] + "; there are --exit, --port <first> and --no-build");
            }
        }
        Path app = Path.of(System.getProperty("demo.app"));
        Path directory = Path.of(System.getProperty("demo.directory"));
        try (Cluster cluster = Cluster.of(app, directory, Cluster.SMALL_JVM, httpPorts(port), Ports.free(REPLICAS), Map.of())) {
            new Demo(cluster).run(exit);
        } catch (RuntimeException e) {
            fail(e.getMessage());
        }
    }

    private static int firstPort(String text) {
        if (!text.matches("\\d{1,5}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > 65535 - REPLICAS + 1) {
            fail("--port takes the first of " + REPLICAS + " ports, 1 to " + (65535 - REPLICAS + 1) + ", but was given "
                    + text);
        }
        return Integer.parseInt(text);
    }

    /** @param first 0 for the usual ports or, where one of these is taken, any that are free */
    private static List<Integer> httpPorts(int first) {
        var ports = new ArrayList<Integer>();
        for (int i = 0; i < REPLICAS; i++) {
            int port = (first == 0 ? FIRST_PORT : first) + i;
            if (!Ports.isFree(port)) {
                if (first == 0) {
                    return Ports.free(REPLICAS);
                }
                fail("port " + port + " of 127.0.0.1 is taken: choose another first port with --port, or leave the choice to "
                        + "the demo by leaving --port out");
            }
            ports.add(port);
        }
        return ports;
    }

    private static void fail(@Nullable String message) {
        System.err.println("demo: " + message);
        System.exit(1);
    }

    private void run(boolean exit) throws InterruptedException {
        out.println();
        out.println(bold("  Three replicas of a shop agree on its configuration. There is no config server."));
        found();
        change();
        Replica killed = killTheLeader();
        comeBack(killed);
        health();
        if (exit) {
            cluster.replicas().forEach(Replica::stop);
            say("");
            say("All replicas stopped.");
        } else {
            play();
            untilInterrupted();
        }
    }

    private void found() {
        title("1  Three replicas start, and found a cluster");
        var started = new TreeMap<String, Long>();
        for (Replica replica : cluster.replicas()) {
            started.put(replica.id(), System.nanoTime());
            replica.start();
        }
        for (Replica replica : cluster.replicas()) {
            replica.awaitReady(Cluster.START_TIMEOUT);
        }
        Replica leader = cluster.awaitLeader(Cluster.START_TIMEOUT);
        for (Replica replica : cluster.replicas()) {
            say("%s   %s   %-8s  pid %d", replica.id(), replica.uri(), replica == leader ? "leader" : "follower",
                    replica.handle().pid());
        }
        long first = started.values().stream().min(Long::compare).orElseThrow();
        say("ready after %.1f s, JVM starts included", (System.nanoTime() - first) / 1e9);
    }

    private void change() {
        Replica writer = cluster.allBut(cluster.awaitLeader(Cluster.START_TIMEOUT)).get(0);
        title("2  A change, written through " + writer.id() + ", a follower, is read by every replica");
        say("two cups cost %s at %s", quote(writer), writer.id());
        Arrival arrival = write(writer, 20);
        say("PUT %s = 20   acknowledged after %s", DISCOUNT, millis(arrival.acknowledged()));
        arrival.readBy().forEach((id, after) -> say("%s   reads 20 by @ConfigProperty after %s", id, millis(after)));
        for (Replica replica : cluster.replicas()) {
            say("two cups cost %s at %s", quote(replica), replica.id());
        }

        var acknowledged = new ArrayList<Duration>();
        var everywhere = new ArrayList<Duration>();
        for (int i = 0; i < 50; i++) {
            Arrival next = write(writer, 10 + i % 2);
            acknowledged.add(next.acknowledged());
            everywhere.add(next.readBy().values().stream().max(Duration::compareTo).orElseThrow());
        }
        say("50 more changes, now that the JVMs are warm: acknowledged after %s, read everywhere after %s (medians)",
                millis(new Percentiles(acknowledged).at(50)), millis(new Percentiles(everywhere).at(50)));
    }

    private Replica killTheLeader() {
        Replica leader = cluster.awaitLeader(Cluster.START_TIMEOUT);
        title("3  kill -9 " + leader.handle().pid() + ", the leader " + leader.id());
        Cluster.Takeover takeover = cluster.killAndWrite(leader, DISCOUNT, "25");
        say("the next write is acknowledged by %s %s after the kill", takeover.through().id(), millis(takeover.firstAck()));
        Replica next = cluster.awaitLeader(Cluster.START_TIMEOUT);
        say("%s leads in term %d", next.id(), next.status().json().path("term").asLong());
        for (Replica replica : cluster.alive()) {
            say("two cups cost %s at %s", quote(replica), replica.id());
        }
        return leader;
    }

    private void comeBack(Replica killed) {
        title("4  " + killed.id() + " comes back, and catches up");
        long start = System.nanoTime();
        killed.start();
        killed.awaitReady(Cluster.START_TIMEOUT);
        say("ready after %.1f s, JVM start included", (System.nanoTime() - start) / 1e9);
        say("two cups cost %s at %s", quote(killed), killed.id());
    }

    private void health() {
        title("5  Health of each");
        for (Replica replica : cluster.replicas()) {
            JsonNode health = replica.get("/q/health/ready").json();
            JsonNode data = health.path("checks").findParents("name").stream()
                    .filter(check -> check.path("name").asText().equals("raft-config"))
                    .findFirst().map(check -> check.path("data")).orElseThrow();
            say("%s   %s   %-8s  term %s   revision %s   commit index %s   voters reached %s of %s", replica.id(),
                    health.path("status").asText(), data.path("role").asText().toLowerCase(Locale.ROOT),
                    data.path("term").asText(), data.path("revision").asText(), data.path("commitIndex").asText(),
                    data.path("reachableVoters").asText(), data.path("voters").asText());
        }
    }

    private void play() {
        title("Play with it");
        String a = cluster.replicas().get(0).uri().toString();
        String b = cluster.replicas().get(1).uri().toString();
        String c = cluster.replicas().get(2).uri().toString();
        say("curl -X PUT -H 'Content-Type: text/plain' -d 30 %s/raft-config/v1/properties/%s", a, DISCOUNT);
        say("curl '%s/shop/quote?item=teapot&quantity=2'", b);
        say("curl %s/shop/config", c);
        say("curl -i %s/raft-config/v1/properties/%s", b, DISCOUNT);
        say("curl -X DELETE %s/raft-config/v1/properties/%s", c, DISCOUNT);
        say("curl %s/raft-config/v1/status", a);
        say("curl %s/q/health", a);
        Replica leader = cluster.awaitLeader(Cluster.START_TIMEOUT);
        say("kill -9 %d   # %s, the leader", leader.handle().pid(), leader.id());
        out.println();
        say("Logs: %s", cluster.replicas().stream().map(replica -> replica.log().toString()).reduce((x, y) -> x + " " + y)
                .orElseThrow());
        say("The replicas run until Ctrl-C.");
    }

    private void untilInterrupted() throws InterruptedException {
        for (Replica replica : cluster.replicas()) {
            var unused = replica.handle().onExit()
                    .thenRun(() -> say("%s has ended; %d of %d run", replica.id(), cluster.alive().size(), REPLICAS));
        }
        new CountDownLatch(1).await();
    }

    /** @return what two cups cost, as this replica says */
    private static String quote(Replica replica) {
        JsonNode quote = replica.get("/shop/quote?item=espresso-cup&quantity=2").json();
        return String.format(Locale.ROOT, "%.2f %s", quote.path("total").asDouble(), quote.path("currency").asText());
    }

    /** Writes a discount, and sees when each replica reads it. */
    private Arrival write(Replica writer, int percent) {
        ExecutorService watchers = Executors.newFixedThreadPool(REPLICAS);
        try {
            long start = System.nanoTime();
            var readBy = new TreeMap<String, CompletableFuture<Duration>>();
            for (Replica replica : cluster.replicas()) {
                readBy.put(replica.id(), CompletableFuture.supplyAsync(() -> {
                    while (replica.get("/shop/config").json().path("discountPercent").asInt() != percent) {
                        Thread.onSpinWait();
                    }
                    return Duration.ofNanos(System.nanoTime() - start);
                }, watchers).orTimeout(10, TimeUnit.SECONDS));
            }
            Reply reply = writer.put(DISCOUNT, Integer.toString(percent));
            Duration acknowledged = Duration.ofNanos(System.nanoTime() - start);
            if (!reply.isSuccess()) {
                throw new IllegalStateException("the write was answered with " + reply.status() + ": " + reply.body());
            }
            var arrivals = new TreeMap<String, Duration>();
            readBy.forEach((id, arrival) -> arrivals.put(id, arrival.join()));
            return new Arrival(acknowledged, arrivals);
        } finally {
            watchers.shutdownNow();
        }
    }

    private record Arrival(Duration acknowledged, Map<String, Duration> readBy) {
    }

    private void title(String text) {
        out.println();
        out.println("  " + bold(text));
    }

    private void say(String format, Object... args) {
        out.println("     " + String.format(Locale.ROOT, format, args));
    }

    private String bold(String text) {
        return colours ? "\033[1m" + text + "\033[0m" : text;
    }
}
