package io.quarkiverse.raftconfig.tool;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.Instant;

import io.quarkiverse.raftconfig.node.StoreDamagedException;
import io.quarkiverse.raftconfig.store.OfflineStore;

/**
 * The offline command line:
 *
 * <pre>
 * java -cp 'quarkus-app/lib/main/*:quarkus-app/lib/boot/*' io.quarkiverse.raftconfig.tool.RaftConfigTool verify DATA-DIR
 * </pre>
 *
 * Its exit codes are {@link #DONE} to {@link #REFUSED}.
 */
public final class RaftConfigTool {
    /** The directory is sound; or, the new cluster is founded. */
    static final int DONE = 0;
    /** The directory does not hold what was written to it. */
    static final int DAMAGED = 1;
    /** The command line can't be understood. */
    static final int WRONG_ARGUMENTS = 2;
    /** The directory is not there, holds no data, is in use, was written by a later version, or the disk fails. */
    static final int UNUSABLE = 3;
    /** Nothing was changed: {@code --yes} is missing, or the directory can't be recovered from. */
    static final int REFUSED = 4;

    private RaftConfigTool() {
    }

    public static void main(String[] args) {
        System.exit(run(args, System.out, System.err));
    }

    /** Returns the exit code. */
    static int run(String[] args, PrintStream out, PrintStream err) {
        try {
            Arguments arguments = Arguments.of(args);
            if (arguments.command() == Arguments.Command.VERIFY) {
                verify(arguments, out);
            } else {
                Recover.run(arguments, Instant.now(), out);
            }
            return DONE;
        } catch (Arguments.WrongException e) {
            err.println(e.getMessage());
            err.println(Arguments.USAGE);
            return WRONG_ARGUMENTS;
        } catch (StoreDamagedException e) {
            err.println(e.getMessage());
            return DAMAGED;
        } catch (Recover.RefusedException e) {
            err.println(e.getMessage());
            return REFUSED;
        } catch (IllegalStateException e) {
            err.println(e.getMessage());
            return UNUSABLE;
        } catch (IOException | UncheckedIOException e) {
            err.println("The disk refuses: " + e.getClass().getSimpleName() + ": " + e.getMessage()
                    + ". What is in the directory is whole, as before or recovered: verify tells which.");
            return UNUSABLE;
        }
    }

    private static void verify(Arguments arguments, PrintStream out) throws IOException {
        try (OfflineStore store = OfflineStore.look(arguments.directory())) {
            Findings.of(arguments.directory(), store).print(out);
        }
        out.println(
                "Sound: image, journal, every record and the snapshot match their checksums, and all entries can be applied.");
    }
}
