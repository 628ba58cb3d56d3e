package dev.infraevents.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.google.protobuf.ProtocolMessageEnum;
import com.google.protobuf.Timestamp;
import com.google.protobuf.WireFormat;
import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.OpenEnum;
import dev.infraevents.WireName;
import dev.infraevents.engflow.PackedMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** From protobuf's types to ours. */
final class Protos {

  // What protobuf allows: the years 1 to 9999, which is also what RFC 3339 can say.
  private static final long FIRST_SECOND = Instant.parse("0001-01-01T00:00:00Z").getEpochSecond();
  private static final long LAST_SECOND = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();
  private static final long MAX_DURATION_SECONDS = 315_576_000_000L;
  private static final int NANOS_PER_SECOND = 1_000_000_000;

  private Protos() {}

  /**
   * Parses a message.
   *
   * @param what how it is called in an exception
   */
  static <M extends MessageLite> M parse(Parser<M> parser, Bytes message, String what) {
    try {
      return parser.parseFrom(message.toByteArray());
    } catch (InvalidProtocolBufferException e) {
      throw undecodable(what, message.size(), e);
    }
  }

  /** As {@link #parse(Parser, Bytes, String)}. */
  static <M extends MessageLite> M parse(Parser<M> parser, ByteString message, String what) {
    try {
      return parser.parseFrom(message);
    } catch (InvalidProtocolBufferException e) {
      throw undecodable(what, message.size(), e);
    }
  }

  // Protobuf's texts quote nothing, but the exception holds what it has read so far.
  static DecodingException undecodable(String what, int size, IOException e) {
    return new DecodingException(
        "Can not read the " + what + " of " + size + " bytes: " + e.getMessage(), null);
  }

  static Bytes bytes(ByteString bytes) {
    return Bytes.of(bytes.toByteArray());
  }

  /**
   * The bytes of a message that is inside of another one, as they arrived.
   *
   * @param message one that has been parsed
   * @param path the numbers of the fields that lead there; of one that is repeated, the last counts
   * @return no bytes if it is not there
   */
  static Bytes embedded(Bytes message, int... path) {
    byte[] bytes = message.toByteArray();
    int from = 0;
    int to = bytes.length;
    try {
      for (int field : path) {
        CodedInputStream fields = CodedInputStream.newInstance(bytes, from, to - from);
        int start = from;
        to = from;
        for (int tag = fields.readTag(); tag != 0; tag = fields.readTag()) {
          if (WireFormat.getTagFieldNumber(tag) == field) {
            int size = fields.readRawVarint32();
            from = start + fields.getTotalBytesRead();
            to = from + size;
            fields.skipRawBytes(size);
          } else {
            fields.skipField(tag);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // it has been parsed before
    }
    return Bytes.of(bytes, from, to);
  }

  static PackedMessage packed(Any message) {
    return new PackedMessage(message.getTypeUrl(), bytes(message.getValue()));
  }

  /** A time; null if it is none that protobuf allows. */
  static @Nullable Instant instant(Timestamp time) {
    long seconds = time.getSeconds();
    int nanos = time.getNanos();
    boolean legal =
        seconds >= FIRST_SECOND && seconds <= LAST_SECOND && nanos >= 0 && nanos < NANOS_PER_SECOND;
    return legal ? Instant.ofEpochSecond(seconds, nanos) : null;
  }

  /** A duration; null if it is none that protobuf allows. */
  static @Nullable Duration duration(com.google.protobuf.Duration duration) {
    long seconds = duration.getSeconds();
    int nanos = duration.getNanos();
    boolean legal =
        Math.abs((double) seconds) <= MAX_DURATION_SECONDS
            && Math.abs((double) nanos) < NANOS_PER_SECOND
            && (seconds == 0 || nanos == 0 || seconds < 0 == nanos < 0);
    return legal ? Duration.ofSeconds(seconds, nanos) : null;
  }

  /**
   * A value of an enum, 0 being "not set".
   *
   * @param value what the generated code knows of it, or null
   * @param number what came
   */
  static <E extends Enum<E> & WireName> OpenEnum<E> open(
      Class<E> type, @Nullable ProtocolMessageEnum value, int number) {
    return number == 0 ? OpenEnum.of(type, "") : openOrZero(type, value, number);
  }

  /** A value of an enum of which 0 is a value like any other. */
  static <E extends Enum<E> & WireName> OpenEnum<E> openOrZero(
      Class<E> type, @Nullable ProtocolMessageEnum value, int number) {
    return OpenEnum.of(
        type, value == null ? Integer.toString(number) : value.getValueDescriptor().getName());
  }
}
