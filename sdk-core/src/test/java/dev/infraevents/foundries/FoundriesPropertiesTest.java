package dev.infraevents.foundries;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.Bytes;
import dev.infraevents.CloudEvents;
import dev.infraevents.DecodingException;
import dev.infraevents.Event;
import dev.infraevents.spi.InboundMessage;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever arrives, it is an event or a {@link DecodingException} that quotes nothing of it. */
class FoundriesPropertiesTest {

  private static final String SECRET = "hunter2";

  private static final String PUSH =
      "{\"message\":{\"attributes\":{\"event-type\":\"DEVICE_FIRST_SEEN\"},\"data\":\"e30=\","
          + "\"messageId\":\"hunter2\",\"publishTime\":\"2022-03-30T15:18:21.095Z\"},"
          + "\"subscription\":\"projects/p/subscriptions/s\",\"deliveryAttempt\":1}";

  @Property
  void anyBytesAreAnEventOrUndecodable(@ForAll("types") String type, @ForAll byte[] data) {
    check(type, Bytes.of(data));
  }

  @Property
  void anyDamageLeavesAnEventOrIsUndecodable(
      @ForAll("files") Corpus.Case known, @ForAll("damages") List<Damage> damages) {
    check(known.eventType(), damaged(known.data(), damages));
  }

  @Property
  void anyMembersAreAnEventOrUndecodable(
      @ForAll("types") String type, @ForAll("objects") String object) {
    check(type, Bytes.ofUtf8(object));
  }

  @Property
  void anyPushIsAMessageOrRefused(@ForAll("damages") List<Damage> damages) {
    Bytes body = damaged(Bytes.ofUtf8(PUSH), damages);
    try {
      PubSubMessage message = PubSubMessage.ofPush(body);
      assertThat(message.raw()).isEqualTo(body);
      assertThat(message.toString()).isNotEmpty();
      assertThat(message.source(Corpus.SOURCE)).isNotNull();
      Corpus.read(message).attributes();
    } catch (DecodingException e) {
      assertThat(e).hasMessageNotContaining(SECRET).hasNoCause();
    }
  }

  @Property
  void anyBytesAreNoPush(@ForAll byte[] body) {
    try {
      PubSubMessage.ofPush(Bytes.of(body));
    } catch (DecodingException e) {
      assertThat(e).hasMessageContaining(body.length + " bytes").hasNoCause();
    }
  }

  private static void check(String type, Bytes data) {
    InboundMessage<FoundriesPayload> message = Corpus.read(Corpus.message(type, data));
    message.subject();
    try {
      Event<FoundriesPayload> event = message.decode();
      assertThat(event.subject()).isEqualTo(message.subject());
      assertThat(event.payload().toString()).isNotEmpty();
      Event<?> back = CloudEvents.fromJson(CloudEvents.toJson(event));
      assertThat(back.payload()).isEqualTo(event.payload());
      assertThat(back.data()).isEqualTo(data);
      assertThat(back.dataContentType()).isEqualTo(event.dataContentType());
    } catch (DecodingException e) {
      assertThat(e).hasMessageNotContaining(SECRET).hasNoCause();
    }
  }

  /** A byte somewhere in a message, as a fraction of its length, and what becomes of it. */
  record Damage(double where, int what, byte by) {}

  private static Bytes damaged(Bytes data, List<Damage> damages) {
    byte[] bytes = data.toByteArray();
    for (Damage damage : damages) {
      if (bytes.length == 0) {
        break;
      }
      int at = (int) (damage.where() * bytes.length);
      bytes =
          switch (damage.what()) {
            case 0 -> Arrays.copyOf(bytes, at);
            case 1 -> join(bytes, 0, at, bytes, at + 1, bytes.length);
            case 2 -> join(bytes, 0, at, bytes, at / 2, bytes.length);
            default -> {
              bytes[at] = damage.by();
              yield bytes;
            }
          };
    }
    return Bytes.of(bytes);
  }

  private static byte[] join(byte[] a, int aFrom, int aTo, byte[] b, int bFrom, int bTo) {
    byte[] joined = new byte[aTo - aFrom + bTo - bFrom];
    System.arraycopy(a, aFrom, joined, 0, aTo - aFrom);
    System.arraycopy(b, bFrom, joined, aTo - aFrom, bTo - bFrom);
    return joined;
  }

  @Provide
  Arbitrary<String> types() {
    return Arbitraries.of(
        "DEVICE_FIRST_SEEN",
        "DEVICE_CONFIG_APPLIED",
        "DEVICE_OTA_STARTED",
        "DEVICE_OTA_COMPLETED",
        "DEVICE_OTA_APPS_STATE_CHANGED",
        "DEVICE_PUBKEY_CHANGE",
        "DEVICE_LAST_SEEN",
        "DEVICE_NEW",
        "other",
        "");
  }

  @Provide
  Arbitrary<Corpus.Case> files() {
    return Arbitraries.of(Corpus.all());
  }

  @Provide
  Arbitrary<List<Damage>> damages() {
    Arbitrary<Byte> by =
        Arbitraries.of("{}[]\",:0-.ntf\\u e\u0000\u00ff".chars().mapToObj(c -> (byte) c).toList());
    return Combinators.combine(
            Arbitraries.doubles().between(0, true, 1, false),
            Arbitraries.integers().between(0, 6),
            by)
        .as(Damage::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(4);
  }

  @Provide
  Arbitrary<String> objects() {
    Arbitrary<String> names =
        Arbitraries.of(
            "DeviceGroupId",
            "Target",
            "Id",
            "Success",
            "Ostree",
            "DeviceTime",
            "Apps",
            "NewPubKey",
            "OldPubKey",
            "Changes",
            "health",
            "state",
            "uri",
            "services",
            "name",
            "logs",
            "hunter2");
    Arbitrary<String> values =
        Arbitraries.of(
            "null",
            "true",
            "7",
            "-1.5e300",
            "1e999",
            "1e-999",
            "123456789012345678901",
            "\"hunter2\"",
            "\"\"",
            "\"7\"",
            "\"2025-09-12T15:59:58Z\"",
            "[]",
            "{}",
            "[null]",
            "[[]]",
            "[{}]",
            "{\"a\":null}",
            "{\"a\":{\"services\":[{\"health\":[]}],\"state\":7}}",
            "\"\\u0002\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0001x\"",
            "\"\\ud83d\\udc4d\"");
    Arbitrary<String> members =
        Combinators.combine(names, values)
            .as((name, value) -> ",\"" + name + "\":" + value)
            .list()
            .uniqueElements(member -> member.substring(0, member.indexOf(':')))
            .ofMaxSize(6)
            .map(list -> String.join("", list));
    return members.map(more -> "{\"Uuid\":\"d\",\"Time\":1" + more + "}");
  }
}
