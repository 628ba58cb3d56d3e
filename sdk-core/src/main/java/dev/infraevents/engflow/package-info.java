/**
 * The events of EngFlow: notifications of builds and invocations, and the events of a build from
 * the event store. Typed payloads and type keys, no transport.
 *
 * <p>Start at {@link dev.infraevents.engflow.EngFlow}. What holds for every payload is said at
 * {@link dev.infraevents.engflow.EngFlowPayload}.
 */
@NullMarked
package dev.infraevents.engflow;

import org.jspecify.annotations.NullMarked;
