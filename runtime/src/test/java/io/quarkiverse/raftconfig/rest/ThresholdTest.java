package io.quarkiverse.raftconfig.rest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Which path of the API a request is for, wherever the application has put the API. */
class ThresholdTest {
    @Test
    void findsTheApiBehindPathsThatLookLikeIt() {
        for (String before : new String[] { "", "/raft-config", "/v1/raft-config", "/api/v1/config" }) {
            assertThat(Threshold.below(before + "/v1/properties")).isEqualTo("properties");
            assertThat(Threshold.below(before + "/v1/properties/v1")).isEqualTo("properties/v1");
        }
    }

    @Test
    void takesTheApiItselfForNoPathOfIt() {
        assertThat(Threshold.below("/v1")).isEmpty();
        assertThat(Threshold.below("/raft-config/v1")).isNotIn("properties", "status");
    }
}
