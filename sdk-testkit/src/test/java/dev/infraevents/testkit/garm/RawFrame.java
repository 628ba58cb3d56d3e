package dev.infraevents.testkit.garm;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A frame as the client received it: the two header bytes tell all but the length. */
final class RawFrame {

  static final int TEXT = 0x1;
  static final int BINARY = 0x2;
  static final int CLOSE = 0x8;
  static final int PING = 0x9;
  static final int PONG = 0xA;

  private final int head;
  private final byte[] payload;

  RawFrame(int head, byte[] payload) {
    this.head = head;
    this.payload = payload;
  }

  boolean isLast() {
    return (head & 0x80) != 0;
  }

  int opcode() {
    return head & 0x0F;
  }

  byte[] payload() {
    return payload;
  }

  String text() {
    return new String(payload, StandardCharsets.UTF_8);
  }

  /** The frame in words, such as {@code TEXT hello}, {@code CLOSE 1000} or {@code PONG}. */
  @Override
  public String toString() {
    return switch (head) {
      case 0x80 | TEXT -> "TEXT " + text();
      case TEXT -> "TEXT... " + text();
      case 0x00 -> "..." + text() + "...";
      case 0x80 -> "..." + text();
      case 0x80 | PING -> ("PING " + text()).trim();
      case 0x80 | PONG -> ("PONG " + text()).trim();
      case 0x80 | CLOSE -> close();
      default -> "frame " + Integer.toHexString(head) + " " + text();
    };
  }

  private String close() {
    if (payload.length < 2) {
      return "CLOSE";
    }
    String reason = new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
    return ("CLOSE " + (ByteBuffer.wrap(payload).getShort() & 0xFFFF) + " " + reason).trim();
  }
}
