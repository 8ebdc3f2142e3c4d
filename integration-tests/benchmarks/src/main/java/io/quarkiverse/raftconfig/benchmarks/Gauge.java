package io.quarkiverse.raftconfig.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;

import io.quarkiverse.raftconfig.it.cluster.Replica;

/** What a living replica takes: on disk, of its heap, of the machine's memory. */
final class Gauge implements AutoCloseable {
    private final Replica replica;
    private final JMXConnector connector;
    private final MemoryMXBean memory;

    /** Connects to a process of our own, on this machine: what could be told there is no stranger's. */
    @SuppressWarnings("BanJNDI")
    Gauge(Replica replica) throws IOException {
        this.replica = replica;
        connector = JMXConnectorFactory.connect(new JMXServiceURL(managementOf(replica)));
        memory = ManagementFactory.newPlatformMXBeanProxy(connector.getMBeanServerConnection(),
                ManagementFactory.MEMORY_MXBEAN_NAME, MemoryMXBean.class);
    }

    private static String managementOf(Replica replica) throws IOException {
        try {
            VirtualMachine machine = VirtualMachine.attach(Long.toString(replica.handle().pid()));
            try {
                return machine.startLocalManagementAgent();
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException e) {
            throw new IOException("could not attach to replica " + replica, e);
        }
    }

    /** All files of its data directory together. */
    long directoryBytes() throws IOException {
        try (Stream<Path> files = Files.list(replica.dataDirectory())) {
            List<Path> found = files.toList();
            long bytes = 0;
            for (Path file : found) {
                bytes += sizeBytes(file);
            }
            return bytes;
        }
    }

    /** Files come and go. */
    private static long sizeBytes(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException gone) {
            return 0;
        }
    }

    /** What is left of the heap after a full collection, which this asks for. */
    long liveHeapBytes() {
        memory.gc();
        return memory.getHeapMemoryUsage().getUsed();
    }

    /** Of the machine's memory. */
    static long residentBytes(Replica replica) throws IOException {
        return 1024 * Files.readAllLines(Path.of("/proc", Long.toString(replica.handle().pid()), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst().orElseThrow();
    }

    @Override
    public void close() throws IOException {
        connector.close();
    }
}
