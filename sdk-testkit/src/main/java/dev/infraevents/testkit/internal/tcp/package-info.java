/** Sockets on loopback, and what can be made to go wrong with them. */
@NullMarked
package dev.infraevents.testkit.internal.tcp;

import org.jspecify.annotations.NullMarked;
