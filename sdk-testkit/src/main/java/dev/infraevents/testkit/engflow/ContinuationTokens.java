package dev.infraevents.testkit.engflow;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;

/**
 * Makes tokens. Those of real clusters have changed their form over the years, so these change it
 * from event to event, and a client that looks into them fails.
 */
final class ContinuationTokens {

  private ContinuationTokens() {}

  static String of(String stream, int position) {
    byte[] id = stream.getBytes(StandardCharsets.UTF_8);
    return switch (position % 3) {
      case 0 -> Base64.getEncoder().encodeToString(withNumber(id, position));
      case 1 -> HexFormat.of().formatHex(withNumber(id, ~position));
      default -> "v2:" + position + "/" + Integer.toHexString(stream.hashCode()) + "==";
    };
  }

  private static byte[] withNumber(byte[] id, int number) {
    return ByteBuffer.allocate(id.length + Integer.BYTES).putInt(number).put(id).array();
  }
}
