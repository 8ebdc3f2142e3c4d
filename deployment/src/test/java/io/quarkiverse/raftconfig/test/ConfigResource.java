package io.quarkiverse.raftconfig.test;

import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;

import org.eclipse.microprofile.config.Config;

import io.quarkiverse.raftconfig.ConfigStore;

/** What the application's configuration says, and a way to change it. */
@Path("/config/{name}")
public class ConfigResource {
    @Inject
    Config config;

    @Inject
    ConfigStore store;

    @PUT
    public void put(@PathParam("name") String name, String value) {
        store.put(name, value);
    }

    @DELETE
    public void delete(@PathParam("name") String name) {
        store.delete(name);
    }

    @GET
    public String value(@PathParam("name") String name) {
        return config.getOptionalValue(name, String.class).orElse("(none)");
    }
}
