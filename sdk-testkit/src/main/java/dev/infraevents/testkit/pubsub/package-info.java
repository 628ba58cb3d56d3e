/**
 * A fake of Google Cloud Pub/Sub. It needs {@code proto-google-cloud-pubsub-v1}, {@code
 * grpc-protobuf} and {@code grpc-okhttp}.
 */
@NullMarked
package dev.infraevents.testkit.pubsub;

import org.jspecify.annotations.NullMarked;
