package io.quarkiverse.raftconfig.core;

/**
 * The name an operator gives a node: 1 to 63 characters of {@code [A-Za-z0-9._-]}, the first a letter or a digit (a
 * Kubernetes pod name is one). Ordered by character.
 */
public record NodeId(String value) implements Comparable<NodeId> {
    public static final int LENGTH_MAX = 63;

    /**
     * @throws IllegalArgumentException if {@code value} is not of the form above; the message quotes the form, not the value
     */
    public NodeId {
        if (!isValid(value)) {
            throw new IllegalArgumentException(
                    "a node id has 1 to 63 characters of [A-Za-z0-9._-] and starts with a letter or a digit");
        }
    }

    public static boolean isValid(String value) {
        if (value.isEmpty() || value.length() > LENGTH_MAX) {
            return false;
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean punctuation = c == '.' || c == '_' || c == '-';
            if (!isAlphanumeric(c) && (i == 0 || !punctuation)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAlphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    @Override
    public int compareTo(NodeId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
