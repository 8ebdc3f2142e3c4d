package io.quarkiverse.raftconfig.test;

import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;

import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.quarkiverse.raftconfig.ConfigStore;
import io.quarkus.test.QuarkusUnitTest;

/** The three checks, as Kubernetes and people see them. */
class HealthTest {
    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withEmptyApplication()
            .overrideRuntimeConfigKey("quarkus.raft-config.node-id", "node-1");

    @Inject
    ConfigStore store;

    @ParameterizedTest
    @ValueSource(strings = { "started", "ready", "live" })
    void showsNumbersAndNamesOfNodesAndNothingElse(String check) {
        store.put("secret.of-the-shop", "hunter2");
        await().until(() -> when().get("/q/health/ready").statusCode() == 200);

        String json = when().get("/q/health/" + check).then().statusCode(200).extract().asString();

        assertThat(json.replaceAll("\"(term|commitIndex|lastApplied|revision)\": \\d+", "\"$1\": 0").strip()).isEqualTo("""
                {
                    "status": "UP",
                    "checks": [
                        {
                            "name": "raft-config",
                            "status": "UP",
                            "data": {
                                "nodeId": "node-1",
                                "role": "LEADER",
                                "leader": "node-1",
                                "term": 0,
                                "commitIndex": 0,
                                "lastApplied": 0,
                                "revision": 0,
                                "voters": 1,
                                "reachableVoters": 1
                            }
                        }
                    ]
                }""");
    }
}
