package dev.infraevents.foundries;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.testkit.junit.LeakCheck;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class PushBodyTest {

  private static final URI OTHERWISE = URI.create("https://consumer.example.com/push");

  @Test
  void readsEverythingThatPubSubSends() {
    Bytes body =
        Bytes.ofUtf8(
            """
            {
              "message": {
                "attributes": {"event-type": "DEVICE_FIRST_SEEN", "a": ""},
                "data": "e30=",
                "messageId": "2070443601311540",
                "message_id": "2070443601311540",
                "publishTime": "2026-02-26T19:13:55.749Z",
                "publish_time": "2026-02-26T19:13:55.749Z",
                "orderingKey": "k"
              },
              "subscription": "projects/osf-prod/subscriptions/f-12-events",
              "deliveryAttempt": 5
            }
            """);

    PubSubMessage message = PubSubMessage.ofPush(body);

    assertThat(message)
        .isEqualTo(
            new PubSubMessage(
                "2070443601311540",
                Instant.parse("2026-02-26T19:13:55.749Z"),
                Map.of("event-type", "DEVICE_FIRST_SEEN", "a", ""),
                Bytes.ofUtf8("{}"),
                "k",
                "projects/osf-prod/subscriptions/f-12-events",
                5,
                body));
    assertThat(message.source(OTHERWISE))
        .isEqualTo(
            URI.create("//pubsub.googleapis.com/projects/osf-prod/subscriptions/f-12-events"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'message':{}}",
        "{'message':{'data':''}}",
        "{'message':{'data':null,'attributes':{},'orderingKey':''}}",
        "{'message':{'attributes':null,'messageId':null},'subscription':null,"
            + "'deliveryAttempt':null}",
        " {'new':{'a':[1]},'message':{'new':[{}],'messageId':'','delivery_attempt':'x'}} "
      })
  void whatIsAbsentIsNotSet(String body) {
    Bytes bytes = json(body);

    assertThat(PubSubMessage.ofPush(bytes))
        .isEqualTo(new PubSubMessage("", null, Map.of(), Bytes.EMPTY, null, null, 0, bytes));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'messageId':'1','message_id':'2' | 1",
        "'message_id':'2','messageId':'1' | 1",
        "'message_id':'2'                 | 2",
        "'messageId':'1'                  | 1",
        "'messageId':null,'message_id':'2'| 2"
      })
  void camelCaseIsPreferred(String members, String id) {
    assertThat(message(members).id()).isEqualTo(id);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'publishTime':'2026-02-26T19:13:55Z'                     | 2026-02-26T19:13:55Z",
        "'publishTime':'2026-02-26T19:13:55.749Z'                 | 2026-02-26T19:13:55.749Z",
        "'publish_time':'2026-02-26T19:13:55.749001Z'             | 2026-02-26T19:13:55.749001Z",
        "'publish_time':'2026-02-26T19:13:55.749001002Z'          | 2026-02-26T19:13:55.749001002Z",
        "'publish_time':'2025-01-01T00:00:00Z','publishTime':'2026-01-01T00:00:00Z' | 2026-01-01T00:00:00Z"
      })
  void readsPublishTimesOfAnyPrecision(String members, Instant time) {
    assertThat(message(members).publishTime()).isEqualTo(time);
  }

  @ParameterizedTest
  @CsvSource({
    "Zg==, f",
    "Zm8=, fo",
    "Zm9v, foo",
    "aGVsbG9fd29ybGQ=, hello_world",
    "8J+RjQ==, \uD83D\uDC4D",
    "Pz8/, ???"
  })
  void decodesBase64(String base64, String data) {
    assertThat(message("'data':'" + base64 + "'").data()).isEqualTo(Bytes.ofUtf8(data));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Zg",
        "Zg=",
        "Zm8",
        "Zm9vZg",
        "Z",
        "=",
        "====",
        "Zg===",
        "Zm9v=",
        "Zh==",
        "Zm9=",
        "Zm9v\\n",
        " Zm9v",
        "Zm 9v",
        "8J-RjQ==",
        "Pz8_",
        "Zm9v!",
        "Zm9v%3D",
        "Zg==Zg==",
        "Z\u00e9=="
      })
  void refusesOtherBase64(String base64) {
    refused("{'message':{'data':'" + base64 + "'}}", "its data is no base64 with padding");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                                        | no JSON object",
        "nothing                                                   | not valid JSON",
        "[]                                                        | no JSON object",
        "'hunter2'                                                 | no JSON object",
        "null                                                      | no JSON object",
        "{}                                                        | no message",
        "{'message':null}                                          | no message",
        "{'message':'hunter2'}                                     | no message",
        "{'message':[{}]}                                          | no message",
        "{'Message':{}}                                            | no message",
        "{'message':{}                                             | not valid JSON",
        "{'message':{}}{}                                          | not valid JSON",
        "{'message':{}} hunter2                                    | not valid JSON",
        "{'message':{},'message':{}}                               | not valid JSON",
        "{'message':{'a':1,'a':1}}                                 | not valid JSON",
        "{'message':{'attributes':{'x':'1','x':'2'}}}              | not valid JSON",
        "{'message':{'a':NaN}}                                     | not valid JSON",
        "{'message':{'a':Infinity}}                                | not valid JSON",
        "{'message':{'attributes':[]}}                             | attributes are no object",
        "{'message':{'attributes':'hunter2'}}                      | attributes are no object",
        "{'message':{'attributes':{'hunter2':7}}}                  | attribute is no string",
        "{'message':{'attributes':{'hunter2':null}}}               | attribute is no string",
        "{'message':{'data':7}}                                    | data is no string",
        "{'message':{'data':{}}}                                   | data is no string",
        "{'message':{'messageId':7}}                               | messageId is no string",
        "{'message':{'message_id':7}}                              | messageId is no string",
        "{'message':{'publishTime':7}}                             | publishTime is no string",
        "{'message':{'publishTime':'hunter2'}}                     | publishTime is no RFC 3339",
        "{'message':{'publishTime':'2026-02-26'}}                  | publishTime is no RFC 3339",
        "{'message':{'orderingKey':7}}                             | orderingKey is no string",
        "{'message':{},'subscription':7}                           | subscription is no string",
        "{'message':{},'deliveryAttempt':'5'}                      | deliveryAttempt is no count",
        "{'message':{},'deliveryAttempt':1.5}                      | deliveryAttempt is no count",
        "{'message':{},'deliveryAttempt':-1}                       | deliveryAttempt is no count",
        "{'message':{},'deliveryAttempt':4294967296}               | deliveryAttempt is no count"
      },
      quoteCharacter = '`')
  void saysWhatIsWrongAndQuotesNothing(String body, String why) {
    refused(body.equals("''") ? "" : body, why);
  }

  @Test
  void refusesTooDeepTooManyTooMuch() {
    refused("{'message':{'a':" + "[".repeat(200) + "]".repeat(200) + "}}", "nested too deep");
    refused("{'message':{},'a':[0" + ",0".repeat(300_000) + "]}", "too large");
    refused("{'message':{'data':'" + "A".repeat(17 << 20) + "'}}", "too large");
    refused("{'message':{'a':" + "1".repeat(2_000) + "}}", "too long");
  }

  @Test
  void readsTheLargestMessageThatPubSubTakes() {
    String data = "QUJD".repeat(10_000_000 / 3);

    assertThat(message("'data':'" + data + "'").data().size()).isEqualTo(9_999_999);
  }

  @Test
  void refusesWhatIsNoUtf8() {
    byte[] latin1 = "{\"message\":{\"a\":\"\u00e9\"}}".getBytes(StandardCharsets.ISO_8859_1);

    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(() -> PubSubMessage.ofPush(Bytes.of(latin1)));
    for (var utf16 :
        new Charset[] {
          StandardCharsets.UTF_16, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE
        }) {
      assertThatExceptionOfType(DecodingException.class)
          .isThrownBy(() -> PubSubMessage.ofPush(Bytes.of("{\"message\":{}}".getBytes(utf16))));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "projects/p-1/subscriptions/s, //pubsub.googleapis.com/projects/p-1/subscriptions/s",
    "projects/example.com:p/subscriptions/a.b~c+d_e, "
        + "//pubsub.googleapis.com/projects/example.com:p/subscriptions/a.b~c+d_e",
    "projects/p/subscriptions/a%b, //pubsub.googleapis.com/projects/p/subscriptions/a%25b",
    "projects/p/subscriptions/, https://consumer.example.com/push",
    "projects/p/topics/t, https://consumer.example.com/push",
    "projects/p/subscriptions/s/x, https://consumer.example.com/push",
    "//evil@host/projects/p/subscriptions/s, https://consumer.example.com/push",
    "projects/p/subscriptions/s?x, https://consumer.example.com/push",
    "s, https://consumer.example.com/push"
  })
  void theSubscriptionIsTheSource(String subscription, URI source) {
    var message =
        PubSubMessage.ofPush(json("{'message':{},'subscription':'" + subscription + "'}"));

    assertThat(message.subscription()).isEqualTo(subscription);
    assertThat(message.source(OTHERWISE)).isEqualTo(source);
  }

  @Test
  void withoutASubscriptionTheSourceIsTheGivenOne() {
    assertThat(message("'messageId':'1'").source(OTHERWISE)).isEqualTo(OTHERWISE);
  }

  @Test
  void toStringShowsNoContent() {
    PubSubMessage message =
        message("'data':'aHVudGVyMg==','attributes':{'a':'hunter2'},'messageId':'17'");

    assertThat(message.toString())
        .contains("17", "data=Bytes[size=7]")
        .doesNotContain("hunter2", "aHVudGVyMg");
  }

  private static void refused(String body, String why) {
    Bytes bytes = json(body);

    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(() -> PubSubMessage.ofPush(bytes))
        .withMessageContaining("Pub/Sub push of " + bytes.size() + " bytes")
        .withMessageContaining(why)
        .withMessageNotContaining("hunter2")
        .withNoCause();
  }

  private static PubSubMessage message(String members) {
    return PubSubMessage.ofPush(json("{'message':{" + members + "}}"));
  }

  private static Bytes json(String singleQuoted) {
    return Bytes.ofUtf8(singleQuoted.replace('\'', '"'));
  }
}
