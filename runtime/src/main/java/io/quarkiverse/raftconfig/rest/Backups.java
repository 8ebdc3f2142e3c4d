package io.quarkiverse.raftconfig.rest;

import java.time.Duration;
import java.time.Instant;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.validation.Validator;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.databind.node.ObjectNode;

import io.quarkiverse.raftconfig.ReadOptions;
import io.quarkiverse.raftconfig.client.ConfigClient;
import io.quarkiverse.raftconfig.client.Restores;
import io.quarkiverse.raftconfig.core.ClusterId;
import io.quarkiverse.raftconfig.node.Identity;
import io.quarkiverse.raftconfig.node.RaftNode;
import io.quarkiverse.raftconfig.state.Backup;
import io.quarkiverse.raftconfig.state.MalformedStateException;
import io.quarkiverse.raftconfig.state.PublishedState;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;

/**
 * The whole state out, as a file, and in. A file is held in memory, where the state is as well: so {@code limits.state-size}
 * bounds it. It is made and taken apart on a worker thread, since that takes its time.
 */
@Singleton
public class Backups {
    /** For what a backup holds besides properties: the remembered idempotency keys. */
    private static final long KEYS_BYTES_MAX = 64 << 20;

    private final Exchange exchange;
    private final RaftNode node;
    private final ConfigClient client;
    private final Restores restores;
    private final Validator validator;

    @Inject
    public Backups(Exchange exchange, RaftNode node, ConfigClient client, Validator validator) {
        this.exchange = exchange;
        this.node = node;
        this.client = client;
        this.restores = new Restores(client);
        this.validator = validator;
    }

    Uni<Response> backup(UriInfo uri, HttpHeaders headers) {
        return exchange.answer(() -> {
            MediaTypes.accepted(headers, MediaTypes.OCTETS);
            Checks checks = new Checks(validator);
            ReadOptions options = ReadRequest.options(new Query(uri, ReadRequest.PARAMETERS, checks), checks);
            return client.read(options).emitOn(Infrastructure.getDefaultWorkerPool()).map(this::file);
        });
    }

    Uni<Response> restore(UriInfo uri, HttpHeaders headers, byte @Nullable [] sent) {
        return exchange.answer(() -> {
            MediaTypes.sent(headers, MediaTypes.OCTETS);
            MediaTypes.accepted(headers, MediaTypes.JSON);
            byte[] file = sent == null ? new byte[0] : sent;
            if (file.length > bodyBytesMax()) {
                throw Problem.bodyTooLarge(bodyBytesMax());
            }
            Checks checks = new Checks(validator);
            RestoreRequest request = RestoreRequest.of(new Query(uri, RestoreRequest.PARAMETERS, checks), checks);
            Duration timeout = Durations.timeout(request.timeout(), checks);
            checks.done();
            return Uni.createFrom().item(() -> read(file)).runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                    .flatMap(backup -> restores.restore(backup, request.isDryRun(), timeout)
                            .map(revision -> restored(backup, request)));
        });
    }

    /** The largest file that is taken. */
    long bodyBytesMax() {
        return client.rules().limits().store().bytes() + KEYS_BYTES_MAX;
    }

    private Response.ResponseBuilder file(PublishedState state) {
        Identity identity = node.status().identity();
        ClusterId cluster = identity.clusterId();
        Backup backup = Backup.of(state, cluster == null ? "" : cluster.toString(), identity.nodeId().value(),
                System.currentTimeMillis());
        return Response.ok(backup.toBytes(), MediaTypes.OCTETS)
                .header("Content-Disposition", "attachment; filename=\"raft-config-" + backup.revision() + ".backup\"")
                .header("ETag", Views.etag(backup.revision()));
    }

    private static Backup read(byte[] file) {
        try {
            return Backup.read(file);
        } catch (MalformedStateException e) {
            throw Problem.invalid("body", "must be a backup, and is " + e.getMessage());
        }
    }

    private static Response.ResponseBuilder restored(Backup backup, RestoreRequest request) {
        ObjectNode view = Json.object().put("revision", backup.revision())
                .put("properties", backup.state().properties().size())
                .put("clusterId", backup.clusterId())
                .put("nodeId", backup.nodeId())
                .put("takenAt", Instant.ofEpochMilli(backup.takenAtMillis()).toString());
        if (request.isDryRun()) {
            return Response.ok(Json.bytes(view.put("dryRun", true)), MediaTypes.JSON);
        }
        return Response.ok(Json.bytes(view), MediaTypes.JSON).header("ETag", Views.etag(backup.revision()));
    }
}
