/**
 * Google Cloud Pub/Sub as its subscribers see it. The fake of the server needs {@code
 * proto-google-cloud-pubsub-v1}, {@code grpc-protobuf}, {@code grpc-stub} and {@code grpc-okhttp};
 * the sender of pushes needs nothing.
 */
@NullMarked
package dev.infraevents.testkit.pubsub;

import org.jspecify.annotations.NullMarked;
