/**
 * The bytes of core types, on disk and on the wire. The formats are public: every record starts with a version, golden
 * tests guard the bytes, and an unknown entry type is refused, never skipped. All numbers are big-endian.
 */
@NullMarked
package io.quarkiverse.raftconfig.codec;

import org.jspecify.annotations.NullMarked;
