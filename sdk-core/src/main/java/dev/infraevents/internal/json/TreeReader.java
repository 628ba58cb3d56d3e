package dev.infraevents.internal.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.deser.std.JsonNodeDeserializer;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;

/** Reads any JSON: a missing node where it is not set. */
final class TreeReader extends JsonDeserializer<JsonNode> {

  private static final JsonDeserializer<? extends JsonNode> ANY =
      JsonNodeDeserializer.getDeserializer(JsonNode.class);

  @Override
  public JsonNode deserialize(JsonParser parser, DeserializationContext context)
      throws IOException {
    return ANY.deserialize(parser, context);
  }

  @Override
  public JsonNode getNullValue(DeserializationContext context) {
    return MissingNode.getInstance();
  }
}
