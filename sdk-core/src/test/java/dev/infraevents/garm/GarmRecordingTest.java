package dev.infraevents.garm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.infraevents.Bytes;
import dev.infraevents.Event;
import dev.infraevents.EventType;
import dev.infraevents.RawPayload;
import dev.infraevents.internal.garm.GarmJson;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.testkit.junit.LeakCheck;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(LeakCheck.class)
class GarmRecordingTest {

  private static final ObjectMapper PLAIN = new ObjectMapper();

  static List<String> frames() {
    return Frames.recorded();
  }

  @Test
  void theRecordingHasEveryEntityThatCanBeHadWithoutForge() {
    Set<String> seen =
        frames().stream()
            .map(frame -> Frames.read(frame).attributes().get(Garm.ENTITY_TYPE))
            .collect(Collectors.toSet());
    Set<String> known =
        Garm.entityTypes().stream().map(EntityType::name).collect(Collectors.toSet());
    known.removeAll(Set.of("scaleset", "user"));

    assertThat(frames()).hasSize(68);
    assertThat(seen).isEqualTo(known);
  }

  @ParameterizedTest
  @MethodSource("frames")
  void everyFrameDecodesTyped(String frame) throws Exception {
    Event<GarmPayload> event = Frames.event(frame);
    JsonNode tree = PLAIN.readTree(frame);
    EntityType<?> entityType =
        Garm.entityType(tree.path("entity-type").asText()).orElseThrow(AssertionError::new);

    assertThat(event.payload())
        .isNotInstanceOf(RawPayload.class)
        .isInstanceOf(entityType.payloadType());
    assertThat(event.type())
        .isEqualTo(
            EventType.of(
                "garm." + entityType.name() + "." + tree.path("operation").asText(),
                entityType.payloadType()));
    assertThat(event.source()).isEqualTo(Frames.SOURCE);
    assertThat(event.receivedAt()).isEqualTo(Frames.RECEIVED);
    assertThat(event.time()).isEqualTo(event.payload().updatedAt());
  }

  @ParameterizedTest
  @MethodSource("frames")
  void rawAndDataAreExact(String frame) {
    Bytes arrived = Bytes.of(frame.getBytes(StandardCharsets.UTF_8));
    Event<GarmPayload> event =
        new GarmDecoder().read(arrived, Frames.SOURCE, Frames.RECEIVED).decode();

    assertThat(event.raw()).isEqualTo(arrived);
    assertThat(event.data().utf8())
        .isEqualTo(frame.substring(frame.indexOf("\"payload\":") + 10, frame.length() - 1));
    assertThat(event.dataContentType()).isEqualTo(Event.JSON);
  }

  @ParameterizedTest
  @MethodSource("frames")
  void theEnvelopeSaysWhatTheEventSays(String frame) {
    InboundMessage<GarmPayload> message = Frames.read(frame);
    Event<GarmPayload> event = message.decode();

    assertThat(event.type()).isEqualTo(message.type());
    assertThat(event.subject()).isEqualTo(message.subject());
    assertThat(event.attributes()).isEqualTo(message.attributes());
    assertThat(event.source()).isEqualTo(message.source());
    assertThat(event.raw()).isEqualTo(message.raw());
  }

  @ParameterizedTest
  @MethodSource("frames")
  void theSubjectReadFromTheTextIsTheOneOfThePayload(String frame) {
    InboundMessage<GarmPayload> message = Frames.read(frame);
    EntityType<?> entityType =
        Garm.entityType(message.attributes().get(Garm.ENTITY_TYPE)).orElseThrow();

    assertThat(message.subject()).isEqualTo(subject(entityType, message.decode().payload()));
  }

  @ParameterizedTest
  @MethodSource("frames")
  void noKeyIsLeftOut(String frame) throws Exception {
    JsonNode tree = PLAIN.readTree(frame);
    Class<?> record =
        Garm.entityType(tree.path("entity-type").asText()).orElseThrow().payloadType();

    assertThatCode(
            () ->
                GarmJson.reader(record)
                    .with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .readValue(tree.path("payload").toString()))
        .doesNotThrowAnyException();
  }

  @Test
  void onlyTheZeroedDeletesOfFilesHaveNoSubject() {
    List<String> without =
        frames().stream().filter(frame -> Frames.read(frame).subject() == null).toList();

    assertThat(without)
        .singleElement()
        .asString()
        .startsWith("{\"entity-type\":\"file_object\",\"operation\":\"delete\"");
  }

  @Test
  void aRunnerCanBeFollowedByItsSubject() {
    List<Event<GarmPayload>> life =
        frames().stream()
            .map(Frames::event)
            .filter(event -> "37efff99-0857-4b2c-b8a9-984b7c77b1bf".equals(event.subject()))
            .toList();

    assertThat(life).first().extracting(Event::type).isEqualTo(Garm.INSTANCE.created());
    assertThat(life).last().extracting(Event::type).isEqualTo(Garm.INSTANCE.deleted());
    assertThat(life)
        .filteredOn(event -> event.as(Instance.class).payload().job() != null)
        .isNotEmpty()
        .allSatisfy(
            event -> assertThat(event.as(Instance.class).payload().job().runnerName()).isEmpty());
  }

  private static <P extends GarmPayload> String subject(
      EntityType<P> entityType, GarmPayload payload) {
    return entityType.subject(entityType.payloadType().cast(payload));
  }
}
