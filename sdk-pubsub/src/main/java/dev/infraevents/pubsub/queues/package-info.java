/**
 * Manages Foundries.io's event queues over its REST API, with nothing but the JDK and Jackson: see
 * {@link dev.infraevents.pubsub.queues.EventQueues}.
 */
@NullMarked
package dev.infraevents.pubsub.queues;

import org.jspecify.annotations.NullMarked;
