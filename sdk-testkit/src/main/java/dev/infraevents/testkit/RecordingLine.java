package dev.infraevents.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.infraevents.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One message as one line of JSON. A JSON object or array stands for itself; other text is a JSON
 * string; what is no text is {@code {"base64":"..."}}. A message that looks like the last is
 * written as text, so every line has one meaning.
 *
 * <p>Binary messages are often UTF-8 by chance, protobuf's above all, and a redaction would spoil
 * their lengths. But they hold control characters that no text has.
 */
final class RecordingLine {

  private static final Pattern BINARY = Pattern.compile("\\{\"base64\":\"([A-Za-z0-9+/=]*+)\"}");
  private static final ObjectReader WHOLE_TEXT =
      new ObjectMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private RecordingLine() {}

  /** The line of a message, without its end. */
  static String of(Bytes message, Redaction redaction) {
    byte[] bytes = message.toByteArray();
    Optional<String> text = utf8(bytes).filter(RecordingLine::isText);
    if (text.isEmpty()) {
      return "{\"base64\":\"" + Base64.getEncoder().encodeToString(bytes) + "\"}";
    }
    Optional<String> json =
        redaction
            .json(text.get())
            // JSON has no line breaks but those between its tokens.
            .map(redacted -> redacted.replace("\r", "").replace("\n", ""));
    if (json.isEmpty()) {
      return quote(redaction.text(text.get()));
    }
    return BINARY.matcher(json.get()).matches() ? quote(json.get()) : json.get();
  }

  /** The message of a line. A line that is not as {@link #of} writes it is the message itself. */
  static Bytes message(byte[] line) {
    Optional<String> text = utf8(line);
    if (text.isEmpty()) {
      return Bytes.of(line);
    }
    if (text.get().startsWith("\"")) {
      return Bytes.ofUtf8(string(text.get()).orElse(text.get()));
    }
    Matcher binary = BINARY.matcher(text.get());
    return binary.matches() ? binary(binary.group(1), text.get()) : Bytes.ofUtf8(text.get());
  }

  private static Bytes binary(String base64, String line) {
    try {
      return Bytes.of(Base64.getDecoder().decode(base64));
    } catch (IllegalArgumentException e) {
      return Bytes.ofUtf8(line);
    }
  }

  private static Optional<String> string(String line) {
    try {
      return Optional.of(WHOLE_TEXT.readTree(line))
          .filter(JsonNode::isTextual)
          .map(JsonNode::asText);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static String quote(String text) {
    return JsonNodeFactory.instance.textNode(text).toString();
  }

  private static boolean isText(String utf8) {
    return utf8.chars().noneMatch(c -> c < ' ' && "\b\t\n\f\r\u001b".indexOf(c) < 0);
  }

  private static Optional<String> utf8(byte[] bytes) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
