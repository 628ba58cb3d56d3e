package dev.infraevents.cloudevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.infraevents.Bytes;
import dev.infraevents.CloudEvents;
import dev.infraevents.DecodingException;
import dev.infraevents.Event;
import dev.infraevents.EventType;
import dev.infraevents.foundries.Corpus;
import dev.infraevents.foundries.FoundriesPayload;
import dev.infraevents.foundries.PubSubMessage;
import dev.infraevents.foundries.UnknownDeviceEvent;
import dev.infraevents.testkit.junit.LeakCheck;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class FoundriesCloudEventsTest {

  static Stream<Corpus.Case> decodable() {
    return Stream.concat(Corpus.typed(), Corpus.unknown());
  }

  @ParameterizedTest
  @MethodSource("decodable")
  void everyEventComesBackTypedAndWithoutLoss(Corpus.Case known) {
    comesBack(known.read().decode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "DEVICE_NEW",
        "DEVICE_",
        "device_last_seen",
        "a.b",
        ".",
        " ",
        "\u00fc\n\"",
        "X"
      })
  void everyTypeComesBack(String eventType) {
    Event<?> event = Corpus.event(eventType, "{'Uuid':'d'}");

    comesBack(event);
    assertThat(((UnknownDeviceEvent) event.payload()).typeName()).isEqualTo(eventType);
  }

  @Test
  void attributesOfTheMessageComeBack() {
    PubSubMessage message =
        new PubSubMessage(
            "17",
            Corpus.PUBLISHED,
            Map.of(
                "event-type", "DEVICE_FIRST_SEEN",
                "site", "Berl\u00edn \"7\"",
                "empty", "",
                "data", "no attribute",
                "receivedat", "no attribute"),
            Bytes.ofUtf8("{\"Uuid\":\"d\",\"Time\":1}"),
            "key",
            "projects/p/subscriptions/s",
            2,
            Bytes.EMPTY);
    Event<FoundriesPayload> event = Corpus.read(message).decode();

    comesBack(event);
    assertThat(event.attributes())
        .containsOnlyKeys("eventtype", "site", "empty", "orderingkey", "publishtime");
  }

  @ParameterizedTest
  @ValueSource(strings = {" {\"Uuid\":\"d\",\"Time\":1}\n", "\uFEFF{\"Uuid\":\"d\",\"Time\":1}"})
  void whatIsAroundTheObjectComesBack(String data) {
    comesBack(Corpus.read(Corpus.message("DEVICE_FIRST_SEEN", Bytes.ofUtf8(data))).decode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "foundries",
        "foundries.",
        "foundries.device",
        "foundries.device.",
        "foundries.device.A-B",
        "foundries.device.First_Seen",
        "foundries.unknowns",
        "foundry.device.first_seen"
      })
  void otherNamesAreNotOfThisSource(String type) {
    Event<?> event =
        CloudEvents.fromJson(
            "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"" + type + "\"}");

    assertThat(event.type()).isEqualTo(EventType.of(type, CloudEvents.RawData.class));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"Uuid\":\"hunter2\"}", "[]", "\"hunter2\"", "{\"Uuid\":7,\"Time\":1}"})
  void aMalformedPayloadOfAKnownTypeIsRefused(String data) {
    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(
            () ->
                CloudEvents.fromJson(
                    "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\","
                        + "\"type\":\"foundries.device.last_seen\",\"data\":"
                        + data
                        + "}"))
        .withMessageNotContaining("hunter2");
  }

  private static void comesBack(Event<?> event) {
    String json = CloudEvents.toJson(event);

    CloudEventsTest.assertSame(CloudEvents.fromJson(json), event);
    Bytes wire = Bytes.of(json.getBytes(StandardCharsets.UTF_8));
    CloudEventsTest.assertSame(CloudEvents.fromJson(wire), event);
    assertThat(CloudEvents.toJson(CloudEvents.fromJson(wire))).isEqualTo(json);
  }
}
