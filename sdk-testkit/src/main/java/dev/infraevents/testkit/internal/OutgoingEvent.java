package dev.infraevents.testkit.internal;

import java.nio.charset.StandardCharsets;

/** One message on its way out: its bytes, and the number of frames that carry them. */
public final class OutgoingEvent {

  private final byte[] text;
  private final int pieces;

  OutgoingEvent(byte[] text, int pieces) {
    this.text = text;
    this.pieces = pieces;
  }

  public static OutgoingEvent of(String text) {
    return new OutgoingEvent(text.getBytes(StandardCharsets.UTF_8), 1);
  }

  public byte[] text() {
    return text;
  }

  public int pieces() {
    return pieces;
  }
}
