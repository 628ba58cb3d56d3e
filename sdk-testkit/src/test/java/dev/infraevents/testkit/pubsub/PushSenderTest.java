package dev.infraevents.testkit.pubsub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.infraevents.Bytes;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.internal.http.HttpReply;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import dev.infraevents.testkit.pubsub.PushResponse.Outcome;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Single pushes: what goes over the wire, and what is made of the answer. */
@ExtendWith(LeakCheck.class)
final class PushSenderTest {

  private static final PushMessage MESSAGE =
      PushMessage.event("DEVICE_OTA_STARTED", "{\"Uuid\":\"ä\"}").withId("123");

  private final VirtualTime time = new VirtualTime();
  private final PushSender pubsub =
      PushSender.builder().time(new TimeSource(time.clock(), time::nanoTime, time)).start();
  private final PushEndpoint endpoint = new PushEndpoint();

  @AfterEach
  void close() {
    pubsub.close();
    endpoint.close();
  }

  @Test
  void aMessageIsWrappedAsGoogleDoesIt() throws Exception {
    PushResponse response = pubsub.send(endpoint.url(), pubsub.request(MESSAGE));

    assertThat(response).isEqualTo(new PushResponse(Outcome.ACK, 204, ""));
    ReceivedRequest request = endpoint.requests().get(0);
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.target()).isEqualTo("/foundries?secret=x");
    assertThat(request.header("Host")).hasValue(endpoint.url().getAuthority());
    assertThat(request.header("Content-Type")).hasValue("application/json");
    assertThat(request.header("User-Agent")).hasValue("CloudPubSub-Google");
    JsonNode body = new ObjectMapper().readTree(request.body());
    JsonNode message = body.get("message");
    assertThat(message.get("attributes").get("event-type").asText())
        .isEqualTo("DEVICE_OTA_STARTED");
    assertThat(message.get("data").binaryValue()).isEqualTo("{\"Uuid\":\"ä\"}".getBytes(UTF_8));
    assertThat(message.get("messageId").asText()).isEqualTo("123");
    assertThat(message.get("message_id").asText()).isEqualTo("123");
    assertThat(message.get("publishTime").asText()).isEqualTo("2026-01-01T00:00:00.123Z");
    assertThat(message.get("publish_time")).isEqualTo(message.get("publishTime"));
    assertThat(message.size()).isEqualTo(6);
    assertThat(body.get("subscription").asText()).isEqualTo(pubsub.subscriptionName());
    assertThat(body.size()).isEqualTo(2);
  }

  @Test
  void orderingKeyAndDeliveryAttemptAreToldWhereThereAreSome() throws Exception {
    pubsub.send(endpoint.url(), pubsub.request(MESSAGE.withOrderingKey("k"), 3));
    pubsub.send(endpoint.url(), pubsub.request(PushMessage.of(Bytes.EMPTY)));

    JsonNode first = new ObjectMapper().readTree(endpoint.requests().get(0).body());
    assertThat(first.get("message").get("orderingKey").asText()).isEqualTo("k");
    assertThat(first.get("deliveryAttempt").asInt()).isEqualTo(3);
    JsonNode second = new ObjectMapper().readTree(endpoint.requests().get(1).body());
    assertThat(second.get("message").has("data")).isFalse();
    assertThat(second.get("message").has("attributes")).isFalse();
  }

  @Test
  void anUnwrappedMessageIsItsDataAlone() {
    pubsub.send(endpoint.url(), pubsub.unwrapped(MESSAGE.withOrderingKey("k"), true));
    pubsub.send(endpoint.url(), pubsub.unwrapped(MESSAGE, false));

    ReceivedRequest full = endpoint.requests().get(0);
    assertThat(full.body()).isEqualTo("{\"Uuid\":\"ä\"}");
    assertThat(full.header("x-goog-pubsub-subscription-name")).hasValue(pubsub.subscriptionName());
    assertThat(full.header("x-goog-pubsub-message-id")).hasValue("123");
    assertThat(full.header("x-goog-pubsub-publish-time")).hasValue("2026-01-01T00:00:00.123Z");
    assertThat(full.header("x-goog-pubsub-ordering-key")).hasValue("k");
    assertThat(full.header("event-type")).hasValue("DEVICE_OTA_STARTED");
    ReceivedRequest bare = endpoint.requests().get(1);
    assertThat(bare.body()).isEqualTo("{\"Uuid\":\"ä\"}");
    assertThat(bare.headers())
        .noneMatch(h -> h.name().startsWith("x-goog") || h.name().equals("event-type"));
    assertThat(bare.header("Authorization")).isPresent();
  }

  @ParameterizedTest
  @ValueSource(ints = {102, 200, 201, 202, 204})
  void theseStatusesAcknowledge(int status) {
    endpoint.answers(status);
    assertThat(pubsub.send(endpoint.url(), pubsub.request(MESSAGE)))
        .isEqualTo(new PushResponse(Outcome.ACK, status, ""));
  }

  @ParameterizedTest
  @ValueSource(ints = {203, 205, 206, 226, 301, 302, 307, 304, 400, 401, 403, 413, 429, 500, 503})
  void noOtherStatusAcknowledges(int status) {
    endpoint.answers(status);
    PushResponse response = pubsub.send(endpoint.url(), pubsub.request(MESSAGE));
    assertThat(response.outcome()).isEqualTo(Outcome.NACK);
    assertThat(response.status()).isEqualTo(status);
    assertThat(response.acknowledged()).isFalse();
    assertThat(endpoint.requests()).hasSize(1); // no redirect is followed
  }

  @Test
  void bareProcessingIsAnAnswerToo() {
    endpoint.answers(
        request ->
            (HttpReply.Takeover)
                wire -> wire.write("HTTP/1.1 102 Processing\r\n\r\n".getBytes(UTF_8)));
    assertThat(pubsub.send(endpoint.url(), pubsub.request(MESSAGE)).acknowledged()).isTrue();
  }

  @Test
  void noAnswerWithinTheDeadlineIsANegativeOne() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    endpoint.answers(
        request -> {
          arrived.countDown();
          await(over);
          return PushEndpoint.NO_CONTENT;
        });
    var response =
        CompletableFuture.supplyAsync(() -> pubsub.send(endpoint.url(), pubsub.request(MESSAGE)));
    await(arrived);
    time.advance(Duration.ofMillis(9_999));
    assertThat(response).isNotDone();
    time.advance(Duration.ofMillis(1));

    assertThat(response.get(10, TimeUnit.SECONDS).outcome()).isEqualTo(Outcome.DEADLINE_EXCEEDED);
    over.countDown();
  }

  @Test
  void anEndpointThatIsGoneIsUnreachable() {
    URI url = endpoint.url();
    endpoint.close();
    assertThat(pubsub.send(url, pubsub.request(MESSAGE)))
        .isEqualTo(new PushResponse(Outcome.UNREACHABLE, 0, ""));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pubsub.send(URI.create("https://localhost/"), pubsub.request(MESSAGE)));
  }

  @Test
  void requestsCanBeForgedInEveryRespect() {
    PushRequest genuine = pubsub.request(MESSAGE);
    byte[] large = "x".repeat(2_500).getBytes(UTF_8);

    pubsub.send(
        endpoint.url(), genuine.method("PUT").target("/other").andHeader("Authorization", "x"));
    pubsub.send(endpoint.url(), genuine.body(large).chunked().header("content-type", "text/plain"));
    pubsub.send(endpoint.url(), genuine.withoutHeader("AUTHORIZATION").withoutLength());
    PushResponse truncated = pubsub.send(endpoint.url(), genuine.truncated(10));
    PushResponse cut = pubsub.send(endpoint.url(), genuine.chunked().truncated(10));

    ReceivedRequest first = endpoint.requests().get(0);
    assertThat(first.method() + " " + first.target()).isEqualTo("PUT /other");
    assertThat(first.headers("Authorization")).hasSize(2);
    ReceivedRequest second = endpoint.requests().get(1);
    assertThat(second.body()).hasSize(2_500);
    assertThat(second.header("Content-Length")).isEmpty();
    assertThat(second.headers("Content-Type")).containsExactly("text/plain");
    ReceivedRequest third = endpoint.requests().get(2);
    assertThat(third.header("Authorization")).isEmpty();
    assertThat(third.header("Content-Length")).isEmpty();
    assertThat(third.body()).isEmpty();
    assertThat(truncated.outcome()).isEqualTo(Outcome.UNREACHABLE);
    assertThat(cut.outcome()).isEqualTo(Outcome.UNREACHABLE);
    assertThat(endpoint.requests()).hasSize(3);
  }

  @Test
  void pushesShareATokenUntilTheKeyChangesOrItGetsOld() {
    String first = tokenOf(pubsub.request(MESSAGE));
    assertThat(tokenOf(pubsub.request(MESSAGE))).isEqualTo(first);

    time.advance(Duration.ofMinutes(50));
    String second = tokenOf(pubsub.request(MESSAGE));
    assertThat(second).isNotEqualTo(first);

    PushKey next = pubsub.keys().rotate();
    String third = tokenOf(pubsub.request(MESSAGE));
    assertThat(new String(Base64.getUrlDecoder().decode(third.split("\\.")[0]), UTF_8))
        .contains(next.id());
  }

  @Test
  void textFormsShowNoTokenAndNoPayload() {
    String shown = pubsub.request(MESSAGE) + " " + MESSAGE + " " + pubsub.keys().current();
    assertThat(shown).doesNotContain("Bearer").doesNotContain("Uuid").doesNotContain("eyJ");
  }

  private String tokenOf(PushRequest request) {
    pubsub.send(endpoint.url(), request);
    int last = endpoint.requests().size() - 1;
    return endpoint.requests().get(last).header("Authorization").orElseThrow().substring(7);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
