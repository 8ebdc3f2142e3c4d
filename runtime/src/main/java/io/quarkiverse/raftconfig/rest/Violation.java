package io.quarkiverse.raftconfig.rest;

/** One thing that is wrong with a request: in which parameter, header, member of the body or property, and what is allowed. */
record Violation(String field, String message) {
}
