package dev.infraevents.testkit.internal.websocket;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the frames of a client and checks them in the order and with the words of
 * gorilla/websocket, the library behind GARM and Meshery: everything wrong with the first two bytes
 * goes into one reason.
 */
final class FrameReader {

  private static final int PROTOCOL_ERROR = 1002;
  private static final int MESSAGE_TOO_BIG = 1009;

  private final InputStream in;
  private final long readLimit;

  private boolean insideMessage;
  private long messageLength;

  FrameReader(InputStream in, long readLimit) {
    this.in = in;
    this.readLimit = readLimit;
  }

  Frame read() throws IOException {
    byte[] head = bytes(2);
    int opcode = head[0] & 0x0F;
    boolean last = (head[0] & 0x80) != 0;
    check(head, opcode, last);

    long length = length(head[1] & 0x7F);
    byte[] mask = bytes(4);
    if (opcode <= Frames.BINARY) {
      limit(opcode, last, length);
    }
    byte[] payload = bytes((int) length);
    for (int i = 0; i < payload.length; i++) {
      payload[i] ^= mask[i & 3];
    }
    return new Frame(opcode, last, payload);
  }

  private void check(byte[] head, int opcode, boolean last) throws ProtocolViolationException {
    List<String> errors = new ArrayList<>();
    for (int bit = 1; bit <= 3; bit++) {
      if ((head[0] & 0x80 >> bit) != 0) {
        errors.add("RSV" + bit + " set");
      }
    }
    switch (opcode) {
      case Frames.CLOSE, Frames.PING, Frames.PONG -> {
        addIf((head[1] & 0x7F) > Frames.MAX_CONTROL_PAYLOAD, "len > 125 for control", errors);
        addIf(!last, "FIN not set on control", errors);
      }
      case Frames.TEXT, Frames.BINARY -> addIf(insideMessage, "data before FIN", errors);
      case Frames.CONTINUATION -> addIf(!insideMessage, "continuation after FIN", errors);
      default -> errors.add("bad opcode " + opcode);
    }
    addIf((head[1] & 0x80) == 0, "bad MASK", errors);
    if (!errors.isEmpty()) {
      throw new ProtocolViolationException(PROTOCOL_ERROR, String.join(", ", errors));
    }
  }

  /** The limit is checked against what a frame announces, before any of it is read. */
  private void limit(int opcode, boolean last, long length) throws ProtocolViolationException {
    messageLength = opcode == Frames.CONTINUATION ? messageLength + length : length;
    insideMessage = !last;
    if (length < 0 || messageLength < 0 || messageLength > readLimit) {
      throw new ProtocolViolationException(MESSAGE_TOO_BIG, "");
    }
  }

  private long length(int announced) throws IOException {
    return switch (announced) {
      case 126 -> ByteBuffer.wrap(bytes(2)).getShort() & 0xFFFF;
      case 127 -> ByteBuffer.wrap(bytes(8)).getLong();
      default -> announced;
    };
  }

  private byte[] bytes(int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException();
    }
    return bytes;
  }

  private static void addIf(boolean wrong, String error, List<String> errors) {
    if (wrong) {
      errors.add(error);
    }
  }
}
