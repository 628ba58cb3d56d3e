/** A certificate made on the spot, for a server on loopback. */
@NullMarked
package dev.infraevents.testkit.internal.tls;

import org.jspecify.annotations.NullMarked;
