package dev.infraevents.internal.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import dev.infraevents.Bytes;
import dev.infraevents.OpenEnum;
import dev.infraevents.WireName;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The readers of all scalar types of the payloads. */
public final class Scalars {

  /** What Go writes for "no UUID". */
  public static final String NIL_UUID = "00000000-0000-0000-0000-000000000000";

  private Scalars() {}

  static final class Text extends ScalarReader<String> {
    Text() {
      super(JsonToken.VALUE_STRING, "a string", "");
    }

    @Override
    String read(JsonParser parser) throws IOException {
      return parser.getText();
    }
  }

  /** A UUID whose nil value means that it is not set. */
  public static final class Uuid extends ScalarReader<String> {

    /** For Jackson. */
    public Uuid() {
      super(JsonToken.VALUE_STRING, "a string", "");
    }

    @Override
    String read(JsonParser parser) throws IOException {
      String uuid = parser.getText();
      return uuid.equals(NIL_UUID) ? "" : uuid;
    }
  }

  static final class Integer64 extends ScalarReader<Long> {
    Integer64() {
      super(JsonToken.VALUE_NUMBER_INT, "an integer", 0L);
    }

    @Override
    Long read(JsonParser parser) throws IOException {
      // Asked first: Jackson's own complaint about an overflow quotes the number.
      if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
        throw WrongValueException.isNo("64-bit number", parser);
      }
      return parser.getLongValue();
    }
  }

  /** A 64-bit number without a sign, kept in the bits of a long. */
  public static final class Unsigned64 extends ScalarReader<Long> {

    private static final int MAX_DIGITS = 20;

    /** For Jackson. */
    public Unsigned64() {
      super(JsonToken.VALUE_NUMBER_INT, "an integer", 0L);
    }

    @Override
    Long read(JsonParser parser) throws IOException {
      if (parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
        long value = parser.getLongValue();
        if (value >= 0) {
          return value;
        }
      } else if (parser.getTextLength() <= MAX_DIGITS) {
        BigInteger value = parser.getBigIntegerValue();
        if (value.signum() > 0 && value.bitLength() <= Long.SIZE) {
          return value.longValue();
        }
      }
      throw WrongValueException.isNo("unsigned 64-bit number", parser);
    }
  }

  static final class Flag extends JsonDeserializer<Boolean> {
    @Override
    public Boolean deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      if (parser.hasToken(JsonToken.VALUE_TRUE)) {
        return true;
      }
      if (parser.hasToken(JsonToken.VALUE_FALSE)) {
        return false;
      }
      throw WrongValueException.expected("a boolean", parser);
    }

    @Override
    public Boolean getNullValue(DeserializationContext context) {
      return false;
    }
  }

  /** A Go time: its zero, in year 1, is "not set". */
  static final class Time extends ScalarReader<Instant> {
    Time() {
      super(JsonToken.VALUE_STRING, "a string", null);
    }

    @Override
    @Nullable Instant read(JsonParser parser) throws IOException {
      try {
        return Rfc3339.parseOrUnset(
            parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
      } catch (DateTimeException e) {
        throw WrongValueException.isNo("RFC 3339 timestamp", parser);
      }
    }
  }

  static final class Binary extends ScalarReader<Bytes> {
    Binary() {
      super(JsonToken.VALUE_STRING, "a string", Bytes.EMPTY);
    }

    @Override
    Bytes read(JsonParser parser) throws IOException {
      return Bytes.of(base64(parser));
    }
  }

  /** Text that travels as base64. */
  public static final class Base64Text extends ScalarReader<String> {

    /** For Jackson. */
    public Base64Text() {
      super(JsonToken.VALUE_STRING, "a string", "");
    }

    @Override
    String read(JsonParser parser) throws IOException {
      return new String(base64(parser), StandardCharsets.UTF_8);
    }
  }

  static final class Word<E extends Enum<E> & WireName> extends ScalarReader<OpenEnum<E>> {
    private final Class<E> type;

    Word(Class<E> type) {
      super(JsonToken.VALUE_STRING, "a string", OpenEnum.of(type, ""));
      this.type = type;
    }

    @Override
    OpenEnum<E> read(JsonParser parser) throws IOException {
      return OpenEnum.of(type, parser.getText());
    }
  }

  private static byte[] base64(JsonParser parser) throws IOException {
    try {
      return Base64.getDecoder().decode(parser.getText());
    } catch (IllegalArgumentException e) {
      throw WrongValueException.isNo("base64", parser);
    }
  }
}
