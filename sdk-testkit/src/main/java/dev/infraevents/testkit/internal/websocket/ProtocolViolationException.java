package dev.infraevents.testkit.internal.websocket;

import java.io.IOException;

/** What the client sent breaks the protocol; says how the connection is to be closed. */
final class ProtocolViolationException extends IOException {

  private static final long serialVersionUID = 1L;

  private final int code;
  private final String reason;

  ProtocolViolationException(int code, String reason) {
    super(code + " " + reason);
    this.code = code;
    this.reason = reason;
  }

  int code() {
    return code;
  }

  String reason() {
    return reason;
  }
}
