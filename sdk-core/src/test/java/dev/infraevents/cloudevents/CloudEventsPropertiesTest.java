package dev.infraevents.cloudevents;

import dev.infraevents.Bytes;
import dev.infraevents.CloudEvents;
import dev.infraevents.Event;
import dev.infraevents.EventType;
import dev.infraevents.garm.Frames;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class CloudEventsPropertiesTest {

  private static final EventType<CloudEvents.RawData> TYPE =
      EventType.of("com.example.thing", CloudEvents.RawData.class);

  @Property
  void anyEventComesBackWithoutLoss(
      @ForAll("texts") String id,
      @ForAll("texts") String subject,
      @ForAll("attributes") Map<String, String> attributes,
      @ForAll("instants") Instant time,
      @ForAll byte[] data) {
    roundTrip(event(id, subject, attributes, time, Bytes.of(data), "application/octet-stream"));
    roundTrip(event(id, subject, attributes, time, Bytes.of(data), Event.JSON));
  }

  @Property
  void anyJsonComesBackCharacterForCharacter(@ForAll("json") String json, @ForAll boolean asBytes) {
    Bytes data = asBytes ? Bytes.of(json.getBytes(StandardCharsets.UTF_8)) : Bytes.ofUtf8(json);
    roundTrip(event("1", "s", Map.of(), Instant.EPOCH, data, Event.JSON));
  }

  private static void roundTrip(Event<?> event) {
    String json = CloudEvents.toJson(event);
    CloudEventsTest.assertSame(CloudEvents.fromJson(json), event);
    byte[] wire = json.getBytes(StandardCharsets.UTF_8);
    CloudEventsTest.assertSame(CloudEvents.fromJson(Bytes.of(wire)), event);
  }

  private static Event<?> event(
      String id,
      String subject,
      Map<String, String> attributes,
      Instant time,
      Bytes data,
      String contentType) {
    return Event.builder(TYPE)
        .id(id)
        .source(Frames.SOURCE)
        .subject(subject)
        .time(time)
        .receivedAt(time)
        .attributes(attributes)
        .payload(new CloudEvents.RawData(TYPE.name(), data))
        .data(data, contentType)
        .build();
  }

  // Whole characters only: half a surrogate pair can not be written as UTF-8.
  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.integers()
        .between(1, Character.MAX_CODE_POINT)
        .filter(c -> !(c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE))
        .list()
        .ofMinSize(1)
        .ofMaxSize(20)
        .map(points -> points.stream().map(Character::toString).reduce("", String::concat))
        .filter(text -> !text.isBlank());
  }

  @Provide
  Arbitrary<Map<String, String>> attributes() {
    Arbitrary<String> names =
        Arbitraries.strings()
            .withCharRange('a', 'z')
            .withCharRange('0', '9')
            .ofMinLength(1)
            .ofMaxLength(8)
            .map(name -> "x" + name);
    return Arbitraries.maps(names, texts()).ofMaxSize(5);
  }

  @Provide
  Arbitrary<Instant> instants() {
    long first = Instant.parse("0000-01-01T00:00:00Z").getEpochSecond();
    long last = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();
    return Combinators.combine(
            Arbitraries.longs().between(first, last),
            Arbitraries.integers().between(0, 999_999_999))
        .as((seconds, nanos) -> Instant.ofEpochSecond(seconds, nanos));
  }

  @Provide
  Arbitrary<String> json() {
    Arbitrary<String> quoted =
        texts()
            .map(
                text ->
                    "\""
                        + text.chars()
                            .mapToObj(
                                c ->
                                    c < 0x20 || c == '"' || c == '\\' || c > 0x7e
                                        ? String.format("\\u%04x", c)
                                        : Character.toString(c))
                            .reduce("", String::concat)
                        + "\"");
    Arbitrary<String> scalar =
        Arbitraries.oneOf(
            quoted,
            texts().map(text -> "\"" + text.replaceAll("[\\p{Cntrl}\"\\\\]", "") + "\""),
            Arbitraries.longs().map(Object::toString),
            Arbitraries.of("true", "false", "null", "1.50", "-0.0", "1E+2"));
    Arbitrary<String> blank = Arbitraries.of("", " ", "\n\t");
    return Arbitraries.lazyOf(
        () -> scalar,
        () -> scalar,
        () ->
            Combinators.combine(json().list().ofMaxSize(3), blank)
                .as((items, space) -> "[" + space + String.join(space + "," + space, items) + "]"),
        () ->
            Combinators.combine(quoted, json(), blank)
                .as((key, value, space) -> "{" + space + key + space + ":" + value + space + "}"));
  }
}
