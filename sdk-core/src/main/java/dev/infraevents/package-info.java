/**
 * The uniform API: one event model, one handler and one set of delivery guarantees for every
 * source.
 *
 * <p>Start at {@link dev.infraevents.EventSource} and {@link dev.infraevents.EventRouter}.
 */
@NullMarked
package dev.infraevents;

import org.jspecify.annotations.NullMarked;
