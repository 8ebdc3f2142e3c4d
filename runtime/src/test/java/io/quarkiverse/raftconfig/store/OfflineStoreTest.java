package io.quarkiverse.raftconfig.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;

import io.quarkiverse.raftconfig.core.StorageId;
import io.quarkiverse.raftconfig.node.StoreDamagedException;
import io.quarkiverse.raftconfig.store.Workload.Found;

/** Looking is as strict as a start, and changes nothing. */
class OfflineStoreTest {
    private final SplittableRandom random = new SplittableRandom(3);

    @Test
    void findsWhatAStartWouldAndLeavesEveryByteAsItIs() throws IOException {
        for (int seed = 1; seed <= 30; seed++) {
            // given a disk as a power cut has left it, with torn frames, half a fold and unnamed files
            var disk = new FaultyDisk(new SplittableRandom(seed));
            var workload = new Workload(new SplittableRandom(seed));
            var store = open(disk);
            workload.restart(Found.in(store));
            for (int i = 0; i < 20 + seed; i++) {
                workload.step(store);
            }
            disk.cutPowerAt(1 + random.nextInt(12));
            try {
                while (true) {
                    workload.step(store);
                }
            } catch (RuntimeException e) {
                assertThat(disk.isPowerOff()).as("%s", e).isTrue();
            }
            FaultyDisk after = disk.afterPowerCut();
            Map<String, String> content = contents(after);

            // when it is looked at
            Found found;
            try (var looked = OfflineStore.onDisk(after)) {
                found = new Found(looked.recovered(), Optional.ofNullable(looked.identity().clusterId()),
                        Optional.ofNullable(looked.founding()));
            }

            // then nothing has changed, and a start finds the same
            assertThat(contents(after)).isEqualTo(content);
            assertThat(after.operations()).isZero();
            try (var started = open(after)) {
                assertThat(Found.in(started)).isEqualTo(found);
            }
        }
    }

    @Test
    void refusesWhatAStartWouldRefuse() throws IOException {
        // given a store with a flipped bit in its image
        var disk = new FaultyDisk(random.split());
        open(disk).close();
        byte[] image = disk.content(Image.FILE);
        image[500] ^= 1;
        disk.setContent(Image.FILE, image);

        // then it is damage
        assertThatThrownBy(() -> OfflineStore.onDisk(disk)).isInstanceOf(StoreDamagedException.class)
                .hasMessageContaining("file image");
    }

    @Test
    void makesNoStoreWhereThereIsNone() {
        var disk = new FaultyDisk(random.split());
        assertThatThrownBy(() -> OfflineStore.onDisk(disk)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("holds no data");
        assertThat(disk.list()).isEmpty();
    }

    private static Map<String, String> contents(FaultyDisk disk) {
        Map<String, String> contents = new TreeMap<>();
        disk.list().forEach(name -> contents.put(name, new String(disk.content(name), StandardCharsets.ISO_8859_1)));
        return contents;
    }

    private static MapDbRaftStore open(FaultyDisk disk) throws IOException {
        return MapDbRaftStore.open(disk, 64, null, () -> RaftStoreContract.NODE, () -> new StorageId(1, 2), Runnable::run);
    }
}
