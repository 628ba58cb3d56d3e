package dev.infraevents.testkit.internal.http;

import dev.infraevents.testkit.ReceivedRequest;

/** Decides about requests, on the thread of their connection. */
@FunctionalInterface
public interface HttpHandler {

  HttpReply handle(ReceivedRequest request);
}
