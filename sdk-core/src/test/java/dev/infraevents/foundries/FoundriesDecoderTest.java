package dev.infraevents.foundries;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.Event;
import dev.infraevents.EventFilter;
import dev.infraevents.EventType;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.Settlement;
import dev.infraevents.testkit.junit.LeakCheck;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class FoundriesDecoderTest {

  private static final String NO_JSON = "hunter2 is no JSON";

  @ParameterizedTest
  @CsvSource({
    "DEVICE_FIRST_SEEN,             foundries.device.first_seen",
    "DEVICE_CONFIG_APPLIED,         foundries.device.config_applied",
    "DEVICE_OTA_STARTED,            foundries.device.ota_started",
    "DEVICE_OTA_COMPLETED,          foundries.device.ota_completed",
    "DEVICE_OTA_APPS_STATE_CHANGED, foundries.device.ota_apps_state_changed",
    "DEVICE_PUBKEY_CHANGE,          foundries.device.pubkey_change",
    "DEVICE_LAST_SEEN,              foundries.device.last_seen"
  })
  void theTypeIsReadFromTheAttribute(String eventType, String name) {
    InboundMessage<FoundriesPayload> message = read(eventType, NO_JSON);

    assertThat(Foundries.types()).hasSize(7).doesNotHaveDuplicates();
    assertThat(Foundries.types())
        .filteredOn(type -> type.name().equals(name))
        .<EventType<?>>map(type -> type)
        .containsExactly(message.type());
    assertThat(message.attributes()).containsEntry("eventtype", eventType);
  }

  @ParameterizedTest
  @CsvSource({
    "DEVICE_RETIRED,      foundries.device.retired",
    "DEVICE_V2_LAST_SEEN, foundries.device.v2_last_seen",
    "DEVICE_,             foundries.unknown.DEVICE_",
    "DEVICE_Last_Seen,    foundries.unknown.DEVICE_Last_Seen",
    "device_last_seen,    foundries.unknown.device_last_seen",
    "' DEVICE_LAST_SEEN', 'foundries.unknown. DEVICE_LAST_SEEN'",
    "FACTORY_CREATED,     foundries.unknown.FACTORY_CREATED",
    "a.b.c,               foundries.unknown.a.b.c",
    "'\u00dcn kn\u00f6wn', 'foundries.unknown.\u00dcn kn\u00f6wn'",
    "' ',                 'foundries.unknown. '",
    "'',                  foundries.unknown"
  })
  void anUnknownTypeIsNamedAfterTheServersWord(String eventType, String name) {
    Event<FoundriesPayload> event = Corpus.event(eventType, NO_JSON);

    assertThat(event.type()).isEqualTo(EventType.of(name, UnknownDeviceEvent.class));
    assertThat(event.payload()).isEqualTo(new UnknownDeviceEvent(eventType, Bytes.ofUtf8(NO_JSON)));
    if (eventType.isEmpty()) {
      assertThat(event.attributes()).doesNotContainKey("eventtype");
    } else {
      assertThat(event.attributes()).containsEntry("eventtype", eventType);
    }
  }

  @Test
  void filteringByTypeDoesNotReadThePayload() {
    EventFilter filter = EventFilter.types(Foundries.LAST_SEEN).negate();
    Bytes untouchable = Bytes.ofUtf8(NO_JSON);

    InboundMessage<FoundriesPayload> unwanted =
        Corpus.read(Corpus.message("DEVICE_LAST_SEEN", untouchable));
    InboundMessage<FoundriesPayload> wanted =
        Corpus.read(Corpus.message("DEVICE_FIRST_SEEN", untouchable));

    assertThat(filter.test(unwanted)).isFalse();
    assertThat(filter.test(wanted)).isTrue();
    assertThatExceptionOfType(DecodingException.class).isThrownBy(wanted::decode);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'Uuid':'d','Time':1}                           | d",
        " { 'Time' : 1 , 'Uuid' : 'd' }                  | d",
        "{'A':{'Uuid':'nested'},'Uuid':'d'}              | d",
        "{'A':[{'Uuid':'nested'}],'B':['Uuid','x'],'Uuid':'d'} | d",
        "{'A':'\\'Uuid\\':\\'x\\'','Uuid':'d'}           | d",
        "{'\\u0055uid':'\\u0064'}                        | d",
        "{'Uuid':'d','Time'                              | d",
        "{'A':{'Uuid':'nested'}}                         |",
        "{'A':{'Uuid':'nested'}                          |",
        "[{'Uuid':'nested'}]                             |",
        "{'uuid':'d','UUID':'d'}                         |",
        "{'Uuid':7}                                      |",
        "{'Uuid':null}                                   |",
        "{'Uuid':''}                                     |",
        "{'Uuid':{'Uuid':'nested'}}                      |",
        "{'Uuid'                                         |",
        "'Uuid'                                          |",
        "hello_world                                     |",
        "``                                              |"
      })
  void theSubjectIsTheUuidAtTheTopLevel(String json, String subject) {
    String data = json.replace("\\'", "\\\"").replace('\'', '"');

    assertThat(read("DEVICE_FIRST_SEEN", data).subject()).isEqualTo(subject);
    assertThat(read("DEVICE_NEW", data).subject()).isEqualTo(subject);
    assertThat(read("DEVICE_NEW", data).decode().subject()).isEqualTo(subject);
  }

  @Test
  void theScanReadsNoFurtherThanTheUuid() {
    String bomb = "[".repeat(1_000_000);

    assertThat(read("DEVICE_LAST_SEEN", "{\"Uuid\":\"d\",\"A\":" + bomb).subject()).isEqualTo("d");
    assertThat(read("DEVICE_LAST_SEEN", "{\"A\":" + bomb + ",\"Uuid\":\"d\"").subject()).isNull();
  }

  @Test
  void theEventIsWhatTheMessageSays() {
    Bytes data = Bytes.ofUtf8("{\"Uuid\":\"d\",\"Time\":1757692800}");
    Bytes raw = Bytes.ofUtf8("raw");
    PubSubMessage message =
        new PubSubMessage(
            "17",
            Corpus.PUBLISHED,
            Map.of("event-type", "DEVICE_FIRST_SEEN", "site", "berlin"),
            data,
            "k",
            null,
            3,
            raw);
    InboundMessage<FoundriesPayload> read = Corpus.read(message);
    Event<FoundriesPayload> event = read.decode();

    assertThat(read.attempt()).isEqualTo(3);
    assertThat(read.raw()).isSameAs(raw);
    assertThat(event.id()).isEqualTo("17");
    assertThat(event.type()).isEqualTo(Foundries.FIRST_SEEN);
    assertThat(event.source()).isEqualTo(Corpus.SOURCE);
    assertThat(event.subject()).isEqualTo("d");
    assertThat(event.time()).isEqualTo(Instant.ofEpochSecond(1757692800));
    assertThat(event.receivedAt()).isEqualTo(Corpus.RECEIVED);
    assertThat(event.data()).isEqualTo(data);
    assertThat(event.dataContentType()).isEqualTo(Event.JSON);
    assertThat(event.raw()).isSameAs(raw);
    assertThat(event.attributes())
        .isEqualTo(read.attributes())
        .isEqualTo(
            Map.of(
                "eventtype", "DEVICE_FIRST_SEEN",
                "publishtime", "2026-11-20T18:59:59.749Z",
                "orderingkey", "k",
                "site", "berlin"));
  }

  @Test
  void anAttributePassesForNothingElse() {
    Map<String, String> attributes =
        Map.of(
            "event-type", "DEVICE_FIRST_SEEN",
            "eventtype", "forged",
            "publishtime", "forged",
            "orderingkey", "forged",
            "id", "forged",
            "subject", "forged",
            "receivedat", "forged",
            "Site", "upper case",
            "googclient_deliveryattempt", "7",
            "", "no name");
    PubSubMessage message =
        new PubSubMessage(
            "17",
            null,
            attributes,
            Bytes.ofUtf8("{\"Uuid\":\"d\",\"Time\":0}"),
            null,
            null,
            0,
            Bytes.EMPTY);

    Event<FoundriesPayload> event = Corpus.read(message).decode();

    assertThat(event.attributes()).isEqualTo(Map.of("eventtype", "DEVICE_FIRST_SEEN"));
    assertThat(event.id()).isEqualTo("17");
    assertThat(event.subject()).isEqualTo("d");
  }

  @Test
  void aMessageWithoutAnIdGetsOneOfItsContent() {
    PubSubMessage message =
        new PubSubMessage("", null, Map.of(), Bytes.ofUtf8("x"), null, null, 0, Bytes.EMPTY);

    assertThat(Corpus.read(message).decode().id())
        .isNotEmpty()
        .isEqualTo(Corpus.read(message).decode().id());
  }

  @Test
  void isSettledAsTold() {
    Settlement settlement = Settlement.none();
    InboundMessage<FoundriesPayload> message =
        new FoundriesDecoder()
            .read(Corpus.message("", Bytes.EMPTY), Corpus.SOURCE, Corpus.RECEIVED, settlement);

    assertThat(message.settlement()).isSameAs(settlement);
    assertThat(message.attempt()).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("dev.infraevents.foundries.Corpus#undecodable")
  void whatIsNoEventIsUndecodableAndNotQuoted(Corpus.Case poison) {
    InboundMessage<FoundriesPayload> message = poison.read();

    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(message::decode)
        .withMessageContaining("Foundries.io event of " + poison.data().size() + " bytes")
        .withMessageContaining(message.type().name())
        .withMessageNotContaining("hello")
        .withMessageNotContaining("58e6e47d")
        .withMessageNotContaining("other")
        .withNoCause();
  }

  @ParameterizedTest
  @ValueSource(ints = {101, 5_000, 1_000_000})
  void aDepthThatNoServerWritesIsUndecodable(int depth) {
    String deep = "[".repeat(depth) + "]".repeat(depth);

    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(() -> Corpus.event("DEVICE_FIRST_SEEN", event("'A':" + deep)))
        .withMessageContaining("nested too deep");
  }

  @Test
  void aSizeThatBecomesAHugeTreeIsUndecodable() {
    String many = "[0" + ",0".repeat(300_000) + "]";
    String long_ = "1".repeat(5_000);

    for (String bomb : new String[] {"'A':" + many, "'Changes':{'a':" + long_ + "}"}) {
      assertThatExceptionOfType(DecodingException.class)
          .isThrownBy(() -> Corpus.event("DEVICE_LAST_SEEN", event(bomb)));
    }
    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(
            () -> Corpus.event("DEVICE_LAST_SEEN", event("'A':'" + "x".repeat(17 << 20) + "'")));
  }

  @Test
  void aBombOfAnUnknownTypeIsDeliveredUnread() {
    String deep = event("'A':" + "[".repeat(5_000) + "]".repeat(5_000));
    Event<FoundriesPayload> event = Corpus.event("DEVICE_NEW", deep);

    assertThat(event.as(UnknownDeviceEvent.class).payload().json().isMissingNode()).isTrue();
    assertThat(event.dataContentType()).isEqualTo("application/octet-stream");
    assertThat(event.subject()).isEqualTo("d");
  }

  @Test
  void readsTheLargestMessageThatPubSubTakes() {
    String logs = "\\u0002\\u0000\\u0000\\u0000<".repeat(10_000_000 / 25);
    String apps = "'Apps':{'a':{'services':[{'logs':'" + logs + "'}]}}";
    Event<FoundriesPayload> event = Corpus.event("DEVICE_OTA_APPS_STATE_CHANGED", event(apps));

    ComposeApp app = event.as(AppsStateChanged.class).payload().apps().get("a");
    assertThat(app.services().get(0).logs()).hasSize(2_000_000);
    assertThat(event.data().size()).isGreaterThan(10_000_000);
  }

  @Test
  void theDocumentationsOwnSampleIsAPushWhoseDataIsNoEvent() {
    Bytes body = Corpus.resource("documentation-push.json");
    InboundMessage<FoundriesPayload> message =
        new FoundriesDecoder().readPush(body, URI.create("/otherwise"), Corpus.RECEIVED);

    assertThat(message.type()).isEqualTo(Foundries.FIRST_SEEN);
    assertThat(message.source().toString())
        .isEqualTo("//pubsub.googleapis.com/projects/osf-prod/subscriptions/xxxxxxxx");
    assertThat(message.subject()).isNull();
    assertThat(message.raw()).isSameAs(body);
    assertThat(message.settlement()).isSameAs(Settlement.none());
    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(message::decode)
        .withMessageContaining("11 bytes (foundries.device.first_seen)")
        .withMessageNotContaining("hello");
  }

  @Test
  void aPushThatIsNoneIsRefusedAtOnce() {
    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(
            () ->
                new FoundriesDecoder()
                    .readPush(Bytes.ofUtf8("hunter2"), Corpus.SOURCE, Corpus.RECEIVED))
        .withMessageNotContaining("hunter2");
  }

  private static String event(String more) {
    return "{'Uuid':'d','Time':1757692800," + more + "}";
  }

  private static InboundMessage<FoundriesPayload> read(String eventType, String data) {
    return Corpus.read(Corpus.message(eventType, Bytes.ofUtf8(data)));
  }
}
