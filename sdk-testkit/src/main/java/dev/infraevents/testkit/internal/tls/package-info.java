/** Certificates made on the spot, for servers on loopback and for their clients. */
@NullMarked
package dev.infraevents.testkit.internal.tls;

import org.jspecify.annotations.NullMarked;
