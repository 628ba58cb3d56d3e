package dev.infraevents.samples.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What Foundries.io says of a device, with an event of each type and one of a type yet to come. */
final class DeviceEvents {

  /**
   * An event as it is published.
   *
   * @param type what the attribute {@code event-type} says
   * @param json the data
   */
  record DeviceMessage(String type, String json) {}

  private DeviceEvents() {}

  static List<DeviceMessage> all() {
    List<DeviceMessage> all = new ArrayList<>();
    try (InputStream file = DeviceEvents.class.getResourceAsStream("device-events.ndjson");
        var lines =
            new ObjectMapper()
                .readerFor(ObjectNode.class)
                .<JsonNode>readValues(Objects.requireNonNull(file))) {
      while (lines.hasNext()) {
        JsonNode line = lines.next();
        all.add(new DeviceMessage(line.get("event-type").asText(), line.get("data").toString()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }
}
