package dev.infraevents.testkit.internal.websocket;

/** A frame as received, unmasked. */
final class Frame {

  private final int opcode;
  private final boolean last;
  private final byte[] payload;

  Frame(int opcode, boolean last, byte[] payload) {
    this.opcode = opcode;
    this.last = last;
    this.payload = payload;
  }

  int opcode() {
    return opcode;
  }

  boolean isLast() {
    return last;
  }

  byte[] payload() {
    return payload;
  }
}
