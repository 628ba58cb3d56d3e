package dev.infraevents.internal.foundries;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.internal.json.Json;
import java.io.IOException;

/**
 * Reads JSON that anyone on the internet may have written: UTF-8 only, no key twice in an object,
 * and bounded, so that a small document can not become a huge tree.
 */
public final class StrictJson {

  /** More than the largest message of Pub/Sub (10 MB) is as a push, in base64. */
  static final int MAX_BYTES = 16 << 20;

  private static final int MAX_DEPTH = 100;
  private static final int MAX_TOKENS = 250_000;

  // Keys of unknown objects would fill the JVM's table of strings.
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(MAX_BYTES)
                  .maxNestingDepth(MAX_DEPTH)
                  .maxTokenCount(MAX_TOKENS)
                  .build())
          .build();

  private static final ObjectMapper MAPPER = new ObjectMapper(FACTORY);

  private StrictJson() {}

  /**
   * Starts reading a document.
   *
   * @param document the document
   * @return a parser before the first token
   * @throws IOException if it is too large, or is not UTF-8
   */
  static JsonParser parser(Bytes document) throws IOException {
    if (document.size() > MAX_BYTES) {
      throw new StreamConstraintsException("too large");
    }
    byte[] utf8 = document.toByteArray();
    // Jackson would take these for the beginning of UTF-16 or UTF-32.
    if (utf8.length > 1 && (utf8[0] == 0 || utf8[1] == 0 || (utf8[0] & 0xFE) == 0xFE)) {
      throw new JsonParseException(null, "not UTF-8");
    }
    return FACTORY.createParser(utf8);
  }

  /**
   * Reads an object.
   *
   * @param what how it is called in an exception, such as {@code "Pub/Sub push of 12 bytes"}
   * @param root the path of the object, such as {@code "body"}
   * @param document the object and nothing else
   * @return the object, to be changed at will
   * @throws DecodingException if it is none, or exceeds a bound; quotes nothing of it
   */
  static ObjectNode object(String what, String root, Bytes document) throws DecodingException {
    try {
      if (tree(document) instanceof ObjectNode object) {
        return object;
      }
    } catch (IOException e) {
      throw Json.undecodable(what, root, e);
    }
    throw new DecodingException("Can not read the " + what + ": it is no JSON object", null);
  }

  /**
   * Reads any JSON.
   *
   * @param document the document
   * @return the tree; missing if the document is empty, malformed or exceeds a bound
   */
  public static JsonNode treeOrMissing(Bytes document) {
    try {
      return tree(document);
    } catch (IOException e) {
      return MissingNode.getInstance();
    }
  }

  private static JsonNode tree(Bytes document) throws IOException {
    try (JsonParser parser = parser(document)) {
      JsonNode tree = MAPPER.readTree(parser);
      if (parser.nextToken() != null) {
        throw new JsonParseException(parser, "more follows it");
      }
      return tree == null ? MissingNode.getInstance() : tree;
    }
  }
}
