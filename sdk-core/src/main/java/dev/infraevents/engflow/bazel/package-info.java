/**
 * Bazel's own events: what is in a {@link dev.infraevents.engflow.BuildProgress.BazelEvent}, as far
 * as people look at it. {@code BazelEvents} in {@code sdk-grpc} reads them.
 *
 * <p>Start at {@link dev.infraevents.engflow.bazel.BazelBuildEvent}.
 */
@NullMarked
package dev.infraevents.engflow.bazel;

import org.jspecify.annotations.NullMarked;
