package io.quarkiverse.raftconfig.benchmarks;

import java.util.List;
import java.util.concurrent.CompletionStage;

import io.quarkiverse.raftconfig.it.cluster.Replica;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;

/** Writes over HTTP to replicas that are processes of their own; a connection for each writer. */
final class HttpLoad implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final HttpClient client;
    private final List<Replica> replicas;

    /** @param through the replicas that the writers are spread over */
    HttpLoad(int writers, List<Replica> through) {
        client = vertx.createHttpClient(new HttpClientOptions().setMaxPoolSize(writers));
        replicas = through;
    }

    CompletionStage<?> write(int writer, String name, String value) {
        Replica replica = replicas.get(writer % replicas.size());
        return client.request(HttpMethod.PUT, replica.httpPort(), "127.0.0.1", "/raft-config/v1/properties/" + name)
                .compose(request -> request.putHeader("Content-Type", "text/plain").send(value))
                .compose(HttpLoad::acknowledged)
                .toCompletionStage();
    }

    private static Future<?> acknowledged(HttpClientResponse response) {
        return response.body().map(body -> {
            if (response.statusCode() / 100 != 2) {
                throw new IllegalStateException(response.statusCode() + " " + body);
            }
            return body;
        });
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
