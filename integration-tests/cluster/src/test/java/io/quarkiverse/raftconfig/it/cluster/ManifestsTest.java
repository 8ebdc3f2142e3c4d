package io.quarkiverse.raftconfig.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.JsonNode;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;

/** What a cluster on Kubernetes stands on, in {@code k8s/}. Every field there is one that Kubernetes knows. */
class ManifestsTest {
    private static final Map<String, String> SHOP = Map.of("app.kubernetes.io/name", "shop");

    @Test
    void theKustomizationNamesEveryFile() throws IOException {
        // when the kustomization is read
        JsonNode kustomization = Manifests.kustomization();

        // then it holds nothing but what this test knows, and leaves no file out
        assertThat(kustomization.fieldNames()).toIterable().containsExactlyInAnyOrder("apiVersion", "kind", "resources",
                "labels", "images");
        assertThat(kustomization.path("resources")).extracting(JsonNode::asText).containsExactlyInAnyOrderElementsOf(
                Manifests.files().stream().filter(file -> !file.equals("kustomization.yaml")).toList());
        assertThat(Manifests.all()).hasSize(5);
    }

    @Test
    void theReplicasFindEachOtherBeforeTheyAreReady() throws IOException {
        // given the service that gives each replica a name
        Service peers = Manifests.one(Service.class, "shop-peers");
        StatefulSet set = Manifests.one(StatefulSet.class, "shop");

        // then the names are those of the set, resolve before there is a leader, and all replicas start at once
        assertThat(peers.getSpec().getClusterIP()).isEqualTo("None");
        assertThat(peers.getSpec().getPublishNotReadyAddresses()).isTrue();
        assertThat(peers.getSpec().getSelector()).isEqualTo(SHOP);
        assertThat(set.getSpec().getServiceName()).isEqualTo(peers.getMetadata().getName());
        assertThat(set.getSpec().getPodManagementPolicy()).isEqualTo("Parallel");
        assertThat(set.getSpec().getReplicas()).isEqualTo(3);
        assertThat(set.getSpec().getSelector().getMatchLabels()).isEqualTo(SHOP);
        assertThat(set.getSpec().getTemplate().getMetadata().getLabels()).containsAllEntriesOf(SHOP);
    }

    @Test
    void theMembersAreTheReplicasOfTheSet() throws IOException {
        StatefulSet set = Manifests.one(StatefulSet.class, "shop");

        // then each pod is a member under its own, stable name, at the peer port
        String expected = IntStream.range(0, set.getSpec().getReplicas())
                .mapToObj(i -> "shop-" + i + "=shop-" + i + ".shop-peers:" + port("peer"))
                .collect(Collectors.joining(","));
        assertThat(variable("QUARKUS_RAFT_CONFIG_MEMBERS").getValue()).isEqualTo(expected);
        assertThat(variable("QUARKUS_RAFT_CONFIG_PEER_PORT").getValue()).isEqualTo(Integer.toString(port("peer")));
        assertThat(variable("QUARKUS_RAFT_CONFIG_NODE_ID").getValueFrom().getFieldRef().getFieldPath())
                .isEqualTo("metadata.name");
    }

    @Test
    void theFirstStartHasTimeToFindAllMembers() throws IOException {
        // given the time that a start may wait
        long start = Duration.parse("PT" + variable("QUARKUS_RAFT_CONFIG_STARTUP_TIMEOUT").getValue()).toSeconds();

        // then it is long, and Kubernetes waits longer still before it kills the pod
        Probe startup = shop().getStartupProbe();
        assertThat(start).isGreaterThanOrEqualTo(300);
        assertThat((long) startup.getPeriodSeconds() * startup.getFailureThreshold()).isGreaterThan(start);
    }

    @Test
    void eachProbeAsksItsOwnQuestion() throws IOException {
        assertThat(path(shop().getStartupProbe())).isEqualTo("/q/health/started");
        assertThat(path(shop().getReadinessProbe())).isEqualTo("/q/health/ready");
        assertThat(path(shop().getLivenessProbe())).isEqualTo("/q/health/live");
    }

    @Test
    void whatAReplicaMustNotLoseIsOnItsOwnVolume() throws IOException {
        StatefulSet set = Manifests.one(StatefulSet.class, "shop");
        String dataDir = variable("QUARKUS_RAFT_CONFIG_DATA_DIR").getValue();

        // then the data directory lies on a claimed volume
        VolumeMount mount = shop().getVolumeMounts().stream().filter(each -> dataDir.startsWith(each.getMountPath() + "/"))
                .findFirst().orElseThrow();
        assertThat(set.getSpec().getVolumeClaimTemplates()).extracting(claim -> claim.getMetadata().getName())
                .containsExactly(mount.getName());
        assertThat(set.getSpec().getVolumeClaimTemplates().get(0).getSpec().getAccessModes()).containsExactly("ReadWriteOnce");

        // and that volume outlives the pod, the scaling and the set
        assertThat(set.getSpec().getPersistentVolumeClaimRetentionPolicy().getWhenDeleted()).isEqualTo("Retain");
        assertThat(set.getSpec().getPersistentVolumeClaimRetentionPolicy().getWhenScaled()).isEqualTo("Retain");
    }

    @Test
    void aPodMayDoNoMoreThanItMust() throws IOException {
        PodSpec pod = pod();
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getRunAsUser()).isPositive();
        assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getEnableServiceLinks()).isFalse();
        for (Container container : pod.getContainers()) {
            assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
            assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
            assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
            assertThat(container.getSecurityContext().getCapabilities().getAdd()).isEmpty();
        }
    }

    @Test
    void maintenanceTakesOneReplicaAtATime() throws IOException {
        PodDisruptionBudget budget = Manifests.one(PodDisruptionBudget.class, "shop");
        assertThat(budget.getSpec().getMaxUnavailable()).isEqualTo(new IntOrString(1));
        assertThat(budget.getSpec().getSelector().getMatchLabels()).isEqualTo(SHOP);
    }

    @Test
    void onlyReplicasReachThePeerPort() throws IOException {
        NetworkPolicy policy = Manifests.one(NetworkPolicy.class, "shop");
        assertThat(policy.getSpec().getPodSelector().getMatchLabels()).isEqualTo(SHOP);
        assertThat(policy.getSpec().getPolicyTypes()).containsExactly("Ingress");

        // when the rules are asked who may reach the peer port
        var toPeerPort = policy.getSpec().getIngress().stream()
                .filter(rule -> rule.getPorts().isEmpty() || rule.getPorts().stream()
                        .anyMatch(port -> Arrays.<Object> asList("peer", port("peer")).contains(port.getPort().getValue())))
                .toList();

        // then it is one, which names the pods of the set and nobody else
        assertThat(toPeerPort).hasSize(1);
        assertThat(toPeerPort.get(0).getFrom()).hasSize(1);
        assertThat(toPeerPort.get(0).getFrom().get(0).getPodSelector().getMatchLabels()).isEqualTo(SHOP);
        assertThat(toPeerPort.get(0).getFrom().get(0).getNamespaceSelector()).isNull();
        assertThat(toPeerPort.get(0).getFrom().get(0).getIpBlock()).isNull();
    }

    private static PodSpec pod() throws IOException {
        return Manifests.one(StatefulSet.class, "shop").getSpec().getTemplate().getSpec();
    }

    private static Container shop() throws IOException {
        return pod().getContainers().get(0);
    }

    private static int port(String name) {
        try {
            return shop().getPorts().stream().filter(port -> port.getName().equals(name)).map(ContainerPort::getContainerPort)
                    .findFirst().orElseThrow();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static EnvVar variable(String name) throws IOException {
        return shop().getEnv().stream().filter(variable -> variable.getName().equals(name)).findFirst().orElseThrow();
    }

    private static String path(Probe probe) {
        assertThat(probe.getHttpGet().getPort()).isEqualTo(new IntOrString("http"));
        return probe.getHttpGet().getPath();
    }
}
