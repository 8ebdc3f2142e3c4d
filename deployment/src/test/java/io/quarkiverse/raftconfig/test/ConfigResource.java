package io.quarkiverse.raftconfig.test;

import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;

import org.eclipse.microprofile.config.Config;

/** What the application's configuration says. */
@Path("/config/{name}")
public class ConfigResource {
    @Inject
    Config config;

    @GET
    public String value(@PathParam("name") String name) {
        return config.getOptionalValue(name, String.class).orElse("(none)");
    }
}
