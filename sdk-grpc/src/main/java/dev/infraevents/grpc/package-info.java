/**
 * EngFlow: the notifications of its queue as a source, the events of builds from its event store,
 * and forwarding.
 */
@NullMarked
package dev.infraevents.grpc;

import org.jspecify.annotations.NullMarked;
