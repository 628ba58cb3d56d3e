package dev.infraevents.testkit.internal.http;

import java.io.IOException;

/** What arrived is not an HTTP/1.x request. */
final class MalformedRequestException extends IOException {

  private static final long serialVersionUID = 1L;

  MalformedRequestException(String message) {
    super(message);
  }
}
