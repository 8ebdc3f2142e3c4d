package io.quarkiverse.raftconfig.it.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/** Ports on loopback that nobody listens on. */
public final class Ports {
    // Below the ports that systems give to outgoing connections: one of those could take the port of a replica that is down.
    private static final int FIRST = 15_000;
    private static final int LAST = 32_000;

    public static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            // As servers do, or a port whose last connections are still in TIME_WAIT would seem taken.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    /** @return {@code count} different ones */
    public static List<Integer> free(int count) {
        RandomGenerator random = RandomGenerator.getDefault();
        Set<Integer> tried = new TreeSet<>();
        var free = new ArrayList<Integer>();
        while (free.size() < count) {
            int port = random.nextInt(FIRST, LAST);
            if (tried.add(port) && isFree(port)) {
                free.add(port);
            }
            if (tried.size() > 1000) {
                throw new IllegalStateException("no " + count + " free ports on loopback between " + FIRST + " and " + LAST);
            }
        }
        return List.copyOf(free);
    }

    private Ports() {
    }
}
