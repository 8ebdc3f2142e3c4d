package io.quarkiverse.raftconfig.test;

import java.util.function.Supplier;

import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

import org.eclipse.microprofile.config.inject.ConfigProperty;

@Path("/greeting")
public class GreetingResource {
    @Inject
    @ConfigProperty(name = "greeting")
    Supplier<String> greeting;

    @GET
    public String greet() {
        return greeting.get() + ", world";
    }
}
