package dev.infraevents.pubsub.queues;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.infraevents.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads the list of queues. */
final class QueueList {

  private static final ObjectMapper JSON = new ObjectMapper();

  private QueueList() {}

  /**
   * Reads a list.
   *
   * @throws IOException if it is none, or one of something else
   */
  static List<EventQueue> parse(Bytes answer) throws IOException {
    byte[] bytes = answer.toByteArray();
    List<EventQueue> queues = new ArrayList<>();
    try (JsonParser parser = JSON.getFactory().createParser(bytes)) {
      require(parser.nextToken() == JsonToken.START_ARRAY);
      while (parser.nextToken() == JsonToken.START_OBJECT) {
        int from = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        int to = (int) parser.currentLocation().getByteOffset();
        queues.add(queue(Bytes.of(bytes, from, to)));
      }
      require(parser.currentToken() == JsonToken.END_ARRAY && parser.nextToken() == null);
    }
    return List.copyOf(queues);
  }

  private static EventQueue queue(Bytes raw) throws IOException {
    JsonNode json = JSON.readTree(raw.toByteArray());
    String label = json.path("label").asText("");
    require(!label.isEmpty());
    String type = json.path("type").asText("");
    return new EventQueue(label, type, json.path("push-url").textValue(), raw);
  }

  private static void require(boolean asExpected) throws IOException {
    if (!asExpected) {
      throw new IOException("not a list of queues");
    }
  }
}
