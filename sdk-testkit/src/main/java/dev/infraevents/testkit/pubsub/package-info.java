/** Google Cloud Pub/Sub as its subscribers see it. */
@NullMarked
package dev.infraevents.testkit.pubsub;

import org.jspecify.annotations.NullMarked;
