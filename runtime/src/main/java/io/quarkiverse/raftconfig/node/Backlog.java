package io.quarkiverse.raftconfig.node;

/**
 * What waits within a node.
 *
 * @param reads of its own callers
 * @param readsForgotten of them those that nothing but a time-out will answer
 * @param writes of its own callers
 * @param requests of peers
 * @param tickets who asked the core and was not answered
 * @param readsInCore what the core has taken on and not answered: it knows nothing of who stopped waiting
 * @param offered commands that go into the log at the end of the turn
 * @param followed entries in the log of which it is not known yet what became of them
 * @param claimsForNothing whether room in the store is claimed for none of them
 */
record Backlog(int reads, int readsForgotten, int writes, int requests, int tickets, int readsInCore, int offered,
        int followed, boolean claimsForNothing) {
}
