/**
 * What a node says of its health, as SmallRye Health checks. They show identifiers and numbers, never an address, a name or a
 * value of a property.
 */
@NullMarked
package io.quarkiverse.raftconfig.health;

import org.jspecify.annotations.NullMarked;
