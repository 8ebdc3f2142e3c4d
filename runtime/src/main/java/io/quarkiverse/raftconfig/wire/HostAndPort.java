package io.quarkiverse.raftconfig.wire;

/** Where a peer may be reached. {@code host} is a name or a numeric address, without the brackets of IPv6. */
record HostAndPort(String host, int port) {
    /**
     * @param address {@code host:port} or {@code [ipv6]:port}
     * @throws IllegalArgumentException if it is of another form; the message does not repeat it
     */
    static HostAndPort parse(String address) {
        int colon = address.lastIndexOf(':');
        String host = colon < 0 ? "" : address.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            host = "";
        }
        int port = colon < 0 ? -1 : port(address.substring(colon + 1));
        if (host.isEmpty() || port < 1) {
            throw new IllegalArgumentException(
                    "an address is host:port with a port from 1 to 65535, and an IPv6 address in brackets");
        }
        return new HostAndPort(host, port);
    }

    private static int port(String digits) {
        if (digits.isEmpty() || digits.length() > 5 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        int port = Integer.parseInt(digits);
        return port <= 65535 ? port : -1;
    }
}
