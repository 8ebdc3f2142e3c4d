package io.quarkiverse.raftconfig.rest;

import java.util.regex.Pattern;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;

import org.jspecify.annotations.Nullable;

import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * Every path and method of the API, below {@code {rest.path}/v1}. It is one class because Quarkus REST looks for a method
 * in one class only: so what the API does not have is answered here too, in the API's own form, and not by the application's.
 */
@Singleton
public class ApiResource {
    private static final String REST = "{rest:.*}";
    private static final String PROPERTIES = "properties";
    private static final String PROPERTY = PROPERTIES + "/{name:.+}";
    private static final String STATUS = "status";
    private static final String BACKUP = "backup";
    static final String RESTORE = "restore";
    private static final String MEMBERS = "members";
    private static final String MEMBER = MEMBERS + "/{id}";
    private static final String SNAPSHOTS = "snapshots";
    private static final String TRANSFER = "leader/transfer";
    private static final Pattern PROPERTY_PATH = Pattern.compile("properties/[^/]+");
    private static final Pattern MEMBER_PATH = Pattern.compile("members/[^/]+");

    private final Exchange exchange;
    private final PropertyReads reads;
    private final PropertyWrites writes;
    private final StatusReads status;
    private final Backups backups;
    private final Members members;
    private final Duties duties;

    @Inject
    public ApiResource(Exchange exchange, PropertyReads reads, PropertyWrites writes, StatusReads status, Backups backups,
            Members members, Duties duties) {
        this.exchange = exchange;
        this.reads = reads;
        this.writes = writes;
        this.status = status;
        this.backups = backups;
        this.members = members;
        this.duties = duties;
    }

    @GET
    @Path(PROPERTIES)
    public Uni<Response> list(@Context UriInfo uri, @Context HttpHeaders headers) {
        return reads.list(uri, headers);
    }

    @PATCH
    @Path(PROPERTIES)
    public Uni<Response> patch(@Context UriInfo uri, @Context HttpHeaders headers, @Context RoutingContext context,
            byte @Nullable [] sent) {
        return writes.patch(uri, headers, UnannouncedBody.orSent(context, sent));
    }

    @GET
    @Path(PROPERTY)
    public Uni<Response> get(@PathParam("name") String name, @Context UriInfo uri, @Context HttpHeaders headers,
            @Context HttpServerRequest request) {
        Problem wrong = wrongPath(request);
        return wrong == null ? reads.get(name, uri, headers) : exchange.problem(wrong);
    }

    @PUT
    @Path(PROPERTY)
    public Uni<Response> put(@PathParam("name") String name, @Context UriInfo uri, @Context HttpHeaders headers,
            @Context HttpServerRequest request, @Context RoutingContext context,
            byte @Nullable [] sent) {
        Problem wrong = wrongPath(request);
        return wrong == null ? writes.put(name, uri, headers, UnannouncedBody.orSent(context, sent)) : exchange.problem(wrong);
    }

    @DELETE
    @Path(PROPERTY)
    public Uni<Response> delete(@PathParam("name") String name, @Context UriInfo uri, @Context HttpHeaders headers,
            @Context HttpServerRequest request) {
        Problem wrong = wrongPath(request);
        return wrong == null ? writes.delete(name, uri, headers) : exchange.problem(wrong);
    }

    @GET
    @Path(STATUS)
    public Uni<Response> status(@Context HttpHeaders headers) {
        return status.read(headers);
    }

    @GET
    @Path(BACKUP)
    public Uni<Response> backup(@Context UriInfo uri, @Context HttpHeaders headers) {
        return backups.backup(uri, headers);
    }

    @POST
    @Path(RESTORE)
    public Uni<Response> restore(@Context UriInfo uri, @Context HttpHeaders headers, @Context RoutingContext context,
            byte @Nullable [] sent) {
        return backups.restore(uri, headers, UnannouncedBody.orSent(context, sent));
    }

    @GET
    @Path(MEMBERS)
    public Uni<Response> members(@Context HttpHeaders headers) {
        return members.read(headers);
    }

    @PUT
    @Path(MEMBERS)
    public Uni<Response> replaceMembers(@Context UriInfo uri, @Context HttpHeaders headers, @Context RoutingContext context,
            byte @Nullable [] sent) {
        return members.replace(uri, headers, UnannouncedBody.orSent(context, sent));
    }

    @POST
    @Path(MEMBERS)
    public Uni<Response> putMember(@Context UriInfo uri, @Context HttpHeaders headers, @Context RoutingContext context,
            byte @Nullable [] sent) {
        return members.put(uri, headers, UnannouncedBody.orSent(context, sent));
    }

    @DELETE
    @Path(MEMBER)
    public Uni<Response> removeMember(@PathParam("id") String id, @Context UriInfo uri, @Context HttpHeaders headers) {
        return members.remove(id, uri, headers);
    }

    @POST
    @Path(SNAPSHOTS)
    public Uni<Response> takeSnapshot(@Context UriInfo uri, @Context HttpHeaders headers, @Context RoutingContext context,
            byte @Nullable [] sent) {
        return duties.takeSnapshot(uri, headers, UnannouncedBody.orSent(context, sent));
    }

    @POST
    @Path(TRANSFER)
    public Uni<Response> transferLeadership(@Context UriInfo uri, @Context HttpHeaders headers, @Context RoutingContext context,
            byte @Nullable [] sent) {
        return duties.transferLeadership(uri, headers, UnannouncedBody.orSent(context, sent));
    }

    // What there is not.

    @GET
    @Path(REST)
    public Uni<Response> getOther(@PathParam("rest") String path) {
        return notAllowed(path);
    }

    @PUT
    @Path(REST)
    public Uni<Response> putOther(@PathParam("rest") String path) {
        return notAllowed(path);
    }

    @POST
    @Path(REST)
    public Uni<Response> postOther(@PathParam("rest") String path) {
        return notAllowed(path);
    }

    @PATCH
    @Path(REST)
    public Uni<Response> patchOther(@PathParam("rest") String path) {
        return notAllowed(path);
    }

    @DELETE
    @Path(REST)
    public Uni<Response> deleteOther(@PathParam("rest") String path) {
        return notAllowed(path);
    }

    private Uni<Response> notAllowed(String path) {
        return exchange.problem(otherMethod(path));
    }

    /** @param path below {@code {rest.path}/v1/}, for which a method was asked that it does not have */
    static Problem otherMethod(String path) {
        if (path.equals(PROPERTIES)) {
            return Problem.methodNotAllowed("GET, HEAD, PATCH");
        } else if (PROPERTY_PATH.matcher(path).matches()) {
            return Problem.methodNotAllowed("GET, HEAD, PUT, DELETE");
        } else if (path.equals(STATUS) || path.equals(BACKUP)) {
            return Problem.methodNotAllowed("GET, HEAD");
        } else if (path.equals(RESTORE) || path.equals(SNAPSHOTS) || path.equals(TRANSFER)) {
            return Problem.methodNotAllowed("POST");
        } else if (path.equals(MEMBERS)) {
            return Problem.methodNotAllowed("GET, HEAD, PUT, POST");
        } else if (MEMBER_PATH.matcher(path).matches()) {
            return Problem.methodNotAllowed("DELETE");
        }
        return noSuchPath();
    }

    private static Problem noSuchPath() {
        return Problem.notFound("This API has no such path");
    }

    /**
     * A slash in a name is a wrong name if it is encoded, and a path that is not there if it is not. What follows a semicolon
     * was dropped on the way here (RFC 3986 §3.3), and another property would be meant.
     */
    private static @Nullable Problem wrongPath(HttpServerRequest request) {
        String path = request.path();
        String before = "/v1/" + PROPERTIES + "/";
        String name = path.substring(path.indexOf(before) + before.length());
        if (name.indexOf('/') >= 0) {
            return noSuchPath();
        }
        return name.indexOf(';') < 0 ? null : Problem.invalid("name", "must not have a semicolon");
    }
}
