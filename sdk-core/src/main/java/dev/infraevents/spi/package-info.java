/**
 * What a transport implements. Applications have no business here, except for {@link
 * dev.infraevents.spi.TimeSource} in their tests.
 *
 * <p>A source extends {@link dev.infraevents.spi.AbstractEventSource} and supplies a {@link
 * dev.infraevents.spi.Transport}, which opens one {@link dev.infraevents.spi.Connection} at a time
 * and reports what happens on it to its {@link dev.infraevents.spi.ConnectionContext}.
 * Reconnecting, tokens, buffering, ordering and settling are done by the core. A client of the
 * source's REST API holds its tokens in a {@link dev.infraevents.spi.TokenCache} as well.
 */
@NullMarked
package dev.infraevents.spi;

import org.jspecify.annotations.NullMarked;
