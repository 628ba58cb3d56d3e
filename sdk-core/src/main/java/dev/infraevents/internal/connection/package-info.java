/** Keeps a subscription connected: attempts, backoff, liveness, tokens. */
@NullMarked
package dev.infraevents.internal.connection;

import org.jspecify.annotations.NullMarked;
