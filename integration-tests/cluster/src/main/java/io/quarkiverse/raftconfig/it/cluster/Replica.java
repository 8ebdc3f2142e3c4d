package io.quarkiverse.raftconfig.it.cluster;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One replica: a process that can be started, stopped and killed, and a data directory that outlives it. For one thread, but
 * for the HTTP calls, which any thread may make.
 */
public final class Replica implements AutoCloseable {
    private static final Duration EXIT_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(15);
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private final String id;
    private final int httpPort;
    private final Path directory;
    private final List<String> command;
    private final URI uri;
    private volatile @Nullable Process process;

    /**
     * @param directory for the log of the process and, below it, its data
     * @param jar of the packaged application
     * @param settings system properties of the process
     */
    public Replica(String id, int httpPort, Path directory, Path jar, List<String> jvmOptions, Map<String, String> settings) {
        this.id = id;
        this.httpPort = httpPort;
        this.directory = directory;
        this.uri = URI.create("http://127.0.0.1:" + httpPort);
        var line = new ArrayList<String>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(jvmOptions);
        line.add("-Dquarkus.http.host=127.0.0.1");
        line.add("-Dquarkus.http.port=" + httpPort);
        line.add("-Dquarkus.raft-config.node-id=" + id);
        line.add("-Dquarkus.raft-config.data-dir=" + directory.resolve("data"));
        settings.forEach((name, value) -> line.add("-D" + name + "=" + value));
        line.add("-jar");
        line.add(jar.toString());
        this.command = List.copyOf(line);
    }

    public String id() {
        return id;
    }

    public URI uri() {
        return uri;
    }

    public int httpPort() {
        return httpPort;
    }

    /** Where it keeps its log, its snapshots and its identity; not there before the first start. */
    public Path dataDirectory() {
        return directory.resolve("data");
    }

    /** What the process has printed, over all its lives. */
    public Path log() {
        return directory.resolve("replica.log");
    }

    public boolean isAlive() {
        Process current = process;
        return current != null && current.isAlive();
    }

    /** Of the process, living or dead. */
    public ProcessHandle handle() {
        Process current = process;
        if (current == null) {
            throw new IllegalStateException("replica " + id + " was never started");
        }
        return current.toHandle();
    }

    /** Starts the process; it serves, if all goes well, some seconds later. */
    public void start() {
        if (isAlive()) {
            throw new IllegalStateException("replica " + id + " runs already");
        }
        try {
            Files.createDirectories(directory);
            process = Orphans.watch(new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException("could not start replica " + id, e);
        }
    }

    /** {@code kill -9}, and waits until the process is gone. */
    public void kill() {
        Process current = process;
        if (current != null) {
            current.destroyForcibly();
            awaitExit(current);
        }
    }

    /** {@code SIGSTOP}: the process stands still, and its connections stay. */
    public void pause() {
        signal("-STOP");
    }

    /** {@code SIGCONT}. */
    public void resume() {
        signal("-CONT");
    }

    private void signal(String signal) {
        try {
            Process kill = new ProcessBuilder("kill", signal, Long.toString(handle().pid())).inheritIO().start();
            if (!kill.waitFor(EXIT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS) || kill.exitValue() != 0) {
                throw new IllegalStateException("could not send " + signal + " to replica " + id);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not send " + signal + " to replica " + id, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + signal + " was sent to replica " + id, e);
        }
    }

    /** {@code kill}, and waits until the process has ended in its own order. */
    public void stop() {
        Process current = process;
        if (current != null) {
            current.destroy();
            awaitExit(current);
        }
    }

    /** Takes away all that it has on disk, but its log; as a disk that is replaced. It must not run. */
    public void wipe() {
        if (isAlive()) {
            throw new IllegalStateException("replica " + id + " runs, on the disk that is to be wiped");
        }
        Cluster.delete(dataDirectory());
    }

    /** Leaves no process behind. The data stays. */
    @Override
    public void close() {
        kill();
    }

    private void awaitExit(Process current) {
        try {
            if (!current.waitFor(EXIT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                current.destroyForcibly();
                throw new IllegalStateException("replica " + id + " did not end within " + EXIT_TIMEOUT + "\n" + logTail(40));
            }
        } catch (InterruptedException e) {
            current.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while replica " + id + " ended", e);
        }
    }

    /** Waits until it answers HTTP at all, which it does once it has a state to serve. */
    public void awaitServing(Duration timeout) {
        await("answer HTTP", timeout, () -> get("/q/health/live").status() == 200);
    }

    /** Waits until its readiness check is UP. */
    public void awaitReady(Duration timeout) {
        await("be ready", timeout, () -> get("/q/health/ready").status() == 200);
    }

    private void await(String what, Duration timeout, Condition condition) {
        try {
            Awaitility.await()
                    .pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(10))
                    .atMost(timeout)
                    .until(() -> {
                        if (!isAlive()) {
                            throw new IllegalStateException(
                                    "replica " + id + " ended before it would " + what + "\n" + logTail(60));
                        }
                        try {
                            return condition.holds();
                        } catch (UncheckedIOException notYet) {
                            return false;
                        }
                    });
        } catch (ConditionTimeoutException e) {
            throw new IllegalStateException("replica " + id + " did not " + what + " within " + timeout + "\n" + logTail(60),
                    e);
        }
    }

    /** @throws UncheckedIOException if there is no answer */
    public Reply get(String path) {
        return send(request(path).GET());
    }

    /**
     * Writes a property; the answer may be a refusal.
     *
     * @param headers names and values, in turn
     * @throws UncheckedIOException if there is no answer: the write may have been done
     */
    public Reply put(String name, String value, String... headers) {
        return putWithin(Duration.ofSeconds(5), name, value, headers);
    }

    /** As {@link #put}, with a time after which the replica gives up waiting for the commit. */
    public Reply putWithin(Duration timeout, String name, String value, String... headers) {
        HttpRequest.Builder request = request(
                "/raft-config/v1/properties/" + name + "?timeout=" + timeout.toMillis() + "ms")
                .header("Content-Type", "text/plain;charset=UTF-8")
                .PUT(BodyPublishers.ofString(value));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    /**
     * Any request.
     *
     * @param patience how long to wait for an answer
     * @param body as text; null for none
     * @param headers names and values, in turn
     * @throws UncheckedIOException if there is no answer
     */
    public Reply ask(Duration patience, String method, String path, @Nullable String body, String... headers) {
        HttpRequest.Builder request = request(path).timeout(patience);
        request.method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Content-Type", "text/plain;charset=UTF-8");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    /** What {@code GET /status} says. */
    public Reply status() {
        return get("/raft-config/v1/status");
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri.resolve(path)).timeout(REQUEST_TIMEOUT);
    }

    private Reply send(HttpRequest.Builder builder) {
        HttpRequest request = builder.build();
        try {
            var response = HTTP.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
            return new Reply(response.statusCode(), response.headers(), response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(
                    new InterruptedIOException("interrupted: " + request.method() + " " + request.uri()));
        } catch (IOException e) {
            throw new UncheckedIOException("no answer from replica " + id + ": " + request.method() + " " + request.uri(), e);
        }
    }

    /** The last {@code lines} that the process has printed. */
    public String logTail(int lines) {
        try {
            if (!Files.exists(log())) {
                return "(replica " + id + " has printed nothing)";
            }
            List<String> all = Files.readAllLines(log());
            return "--- " + log() + "\n" + String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
        } catch (IOException e) {
            return "(" + log() + " can't be read: " + e + ")";
        }
    }

    @Override
    public String toString() {
        return id;
    }

    private interface Condition {
        boolean holds();
    }
}
