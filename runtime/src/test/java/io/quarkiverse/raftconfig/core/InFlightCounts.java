package io.quarkiverse.raftconfig.core;

import org.jspecify.annotations.Nullable;

/** Looks into a leader: whether what it counts as under way is what is under way (pitfall 43), and within its bounds. */
public final class InFlightCounts {
    private InFlightCounts() {
    }

    /** What is wrong; null if nothing is. */
    public static @Nullable String fault(RaftCore core, RaftSettings settings) {
        for (var peer : core.progress().entrySet()) {
            Progress progress = peer.getValue();
            long bytes = 0;
            long largest = 0;
            long index = progress.matchIndex();
            for (Progress.InFlight message : progress.inFlight()) {
                if (message.lastIndex() <= index) {
                    return "to " + peer.getKey().node() + " entry " + message.lastIndex() + " is under way behind " + index;
                }
                index = message.lastIndex();
                bytes += message.bytes();
                largest = Math.max(largest, message.bytes());
            }
            if (bytes != progress.inFlightBytes()) {
                return "to " + peer.getKey().node() + " " + bytes + " bytes are under way, and " + progress.inFlightBytes()
                        + " are counted";
            }
            // A single entry goes, however large it is.
            if (bytes - largest > settings.inFlightBytesMax()
                    || progress.inFlight().size() > settings.inFlightMessagesMax()) {
                return "to " + peer.getKey().node() + " " + bytes + " bytes are under way in " + progress.inFlight().size()
                        + " messages";
            }
        }
        return null;
    }
}
