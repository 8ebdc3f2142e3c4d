package io.quarkiverse.raftconfig.wire;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a peer may be reached. {@code host} is a name or a numeric address, without the brackets of IPv6. */
public record HostAndPort(String host, int port) {
    /** A {@code %} stands before the zone of an IPv6 address. */
    private static final Pattern ADDRESS = Pattern.compile("(?:([A-Za-z0-9._%-]+)|\\[([A-Za-z0-9._%:-]+)]):([0-9]{1,5})");

    /** Whether {@link #parse} takes it. */
    public static boolean isValid(String address) {
        Matcher parts = ADDRESS.matcher(address);
        return parts.matches() && isPort(Integer.parseInt(parts.group(3)));
    }

    /**
     * @param address {@code host:port} or {@code [ipv6]:port}
     * @throws IllegalArgumentException if it is of another form; the message does not repeat it
     */
    static HostAndPort parse(String address) {
        Matcher parts = ADDRESS.matcher(address);
        if (!parts.matches() || !isPort(Integer.parseInt(parts.group(3)))) {
            throw new IllegalArgumentException(
                    "an address is host:port with a port from 1 to 65535, and an IPv6 address in brackets");
        }
        String name = parts.group(1);
        return new HostAndPort(name == null ? parts.group(2) : name, Integer.parseInt(parts.group(3)));
    }

    private static boolean isPort(int port) {
        return port >= 1 && port <= 65_535;
    }
}
