package io.quarkiverse.raftconfig.tool;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

import org.jspecify.annotations.Nullable;

import io.quarkiverse.raftconfig.codec.MembershipCodec;
import io.quarkiverse.raftconfig.core.NodeId;

/**
 * What was asked for.
 *
 * @param nodeId whose directory the operator takes it to be; null for {@code verify}
 * @param address where the node is to be reached from now on; null to leave it
 * @param backup where the directory is copied to; null beside it
 */
record Arguments(Command command, Path directory, @Nullable NodeId nodeId, @Nullable String address, @Nullable Path backup,
        boolean confirmed) {

    static final String USAGE = """
            usage: verify DATA-DIR
                   recover DATA-DIR --node-id ID [--address HOST:PORT] [--backup DIRECTORY] [--yes]

            verify   checks the data directory of a node that does not run, and changes nothing.
            recover  founds a new cluster of one from it, when the majority of the old cluster is gone for good. The last
                     resort. Without --yes it says what it would do and what may be lost, and changes nothing.

            exit codes: 0 sound, or done; 1 damaged; 2 wrong arguments; 3 not there, in use, or of a later version;
                        4 refused, nothing was changed""";

    private static final int PORT_MAX = 65_535;

    enum Command {
        VERIFY,
        RECOVER
    }

    /** The command line can't be understood; the message says why. */
    static final class WrongException extends Exception {
        private static final long serialVersionUID = 1L;

        WrongException(String message) {
            super(message);
        }
    }

    static Arguments of(String[] args) throws WrongException {
        Queue<String> left = new ArrayDeque<>(List.of(args));
        Command command = command(left.poll());
        Path directory = path(left.poll(), "the data directory");
        NodeId nodeId = null;
        String address = null;
        Path backup = null;
        boolean confirmed = false;
        while (!left.isEmpty()) {
            String option = left.remove();
            if (command == Command.VERIFY) {
                throw new WrongException("verify takes no " + option + ".");
            }
            switch (option) {
                case "--node-id" -> nodeId = nodeId(left.poll());
                case "--address" -> address = address(left.poll());
                case "--backup" -> backup = path(left.poll(), option);
                case "--yes" -> confirmed = true;
                default -> throw new WrongException("There is no option " + option + ".");
            }
        }
        if (command == Command.RECOVER && nodeId == null) {
            throw new WrongException("--node-id is missing: the node whose data directory this is.");
        }
        return new Arguments(command, directory, nodeId, address, backup, confirmed);
    }

    private static Command command(@Nullable String name) throws WrongException {
        if ("verify".equals(name)) {
            return Command.VERIFY;
        } else if ("recover".equals(name)) {
            return Command.RECOVER;
        }
        throw new WrongException(name == null ? "No command was given." : "There is no command " + name + ".");
    }

    private static Path path(@Nullable String value, String of) throws WrongException {
        if (value == null || value.isEmpty() || value.startsWith("--")) {
            throw new WrongException("The path of " + of + " is missing.");
        }
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            throw new WrongException(value + " is no path.");
        }
    }

    private static NodeId nodeId(@Nullable String value) throws WrongException {
        if (value == null || !NodeId.isValid(value)) {
            throw new WrongException("--node-id takes the id of a node, not " + value + ".");
        }
        return new NodeId(value);
    }

    private static String address(@Nullable String value) throws WrongException {
        int colon = value == null ? -1 : value.lastIndexOf(':');
        if (value == null || colon <= 0 || !isPort(value.substring(colon + 1))
                || value.getBytes(StandardCharsets.UTF_8).length > MembershipCodec.ADDRESS_BYTES_MAX) {
            throw new WrongException("--address takes host:port, not " + value + ".");
        }
        return value;
    }

    private static boolean isPort(String digits) {
        return digits.matches("[1-9][0-9]{0,4}") && Integer.parseInt(digits) <= PORT_MAX;
    }
}
