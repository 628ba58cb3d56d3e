package dev.infraevents.cloudevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.infraevents.Bytes;
import dev.infraevents.CloudEvents;
import dev.infraevents.DecodingException;
import dev.infraevents.Event;
import dev.infraevents.EventType;
import dev.infraevents.RawPayload;
import dev.infraevents.garm.Frames;
import dev.infraevents.garm.Garm;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.garm.Pool;
import dev.infraevents.garm.UnknownEntity;
import dev.infraevents.testkit.junit.LeakCheck;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class CloudEventsTest {

  private static final EventType<CloudEvents.RawData> OTHER =
      EventType.of("com.example.thing", CloudEvents.RawData.class);

  @ParameterizedTest
  @MethodSource("dev.infraevents.garm.Frames#recorded")
  void everyRecordedEventComesBackTypedAndWithoutLoss(String frame) {
    Event<GarmPayload> event = Frames.event(frame);
    String json = CloudEvents.toJson(event);
    Event<?> back = CloudEvents.fromJson(json);

    assertSame(back, event);
    assertThat(back.raw().utf8()).isEqualTo(json);
    assertThat(CloudEvents.toJson(back)).isEqualTo(json);
    assertSame(CloudEvents.fromJson(Bytes.of(json.getBytes(StandardCharsets.UTF_8))), event);
  }

  @Test
  void hasTheFormOfTheSpecification() {
    Event<GarmPayload> event =
        Frames.event(
            Frames.frame(
                "pool",
                "update",
                "{\"id\":\"p\",  \"updated_at\":\"2026-01-02T05:04:05.1+02:00\"}"));

    assertThat(CloudEvents.toJson(event))
        .isEqualTo(
            "{\"specversion\":\"1.0\",\"id\":\""
                + event.id()
                + "\",\"source\":\"https://garm.example.com\",\"type\":\"garm.pool.update\","
                + "\"subject\":\"p\",\"time\":\"2026-01-02T03:04:05.100Z\","
                + "\"datacontenttype\":\"application/json\","
                + "\"receivedat\":\"2026-11-20T19:00:00.500Z\","
                + "\"entitytype\":\"pool\",\"operation\":\"update\","
                + "\"data\":{\"id\":\"p\",  \"updated_at\":\"2026-01-02T05:04:05.1+02:00\"}}");
  }

  @Test
  void leavesOutWhatIsNotKnown() throws Exception {
    JsonNode json =
        new ObjectMapper()
            .readTree(
                CloudEvents.toJson(
                    Frames.event(Frames.frame("file_object", "delete", "{\"id\":0}"))));

    assertThat(json.has("subject")).isFalse();
    assertThat(json.has("time")).isFalse();
  }

  @Test
  void unknownEntitiesAndOperationsComeBackAsTheyWere() {
    Event<GarmPayload> entity = Frames.event(Frames.frame("a.b", "create", "[ 1 ]"));
    Event<GarmPayload> operation =
        Frames.event(Frames.frame("pool", "soft.delete", "{\"id\":\"p\"}"));

    assertSame(CloudEvents.fromJson(CloudEvents.toJson(entity)), entity);
    assertThat(entity.payload()).isInstanceOf(UnknownEntity.class);
    assertSame(CloudEvents.fromJson(CloudEvents.toJson(operation)), operation);
    assertThat(operation.payload()).isInstanceOf(Pool.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":[1,{}]}",
        "[]",
        "\"a\\\"}\\u0041\"",
        "17",
        "-1.5e3",
        "true",
        "null",
        "{\"b\" : \"}\" }"
      })
  void dataIsTheExactTextWhereverItStands(String data) {
    String head =
        "\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"com.example.thing\"";

    for (String json :
        new String[] {
          "{\"data\":" + data + "," + head + "}",
          "{" + head + ",\"data\":" + data + "}",
          "{ \"data\" :  " + data + "  , " + head + " } "
        }) {
      Event<?> event = CloudEvents.fromJson(json);

      assertThat(event.data().utf8()).as(json).isEqualTo(data);
      assertThat(event.payload())
          .isEqualTo(new CloudEvents.RawData("com.example.thing", Bytes.ofUtf8(data)))
          .isInstanceOf(RawPayload.class);
      assertSame(CloudEvents.fromJson(CloudEvents.toJson(event)), event);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {" {}", "{} ", "{}{}", "{", "no json", "\ufeff{}", "{}\n", "[1,]"})
  void dataThatWouldSpoilTheDocumentTravelsAsBase64(String data) {
    Event<CloudEvents.RawData> event = other(Bytes.ofUtf8(data), Event.JSON);
    String json = CloudEvents.toJson(event);

    assertThat(json).contains("\"data_base64\":");
    assertSame(CloudEvents.fromJson(json), event);
  }

  @Test
  void binaryDataTravelsAsBase64() {
    Bytes data = Bytes.of(new byte[] {0, -1, -128, 127, '{', '}'});

    for (String contentType : new String[] {"application/octet-stream", Event.JSON}) {
      Event<CloudEvents.RawData> event = other(data, contentType);
      assertSame(CloudEvents.fromJson(CloudEvents.toJson(event)), event);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json; charset=utf-8", "application/vnd.x+json", "text/JSON"})
  void everyKindOfJsonIsEmbedded(String contentType) {
    Event<CloudEvents.RawData> event = other(Bytes.ofUtf8("{\"a\":1}"), contentType);

    assertThat(CloudEvents.toJson(event)).endsWith("\"data\":{\"a\":1}}");
    assertSame(CloudEvents.fromJson(CloudEvents.toJson(event)), event);
  }

  @Test
  void noDataIsNoData() {
    Event<CloudEvents.RawData> event = other(Bytes.EMPTY, "text/plain");

    assertThat(CloudEvents.toJson(event)).doesNotContain("\"data\"", "data_base64");
    assertSame(CloudEvents.fromJson(CloudEvents.toJson(event)), event);
  }

  @Test
  void textTravelsAsAJsonStringToo() {
    Event<?> event =
        CloudEvents.fromJson(
            minimal("\"datacontenttype\":\"text/xml\",\"data\":\"<much wow=\\\"xml\\\"/>\""));

    assertThat(event.data().utf8()).isEqualTo("<much wow=\"xml\"/>");
    assertThat(event.dataContentType()).isEqualTo("text/xml");
    assertSame(CloudEvents.fromJson(CloudEvents.toJson(event)), event);
  }

  @Test
  void toleratesExtensionsOfOthers() {
    Event<?> event =
        CloudEvents.fromJson(
            minimal(
                "\"traceparent\":\"00-ab\",\"sequence\":7,\"sampled\":true,\"ratio\":1.50,"
                    + "\"gone\":null,\"dataschema\":\"urn:s\",\"wrongName\":\"x\","
                    + "\"object\":{\"id\":\"y\"},\"subject\":null,\"time\":null,\"list\":[1]"));

    assertThat(event.attributes())
        .isEqualTo(
            Map.of(
                "traceparent", "00-ab",
                "sequence", "7",
                "sampled", "true",
                "ratio", "1.50",
                "dataschema", "urn:s"));
    assertThat(event.subject()).isNull();
    assertThat(event.id()).isEqualTo("1");
    assertThat(event.dataContentType()).isEqualTo(Event.JSON);
    assertSame(CloudEvents.fromJson(CloudEvents.toJson(event)), event);
  }

  @Test
  void withoutATimeOfArrivalItArrivedNow() {
    Instant before = Instant.now();

    assertThat(CloudEvents.fromJson(minimal("\"subject\":\"\"")).receivedAt())
        .isBetween(before, Instant.now());
  }

  @Test
  void yearOneIsATimeLikeAnyOther() {
    assertThat(CloudEvents.fromJson(minimal("\"time\":\"0001-01-01T00:00:00Z\"")).time())
        .isEqualTo("0001-01-01T00:00:00Z");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                                     | no JSON object",
        "hunter2                                                | not valid JSON at character",
        "[]                                                     | no JSON object",
        "{}                                                     | specversion is not 1.0",
        "{`specversion`:`0.3`}                                  | specversion is not 1.0",
        "{`specversion`:1.0}                                    | specversion is no string",
        "{`specversion`:`1.0`}                                  | no type",
        "{`specversion`:`1.0`,`type`:``}                        | no type",
        "{`specversion`:`1.0`,`type`:`t`}                       | no id",
        "{`specversion`:`1.0`,`type`:`t`,`id`:7}                | id is no string",
        "{`specversion`:`1.0`,`type`:`t`,`id`:`1`}              | no source",
        "{`specversion`:`1.0`,`type`:`t`,`id`:`1`,`source`:`hunter2 x`}           | source is no URI",
        "{`specversion`:`1.0`,`type`:`t`,`id`:`1`,`source`:`/`,`time`:`hunter2`}  | time is no RFC 3339 timestamp",
        "{`specversion`:`1.0`,`type`:`t`,`id`:`1`,`source`:`/`,`time`:7}          | time is no string",
        "{`specversion`:`1.0`,`type`:`t`,`id`:`1`,`source`:`/`,`subject`:{}}      | subject is no string",
        "{`specversion`:`1.0`,`type`:`t`,`id`:`1`,`source`:`/`,`receivedat`:`now`} | receivedat is no RFC 3339 timestamp",
        "{`specversion`:`1.0`,`type`:`t`,`id`:`1`,`source`:`/`,`data_base64`:`?`} | data_base64 is no base64",
        "{`specversion`:`1.0`,`type`:`t`,`id`:`1`,`source`:`/`,`data_base64`:{}}  | data_base64 is no string",
        "{`specversion`:`1.0`,`type`:`t`,`id`:`1`,`source`:`/`,`data`:1,`data_base64`:``} | both data and data_base64",
        "{`specversion`:`1.0`,`type`:`t`,`id`:`1`,`source`:`/`,`data`:{hunter2}}  | not valid JSON at character",
        "{`specversion`:`1.0`,`type`:`t`,`id`:`1`,`source`:`/`}{}                 | more follows it",
        "{`specversion`:`1.0`,`type`:`garm.pool.create`,`id`:`1`,`source`:`/`}    | GARM pool of 0 bytes",
        "{`specversion`:`1.0`,`type`:`garm.pool.create`,`id`:`1`,`source`:`/`,`data`:{`id`:7}} | payload.id: expected a string, found a number"
      })
  void refusesWhatIsNoCloudEvent(String json, String why) {
    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(() -> CloudEvents.fromJson(json.replace('`', '"')))
        .withMessageContaining(why)
        .withMessageNotContaining("hunter2")
        .withNoCause();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "specversion",
        "id",
        "source",
        "type",
        "subject",
        "time",
        "datacontenttype",
        "data",
        "receivedat"
      })
  void anAttributeNeverTakesThePlaceOfACoreOne(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Event.builder(EventType.of("t", String.class)).attribute(name, "x"))
        .withMessageContaining(name);
  }

  @Test
  void aTimeThatRfc3339CanNotSayIsRefused() {
    Event<String> event =
        Event.builder(EventType.of("t", String.class))
            .source(Frames.SOURCE)
            .payload("")
            .time(Instant.parse("+10000-01-01T00:00:00Z"))
            .build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> CloudEvents.toJson(event))
        .withMessageContaining("10000");
  }

  @Test
  void theEntityTypesOfGarmAreAllInTheCatalog() {
    assertThat(Garm.entityTypes())
        .allSatisfy(
            entityType ->
                assertThat(
                        CloudEvents.fromJson(
                                minimal("\"data\":{}")
                                    .replace("com.example.thing", entityType.updated().name()))
                            .type())
                    .isEqualTo(entityType.updated()));
  }

  private static String minimal(String more) {
    return "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"com.example.thing\","
        + more
        + "}";
  }

  private static Event<CloudEvents.RawData> other(Bytes data, String contentType) {
    return Event.builder(OTHER)
        .id("1")
        .source(Frames.SOURCE)
        .receivedAt(Frames.RECEIVED)
        .payload(new CloudEvents.RawData(OTHER.name(), data))
        .data(data, contentType)
        .build();
  }

  /** All but {@code raw()}. */
  static void assertSame(Event<?> actual, Event<?> expected) {
    assertThat(actual.id()).isEqualTo(expected.id());
    assertThat(actual.type()).isEqualTo(expected.type());
    assertThat(actual.source()).isEqualTo(expected.source());
    assertThat(actual.subject()).isEqualTo(expected.subject());
    assertThat(actual.time()).isEqualTo(expected.time());
    assertThat(actual.receivedAt()).isEqualTo(expected.receivedAt());
    assertThat(actual.payload()).isEqualTo(expected.payload());
    assertThat(actual.data()).isEqualTo(expected.data());
    assertThat(actual.dataContentType()).isEqualTo(expected.dataContentType());
    assertThat(actual.attributes()).isEqualTo(expected.attributes());
  }
}
