package dev.infraevents.foundries;

import dev.infraevents.Bytes;
import dev.infraevents.Event;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.Settlement;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The data of messages as Foundries.io may send them, one per file in {@code /foundries}. {@code
 * corpus.tsv} says of each which type it has and what becomes of it.
 */
public final class Corpus {

  public static final URI SOURCE = URI.create("//pubsub.googleapis.com/projects/p/subscriptions/s");
  public static final Instant PUBLISHED = Instant.parse("2026-11-20T18:59:59.749Z");
  public static final Instant RECEIVED = Instant.parse("2026-11-20T19:00:00.5Z");

  private static final FoundriesDecoder DECODER = new FoundriesDecoder();

  private Corpus() {}

  /** What becomes of a message. */
  public enum Outcome {
    TYPED,
    UNKNOWN,
    UNDECODABLE
  }

  /**
   * A message.
   *
   * @param eventType empty if it has no type
   */
  public record Case(String file, String eventType, Outcome outcome) {

    public Bytes data() {
      return resource(file);
    }

    public PubSubMessage message() {
      return Corpus.message(eventType, data());
    }

    public InboundMessage<FoundriesPayload> read() {
      return Corpus.read(message());
    }

    @Override
    public String toString() {
      return file;
    }
  }

  public static List<Case> all() {
    return resource("corpus.tsv")
        .utf8()
        .lines()
        .map(line -> line.split("\t", -1))
        .map(row -> new Case(row[0], row[1], Outcome.valueOf(row[2].toUpperCase(Locale.ROOT))))
        .toList();
  }

  public static Stream<Case> typed() {
    return all().stream().filter(c -> c.outcome() == Outcome.TYPED);
  }

  public static Stream<Case> unknown() {
    return all().stream().filter(c -> c.outcome() == Outcome.UNKNOWN);
  }

  public static Stream<Case> undecodable() {
    return all().stream().filter(c -> c.outcome() == Outcome.UNDECODABLE);
  }

  public static Case named(String file) {
    return all().stream().filter(c -> c.file().equals(file)).findFirst().orElseThrow();
  }

  public static Bytes resource(String file) {
    String name = "/foundries/" + file;
    try (InputStream content =
        Objects.requireNonNull(Corpus.class.getResourceAsStream(name), name)) {
      return Bytes.of(content.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static PubSubMessage message(String eventType, Bytes data) {
    Map<String, String> attributes =
        eventType.isEmpty() ? Map.of() : Map.of(Foundries.PUBSUB_EVENT_TYPE, eventType);
    return new PubSubMessage(
        "2070443601311540", PUBLISHED, attributes, data, null, null, 0, Bytes.ofUtf8("as it came"));
  }

  public static InboundMessage<FoundriesPayload> read(PubSubMessage message) {
    return DECODER.read(message, SOURCE, RECEIVED, Settlement.none());
  }

  /** Decodes JSON written with single quotes. */
  public static Event<FoundriesPayload> event(String eventType, String json) {
    return Objects.requireNonNull(
        read(message(eventType, Bytes.ofUtf8(json.replace('\'', '"')))).decode());
  }

  public static <P extends FoundriesPayload> P payload(Class<P> payloadType, String file) {
    return Objects.requireNonNull(named(file).read().decode()).as(payloadType).payload();
  }
}
