/**
 * Pulls Foundries.io's event queues, and any events that were forwarded to a topic, over Google
 * Cloud Pub/Sub; forwards the events of any source to a topic.
 */
@NullMarked
package dev.infraevents.pubsub;

import org.jspecify.annotations.NullMarked;
