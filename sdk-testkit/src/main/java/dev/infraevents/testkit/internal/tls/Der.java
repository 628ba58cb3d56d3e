package dev.infraevents.testkit.internal.tls;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** As much of the DER encoding as a certificate needs. */
final class Der {

  private static final int BIT_STRING = 0x03;
  private static final int OCTET_STRING = 0x04;
  private static final int UTF8_STRING = 0x0C;
  private static final int UTC_TIME = 0x17;
  private static final int SEQUENCE = 0x30;
  private static final int SET = 0x31;
  private static final int EXPLICIT = 0xA0;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

  private Der() {}

  static byte[] sequence(byte[]... parts) {
    return tagged(SEQUENCE, parts);
  }

  static byte[] set(byte[]... parts) {
    return tagged(SET, parts);
  }

  static byte[] explicit(int number, byte[] content) {
    return tagged(EXPLICIT | number, content);
  }

  static byte[] integer(byte... twosComplement) {
    return tagged(0x02, twosComplement);
  }

  static byte[] yes() {
    return tagged(0x01, new byte[] {(byte) 0xFF});
  }

  static byte[] utf8(String text) {
    return tagged(UTF8_STRING, text.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] octets(byte[] content) {
    return tagged(OCTET_STRING, content);
  }

  static byte[] bits(int unused, byte... content) {
    return tagged(BIT_STRING, new byte[] {(byte) unused}, content);
  }

  /** A time before 2050; two digits of the year are what X.509 demands for those. */
  static byte[] time(Instant instant) {
    return tagged(UTC_TIME, TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
  }

  /** An object identifier in dotted form. */
  static byte[] oid(String dotted) {
    String[] arcs = dotted.split("\\.");
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.write(40 * Integer.parseInt(arcs[0]) + Integer.parseInt(arcs[1]));
    for (int i = 2; i < arcs.length; i++) {
      int arc = Integer.parseInt(arcs[i]);
      for (int shift = 28; shift > 0; shift -= 7) {
        if (arc >>> shift != 0) {
          content.write(0x80 | (arc >>> shift & 0x7F));
        }
      }
      content.write(arc & 0x7F);
    }
    return tagged(0x06, content.toByteArray());
  }

  static byte[] tagged(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    encoded.write(tag);
    int length = content.size();
    if (length >= 0x100) {
      encoded.write(0x82);
      encoded.write(length >>> 8);
    } else if (length >= 0x80) {
      encoded.write(0x81);
    }
    encoded.write(length);
    encoded.writeBytes(content.toByteArray());
    return encoded.toByteArray();
  }
}
