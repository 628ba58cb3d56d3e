/**
 * Events that Google Cloud Pub/Sub pushes to an endpoint of yours: who sent a request, and what to
 * answer. Needs none of Google's libraries.
 */
@NullMarked
package dev.infraevents.pubsub.push;

import org.jspecify.annotations.NullMarked;
