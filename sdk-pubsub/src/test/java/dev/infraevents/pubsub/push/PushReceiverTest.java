package dev.infraevents.pubsub.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.infraevents.Bytes;
import dev.infraevents.Capability;
import dev.infraevents.ConfigurationException;
import dev.infraevents.DecodingException;
import dev.infraevents.Event;
import dev.infraevents.SourceState;
import dev.infraevents.foundries.Foundries;
import dev.infraevents.foundries.OtaStarted;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import dev.infraevents.testkit.pubsub.PushMessage;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a genuine push, over real HTTP. */
@ExtendWith(LeakCheck.class)
final class PushReceiverTest {

  private final PushRig rig = new PushRig();

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void aPushIsDeliveredTypedAndAcknowledgedWhenItsHandlerHasReturned() throws Exception {
    rig.start();

    var response = rig.send(rig.request("4711"));

    assertThat(response.status()).isEqualTo(204);
    assertThat(response.body()).isEmpty();
    Event<?> event = rig.events.get(0);
    assertThat(event.id()).isEqualTo("4711");
    assertThat(event.type()).isEqualTo(Foundries.OTA_STARTED);
    assertThat(event.subject()).isEqualTo(PushRig.UUID);
    assertThat(((OtaStarted) event.payload()).target()).isEqualTo("t-1");
    assertThat(event.source())
        .isEqualTo(URI.create("//pubsub.googleapis.com/" + rig.pubsub.subscriptionName()));
    assertThat(event.raw().utf8()).contains("\"messageId\":\"4711\"");
    rig.awaitStats(stats -> assertThat(stats.delivered()).isOne());
  }

  @Test
  void aHandlerThatFailsAndOneThatNacksAskForAnotherDelivery() throws Exception {
    rig.handler(
            (event, delivery) -> {
              if (event.id().equals("2")) {
                var unused = delivery.nack(Duration.ZERO);
                return;
              }
              throw new AssertionError("the handler's");
            })
        .start();

    assertThat(rig.status(rig.request("1"))).isEqualTo(500);
    assertThat(rig.status(rig.request("2"))).isEqualTo(500);
    rig.awaitStats(stats -> assertThat(stats.failed()).isEqualTo(2));
  }

  @Test
  void beforeItIsSubscribedToAndAfterThatPushesAreToComeAgain() throws Exception {
    rig.serve();
    assertThat(rig.status(rig.request("1"))).isEqualTo(503);

    rig.subscribe();
    assertThat(rig.status(rig.request("2"))).isEqualTo(204);
    rig.subscription().close();
    assertThat(rig.status(rig.request("3"))).isEqualTo(503);

    rig.subscribe();
    assertThat(rig.status(rig.request("4"))).isEqualTo(204);
    rig.receiver().close();
    assertThat(rig.status(rig.request("5"))).isEqualTo(503);
    assertThat(rig.eventIds()).containsExactly("2", "4");
  }

  @Test
  void aSecondSubscriptionIsRefusedWhileThereIsOne() throws Exception {
    rig.start();

    assertThatThrownBy(() -> rig.receiver().subscribe(rig))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("one subscription only");

    assertThat(rig.status(rig.request("1"))).isEqualTo(204);
  }

  @Test
  void itIsStreamingHoweverLongNothingComes() throws Exception {
    var time = new VirtualTime();
    rig.time(time).start();

    time.advance(Duration.ofDays(30));

    assertThat(rig.subscription().status().state()).isEqualTo(SourceState.STREAMING);
    assertThat(rig.status(rig.request("1"))).isEqualTo(204);
    assertThat(rig.receiver().capabilities())
        .containsExactlyInAnyOrder(Capability.ACK, Capability.NACK, Capability.RESUME);
  }

  @Test
  void aBodyMayComeInChunks() throws Exception {
    rig.start();

    assertThat(rig.status(rig.request("1").chunked())).isEqualTo(204);
    assertThat(rig.eventIds()).containsExactly("1");
  }

  @Test
  void aBodyThatBreaksOffComesAgainAndIsNoPoison() throws Exception {
    rig.start();

    rig.send(rig.request("1").truncated(40));
    rig.send(rig.request("2").chunked().truncated(40));
    assertThat(rig.status(rig.request("3"))).isEqualTo(204);

    assertThat(rig.eventIds()).containsExactly("3");
    assertThat(rig.stats().received()).isOne();
    assertThat(rig.deadLetters).isEmpty();
  }

  @Test
  void aBodyThatEndsBeforeItsAnnouncedLengthIsAnsweredWith400() throws Exception {
    rig.start();
    var headers = new HashMap<String, List<String>>();
    headers.put("Authorization", List.of("Bearer " + rig.pubsub.token().mint()));
    headers.put("Content-Length", List.of("100"));

    assertThat(receive("POST", PushRig.PATH, headers, "{}").status()).isEqualTo(400);
    assertThat(rig.stats().received()).isZero();
  }

  @Test
  void aGenuineBodyThatIsTooLargeIsReportedWithItsBeginningAndAcknowledged() throws Exception {
    rig.receiver(builder -> builder.maxBodySize(100_000)).start();
    byte[] large = "{\"message\":{}} ".repeat(20_000).getBytes(StandardCharsets.UTF_8);

    assertThat(rig.status(rig.request("1").body(large))).isEqualTo(204);
    assertThat(rig.status(rig.request("1").body(large).chunked())).isEqualTo(204);
    assertThat(rig.status(rig.request("2"))).isEqualTo(204);

    assertThat(rig.deadLetters).hasSize(2);
    assertThat(rig.deadLetters)
        .allSatisfy(
            letter -> {
              assertThat(letter.raw()).isEqualTo(Bytes.of(large, 0, 64 << 10));
              assertThat(letter.cause())
                  .isInstanceOf(DecodingException.class)
                  .hasMessageContaining("100000 bytes");
            });
    rig.awaitStats(stats -> assertThat(stats.undecodable()).isEqualTo(2));
    assertThat(rig.eventIds()).containsExactly("2");
  }

  @Test
  void aMessageOfTheLargestSizeIsTaken() throws Exception {
    rig.start();
    var large = PushMessage.of(Bytes.of(new byte[10_000_000])).withId("1");

    assertThat(rig.status(rig.pubsub.request(large))).isEqualTo(204);
    assertThat(rig.eventIds()).containsExactly("1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"application/json", "application/json; charset=utf-8", "Application/JSON;a=b"})
  void theMediaTypeIsJson(String type) throws Exception {
    rig.start();
    assertThat(rig.status(rig.request("1").header("Content-Type", type))).isEqualTo(204);
    assertThat(rig.status(rig.request("2").withoutHeader("Content-Type"))).isEqualTo(204);
    assertThat(rig.eventIds()).containsExactly("1", "2");
  }

  @Test
  void aMessageOfAnotherSubscriptionIsNotTaken() throws Exception {
    rig.receiver(builder -> builder.subscription("projects/p/subscriptions/other")).start();

    assertThat(rig.status(rig.request("1"))).isEqualTo(403);
    assertThat(rig.stats().received()).isZero();
  }

  @Test
  void aMessageOfTheExpectedSubscriptionIsTaken() throws Exception {
    rig.receiver(builder -> builder.subscription(rig.pubsub.subscriptionName())).start();

    assertThat(rig.status(rig.request("1"))).isEqualTo(204);
  }

  @Test
  void anUnwrappedMessageHasItsMetadataInHeaders() throws Exception {
    rig.receiver(PushReceiver.Builder::unwrapped).start();
    var message = PushRig.message("4711").with("colour", "red").withOrderingKey("k");

    assertThat(rig.status(rig.pubsub.unwrapped(message, true))).isEqualTo(204);

    Event<?> event = rig.events.get(0);
    assertThat(event.id()).isEqualTo("4711");
    assertThat(event.type()).isEqualTo(Foundries.OTA_STARTED);
    assertThat(event.raw()).isEqualTo(message.data());
    assertThat(event.source().toString()).endsWith(rig.pubsub.subscriptionName());
    assertThat(event.attributes())
        .containsEntry(Foundries.ORDERING_KEY, "k")
        .containsEntry(Foundries.PUBLISH_TIME, message.publishTime().toString())
        .doesNotContainKey("colour");
  }

  @Test
  void anUnwrappedMessageWithoutMetadataIsOfUnknownTypeAndKnownByItsContent() throws Exception {
    rig.receiver(PushReceiver.Builder::unwrapped).start();
    var message = PushRig.message("4711");

    assertThat(rig.status(rig.pubsub.unwrapped(message, false))).isEqualTo(204);
    assertThat(rig.status(rig.pubsub.unwrapped(message, false))).isEqualTo(204);
    assertThat(rig.status(rig.pubsub.unwrapped(PushRig.message("5"), false))).isEqualTo(204);

    assertThat(rig.events)
        .extracting(event -> event.type().name())
        .containsOnly("foundries.unknown");
    assertThat(rig.eventIds()).hasSize(2).doesNotHaveDuplicates().doesNotContain("", "4711");
    assertThat(rig.events.get(0).source()).isEqualTo(URI.create("https://hooks.example.com"));
    rig.awaitStats(stats -> assertThat(stats.deduplicated()).isOne());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x-goog-pubsub-message-id", "X-Goog-Pubsub-Subscription-Name", "Event-Type"})
  void anAttributeCanNotPoseAsMetadata(String name) throws Exception {
    rig.receiver(PushReceiver.Builder::unwrapped).start();
    var request = rig.pubsub.unwrapped(PushRig.message("1"), true);

    assertThat(rig.status(request.andHeader(name, "forged"))).isEqualTo(204);

    assertThat(rig.events).isEmpty();
    assertThat(rig.deadLetters).hasSize(1);
  }

  @Test
  void anAttributeCanNotPoseAsTheToken() throws Exception {
    rig.receiver(PushReceiver.Builder::unwrapped).start();
    var message = PushRig.message("1").with("authorization", "Bearer x");

    assertThat(rig.status(rig.pubsub.unwrapped(message, true))).isEqualTo(401);
    assertThat(rig.stats().received()).isZero();
  }

  @Test
  void namesOfHeadersThatDifferInCaseOnlyAreOne() throws Exception {
    rig.start();
    String genuine = "Bearer " + rig.pubsub.token().mint();
    Map<String, List<String>> once = new HashMap<>();
    once.put("aUTHORIZATION", List.of(genuine));
    once.put(null, List.of("HTTP/1.1"));
    once.put("X-Empty", null);
    once.put("X-Null", new ArrayList<>(Arrays.asList((String) null)));
    Map<String, List<String>> twice =
        Map.of("Authorization", List.of(genuine), "authorization", List.of(genuine));

    assertThat(receive("POST", PushRig.PATH, once, "{\"message\":{}}").status()).isEqualTo(204);
    assertThat(receive("POST", PushRig.PATH, twice, "{\"message\":{}}").status()).isEqualTo(401);
  }

  @Test
  void refusalsSayWhatHttpWantsThemToSay() throws Exception {
    rig.start();

    assertThat(receive("GET", PushRig.PATH, Map.of(), "").headers())
        .containsExactly(Map.entry("Allow", "POST"));
    assertThat(receive("POST", PushRig.PATH, Map.of(), "").headers())
        .containsExactly(Map.entry("WWW-Authenticate", "Bearer"));
    assertThat(receive("POST", "/", Map.of(), "").headers()).isEmpty();
  }

  @Test
  void whatABrokenServerHandsInIsAnsweredAllTheSame() throws Exception {
    rig.start();
    var headers = Map.of("Authorization", List.of("Bearer " + rig.pubsub.token().mint()));
    var request =
        new PushRequest(
            "POST",
            PushRig.PATH,
            headers,
            new InputStream() {
              @Override
              public int read() {
                throw new IllegalStateException("Bearer secret");
              }

              @Override
              public int read(byte[] buffer, int offset, int length) {
                return read();
              }
            });

    var response = rig.receiver().receive(request).toCompletableFuture().join();

    assertThat(response.status()).isEqualTo(500);
    assertThat(rig.status(rig.request("1"))).isEqualTo(204);
  }

  @Test
  void secretsAreNotInTextForms() {
    var request =
        new PushRequest(
            "POST",
            "/secret",
            Map.of("Authorization", List.of("secret")),
            InputStream.nullInputStream());

    assertThat(request.toString()).contains("POST").doesNotContain("secret");
  }

  @Test
  void settingsThatCanNotWorkAreRefusedByTheCallThatReceivesThem() {
    var builder = PushReceiver.builder();
    List<ThrowingCallable> calls =
        List.of(
            () -> builder.path("foundries"),
            () -> builder.path("/a?b"),
            () -> builder.path(""),
            () -> builder.subscription("f-1"),
            () -> builder.maxBodySize(0),
            () -> builder.maxBodySize(17 << 20),
            () -> builder.ackDeadline(Duration.ofSeconds(9)),
            () -> builder.ackDeadline(Duration.ofSeconds(601)),
            () -> builder.source(URI.create("https://u:p@example.com")),
            builder::build,
            () -> PushReceiver.builder().path("/").build());

    assertThat(calls)
        .allSatisfy(call -> assertThatThrownBy(call).isInstanceOf(ConfigurationException.class));
  }

  private PushResponse receive(
      String method, String path, Map<String, List<String>> headers, String body) {
    var in = new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8));
    return rig.receiver()
        .receive(new PushRequest(method, path, headers, in))
        .toCompletableFuture()
        .join();
  }
}
