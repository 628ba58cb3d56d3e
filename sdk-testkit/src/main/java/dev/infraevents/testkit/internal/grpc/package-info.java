/** What the fakes of gRPC servers are built of: the server, its relay, and who is let in. */
@NullMarked
package dev.infraevents.testkit.internal.grpc;

import org.jspecify.annotations.NullMarked;
