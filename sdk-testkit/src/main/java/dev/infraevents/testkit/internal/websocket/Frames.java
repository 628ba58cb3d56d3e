package dev.infraevents.testkit.internal.websocket;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Frames as a server sends them: unmasked. */
public final class Frames {

  static final int CONTINUATION = 0x0;
  static final int TEXT = 0x1;
  static final int BINARY = 0x2;
  static final int CLOSE = 0x8;
  static final int PING = 0x9;
  static final int PONG = 0xA;

  static final int MAX_CONTROL_PAYLOAD = 125;

  private static final int FIN = 0x80;

  private Frames() {}

  /** A text message in one frame. */
  public static byte[] text(byte[] payload) {
    return frame(FIN | TEXT, payload.length, payload, 0, payload.length);
  }

  /** A text message in several frames, cut wherever it happens, also inside of a character. */
  public static byte[] text(byte[] payload, int pieces) {
    int count = Math.max(1, Math.min(pieces, payload.length));
    ByteArrayOutputStream frames = new ByteArrayOutputStream(payload.length + 10 * count);
    for (int i = 0; i < count; i++) {
      int from = (int) ((long) payload.length * i / count);
      int to = (int) ((long) payload.length * (i + 1) / count);
      int head = (i == count - 1 ? FIN : 0) | (i == 0 ? TEXT : CONTINUATION);
      frames.writeBytes(frame(head, to - from, payload, from, to));
    }
    return frames.toByteArray();
  }

  /** The beginning of a text frame that announces more bytes than follow. */
  public static byte[] truncatedText(byte[] payload, int announced) {
    return frame(FIN | TEXT, announced, payload, 0, payload.length);
  }

  static byte[] control(int opcode, byte[] payload) {
    if (payload.length > MAX_CONTROL_PAYLOAD) {
      throw new IllegalArgumentException("a control frame can not carry " + payload.length);
    }
    return frame(FIN | opcode, payload.length, payload, 0, payload.length);
  }

  /** A close frame without a code. */
  static byte[] close() {
    return control(CLOSE, new byte[0]);
  }

  static byte[] close(int code, String reason) {
    byte[] text = reason.getBytes(StandardCharsets.UTF_8);
    ByteBuffer payload = ByteBuffer.allocate(2 + text.length);
    return control(CLOSE, payload.putShort((short) code).put(text).array());
  }

  private static byte[] frame(int head, int length, byte[] source, int from, int to) {
    ByteBuffer frame = ByteBuffer.allocate(10 + to - from);
    frame.put((byte) head);
    if (length <= 125) {
      frame.put((byte) length);
    } else if (length <= 0xFFFF) {
      frame.put((byte) 126).putShort((short) length);
    } else {
      frame.put((byte) 127).putLong(length);
    }
    frame.put(source, from, to - from).flip();
    byte[] bytes = new byte[frame.remaining()];
    frame.get(bytes);
    return bytes;
  }
}
