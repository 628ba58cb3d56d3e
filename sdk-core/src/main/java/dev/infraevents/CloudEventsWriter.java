package dev.infraevents;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import dev.infraevents.internal.json.Json;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/** Writes CloudEvents. */
final class CloudEventsWriter {

  private static final int ENVELOPE_CHARS = 512;

  private CloudEventsWriter() {}

  static String write(Event<?> event) {
    StringWriter text = new StringWriter(ENVELOPE_CHARS + event.data().size());
    try (JsonGenerator json = Json.generator(text)) {
      json.writeStartObject();
      envelope(json, event);
      attributes(json, event.attributes());
      data(json, event);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return text.toString();
  }

  private static void envelope(JsonGenerator json, Event<?> event) throws IOException {
    json.writeStringField("specversion", "1.0");
    json.writeStringField("id", event.id());
    json.writeStringField("source", event.source().toString());
    json.writeStringField("type", event.type().name());
    String subject = event.subject();
    if (subject != null && !subject.isEmpty()) { // CloudEvents has no empty subjects
      json.writeStringField("subject", subject);
    }
    Instant time = event.time();
    if (time != null) {
      json.writeStringField("time", timestamp(time));
    }
    json.writeStringField("datacontenttype", event.dataContentType());
    json.writeStringField(CloudEvents.RECEIVED_AT, timestamp(event.receivedAt()));
  }

  private static void attributes(JsonGenerator json, Map<String, String> attributes)
      throws IOException {
    // Sorted, so that the same event always has the same text.
    for (Map.Entry<String, String> attribute : new TreeMap<>(attributes).entrySet()) {
      json.writeStringField(attribute.getKey(), attribute.getValue());
    }
  }

  private static void data(JsonGenerator json, Event<?> event) throws IOException {
    Bytes data = event.data();
    if (data.isEmpty()) {
      return;
    }
    String text = data.utf8();
    if (CloudEvents.isJson(event.dataContentType()) && isExactlyOneValue(text, data)) {
      json.writeFieldName("data");
      json.writeRawValue(text);
    } else {
      json.writeStringField("data_base64", Base64.getEncoder().encodeToString(data.toByteArray()));
    }
  }

  // What is not JSON would spoil the whole document, and what is around a value would be lost.
  private static boolean isExactlyOneValue(String text, Bytes data) {
    try (JsonParser parser = Json.parser(text)) {
      if (parser.nextToken() == null || Json.startOfToken(parser) != 0) {
        return false;
      }
      parser.skipChildren();
      return Json.endOfValue(parser) == text.length()
          && parser.nextToken() == null
          && Bytes.ofUtf8(text).equals(data);
    } catch (IOException e) {
      return false;
    }
  }

  private static String timestamp(Instant time) {
    int year = time.atOffset(ZoneOffset.UTC).getYear();
    if (year < 0 || year > 9999) {
      throw new IllegalArgumentException("a CloudEvent can not hold a time in the year " + year);
    }
    return time.toString();
  }
}
