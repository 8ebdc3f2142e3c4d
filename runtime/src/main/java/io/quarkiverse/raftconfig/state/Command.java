package io.quarkiverse.raftconfig.state;

/** What an entry of the log may ask of the state; {@link CommandCodec} has its bytes. */
public sealed interface Command permits Transaction, RestorePart {
}
