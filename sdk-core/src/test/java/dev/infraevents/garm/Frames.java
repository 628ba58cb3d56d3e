package dev.infraevents.garm;

import dev.infraevents.Bytes;
import dev.infraevents.Event;
import dev.infraevents.spi.InboundMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/** Recorded traffic of a real server, and short ways to read frames. */
public final class Frames {

  public static final URI SOURCE = URI.create("https://garm.example.com");
  public static final Instant RECEIVED = Instant.parse("2026-11-20T19:00:00.5Z");

  private static final GarmDecoder DECODER = new GarmDecoder();

  private Frames() {}

  /** The 68 frames of a GARM of 2026-08-01. */
  public static List<String> recorded() {
    return lines("/recordings/garm-head.ndjson");
  }

  public static List<String> lines(String resource) {
    try (InputStream lines =
        Objects.requireNonNull(Frames.class.getResourceAsStream(resource), resource)) {
      return new String(lines.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static InboundMessage<GarmPayload> read(String frame) {
    return DECODER.read(Bytes.ofUtf8(frame), SOURCE, RECEIVED);
  }

  public static Event<GarmPayload> event(String frame) {
    return read(frame).decode();
  }

  public static String frame(String entityType, String operation, String payload) {
    return "{\"entity-type\":\"%s\",\"operation\":\"%s\",\"payload\":%s}"
        .formatted(entityType, operation, payload);
  }

  public static Instance instance(String payload) {
    return Garm.INSTANCE.decode(Bytes.ofUtf8(payload));
  }
}
