package dev.infraevents.testkit.internal.http;

import dev.infraevents.testkit.internal.tcp.Wire;
import java.io.IOException;

/** What becomes of a request: an answer, or the connection is taken over. */
public sealed interface HttpReply permits HttpResponse, HttpReply.Takeover {

  /** Whoever takes a connection over answers on it; it is closed when this returns. */
  @FunctionalInterface
  non-sealed interface Takeover extends HttpReply {
    void run(Wire wire) throws IOException;
  }
}
