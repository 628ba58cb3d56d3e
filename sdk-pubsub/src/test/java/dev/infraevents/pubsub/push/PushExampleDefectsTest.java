package dev.infraevents.pubsub.push;

import static dev.infraevents.pubsub.push.PushRig.PATIENCE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.Bytes;
import dev.infraevents.foundries.UnknownDeviceEvent;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import dev.infraevents.testkit.pubsub.PushMessage;
import dev.infraevents.testkit.pubsub.PushRequest;
import dev.infraevents.testkit.pubsub.PushSubscription;
import dev.infraevents.testkit.pubsub.PushTokenBuilder;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What the example in the documentation of Foundries.io gets wrong, one test for each defect, in
 * the order of its lines.
 */
@ExtendWith(LeakCheck.class)
final class PushExampleDefectsTest {

  private final PushRig rig = new PushRig();

  @AfterEach
  void close() {
    rig.close();
  }

  private PushRequest forged(String id, PushTokenBuilder token) {
    return rig.request(id).token(token.mint());
  }

  private void publish(PushSubscription queue, int from, int to) {
    IntStream.range(from, to).forEach(i -> queue.publish(PushRig.message("m" + i)));
  }

  @Test
  void aForgedPushGetsOneAnswerAndIsNotProcessed() throws Exception {
    rig.start();
    try (Socket socket = connect()) {
      write(
          socket, head("Authorization: Bearer x\r\nContent-Length: 2\r\nConnection: close") + "{}");
      String all = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
      assertThat(all).startsWith("HTTP/1.1 401 ").containsOnlyOnce("HTTP/1.1").endsWith("\r\n\r\n");
    }
    assertThat(rig.status(forged("1", rig.pubsub.token().badlySigned()))).isEqualTo(401);
    assertThat(rig.stats().received()).isZero();
    assertThat(rig.events).isEmpty();
  }

  @Test
  void theAlgorithmIsNotForTheSenderToChoose() throws Exception {
    rig.start();
    for (String algorithm : List.of("RS384", "RS512", "PS256", "PS512", "ES256", "none")) {
      assertThat(rig.status(forged("1", rig.pubsub.token().algorithm(algorithm))))
          .as(algorithm)
          .isEqualTo(401);
    }
  }

  @Test
  void aRotationOfTheKeysInTheMiddleOfTheStreamLosesNothing() throws Exception {
    rig.start();
    PushSubscription queue = rig.pubsub.subscription(rig.endpoint()).concurrency(4).start();
    publish(queue, 0, 50);
    queue.awaitAcknowledged(50, PATIENCE);

    rig.pubsub.keys().rotate();
    publish(queue, 50, 100);
    queue.awaitPushes(51, PATIENCE);
    rig.keyTime.advance(Duration.ofSeconds(30)); // an unknown key is looked for no more often
    queue.awaitEmpty(PATIENCE);

    assertThat(rig.eventIds()).hasSize(100).doesNotHaveDuplicates();
    assertThat(rig.pubsub.keys().fetches()).isEqualTo(2);
    assertThat(PushRig.statuses(queue)).isSubsetOf(204, 401);
  }

  @Test
  void theIssuerIsChecked() throws Exception {
    rig.start();
    assertThat(rig.status(forged("1", rig.pubsub.token().claim("iss", "https://evil.example"))))
        .isEqualTo(401);
    assertThat(rig.status(forged("2", rig.pubsub.token().claim("iss", "accounts.google.com"))))
        .isEqualTo(204);
  }

  @Test
  void anotherCustomerOfGoogleIsRefused() throws Exception {
    rig.start();
    var token = rig.pubsub.token().claim("email", "me@my-project.iam.gserviceaccount.com");
    assertThat(rig.status(forged("1", token.claim("sub", "1").claim("azp", "1")))).isEqualTo(403);
    assertThat(rig.stats().received()).isZero();
  }

  @Test
  void aTokenThatSaysTooLittleIsRefused() throws Exception {
    rig.start();
    for (String claim : List.of("exp", "iat", "iss", "aud", "email", "email_verified", "sub")) {
      assertThat(rig.status(forged("1", rig.pubsub.token().withoutClaim(claim))))
          .as(claim)
          .isIn(401, 403);
    }
  }

  @Test
  void clocksMayDifferALittle() throws Exception {
    rig.start();
    Instant now = Instant.now();
    var fromTheFuture = rig.pubsub.token().issuedAt(now.plusSeconds(30));
    var justExpired =
        rig.pubsub.token().issuedAt(now.minus(Duration.ofMinutes(60)).minusSeconds(30));
    assertThat(rig.status(forged("1", fromTheFuture))).isEqualTo(204);
    assertThat(rig.status(forged("2", justExpired))).isEqualTo(204);
  }

  @Test
  void keysThatCanNotBeHadAtTheStartDelayPushesAndNoMore() throws Exception {
    rig.pubsub.keys().inject(Fault.outage());
    rig.start();
    PushSubscription queue = rig.pubsub.subscription(rig.endpoint()).concurrency(4).start();
    publish(queue, 0, 20);
    queue.awaitPushes(40, PATIENCE);
    assertThat(PushRig.statuses(queue)).containsExactly(503);
    rig.pubsub.keys().heal();
    rig.pubsub.keys().answer(500, "text/html", "<h1>sorry</h1>");
    rig.keyTime.advance(Duration.ofMinutes(1));
    queue.awaitPushes(60, PATIENCE);

    rig.pubsub.keys().heal();
    rig.keyTime.advance(Duration.ofMinutes(1));
    queue.awaitEmpty(PATIENCE);

    assertThat(rig.eventIds()).hasSize(20).doesNotHaveDuplicates();
    assertThat(rig.pubsub.keys().fetches()).isLessThanOrEqualTo(3);
  }

  @Test
  void theSenderIsToldNoReason() throws Exception {
    rig.handler(
            (event, delivery) -> {
              throw new IllegalStateException("jdbc:secret");
            })
        .start();
    for (PushRequest request :
        List.of(
            rig.request("1"),
            rig.request("1").method("GET"),
            rig.request("1").target("/x"),
            forged("1", rig.pubsub.token().badlySigned()),
            rig.request("1").token("not-a-token"))) {
      var response = rig.send(request);
      assertThat(response.acknowledged()).isFalse();
      assertThat(response.body()).isEmpty();
    }
  }

  @Test
  void aBodyIsReadAsFarAsItsLimitHoweverItIsFramed() throws Exception {
    rig.receiver(builder -> builder.maxBodySize(100_000)).start();
    byte[] large = new byte[1_000_000];

    assertThat(rig.status(rig.request("1").chunked())).isEqualTo(204);
    assertThat(rig.status(rig.request("2").body(large).chunked())).isEqualTo(204);
    rig.send(rig.request("3").withoutLength());
    rig.send(rig.request("4").withoutLength().header("Content-Length", "many"));
    rig.send(rig.request("5").withoutLength().header("Content-Length", "-1"));
    rig.send(rig.request("6").withoutLength().header("Content-Length", "9000000000000000000"));
    assertThat(rig.status(rig.request("7"))).isEqualTo(204);

    assertThat(rig.eventIds()).startsWith("1").endsWith("7").doesNotContain("6");
    assertThat(rig.deadLetters)
        .allSatisfy(letter -> assertThat(letter.raw().size()).isLessThanOrEqualTo(64 << 10));
  }

  @Test
  void aSecondAuthorizationIsNotIgnored() throws Exception {
    rig.start();
    String genuine = "Bearer " + rig.pubsub.token().mint();
    assertThat(rig.status(rig.request("1").andHeader("Authorization", genuine))).isEqualTo(401);
    assertThat(rig.status(rig.request("1").andHeader("Authorization", "x"))).isEqualTo(401);
  }

  @Test
  void whatCanNotBeReadIsAnsweredAndDoesNotComeAgain() throws Exception {
    rig.start();
    PushSubscription queue = rig.pubsub.subscription(rig.endpoint()).start();
    queue.publish(PushMessage.of(Bytes.ofUtf8("{}")).withId("without a type"));
    queue.publish(PushMessage.event("DEVICE_LAST_SEEN", "no JSON"));
    byte[] noUtf8 = {'{', '"', (byte) 0xC3, '"', ':', '1', '}'};
    queue.publish(PushMessage.of(Bytes.of(noUtf8)).with("event-type", "DEVICE_LAST_SEEN"));
    queue.publish(PushRig.message("1"));
    queue.awaitEmpty(PATIENCE);

    assertThat(PushRig.statuses(queue)).containsExactly(204);
    assertThat(queue.pushes()).hasSize(4);
    assertThat(rig.eventIds()).containsExactly("without a type", "1");
    assertThat(rig.events.get(0).payload()).isInstanceOf(UnknownDeviceEvent.class);
    assertThat(rig.deadLetters).hasSize(2);
  }

  @Test
  void base64IsReadStrictly() throws Exception {
    rig.start();
    for (String data : List.of("e30", "e3 0=", "e30=\\n", "e31=", "e30*=", "_-8=")) {
      String body = "{\"message\":{\"data\":\"" + data + "\",\"messageId\":\"1\"}}";
      assertThat(rig.status(rig.request("1").body(body.getBytes(UTF_8)))).isEqualTo(204);
    }
    assertThat(rig.events).isEmpty();
    assertThat(rig.deadLetters).hasSize(6);
  }

  @Test
  void aSenderThatIsSlowHoldsUpNobodyElse() throws Exception {
    rig.start();
    String token = rig.pubsub.token().mint();
    try (Socket slow = connect()) {
      write(slow, head("Authorization: Bearer " + token + "\r\nContent-Length: 100") + "{");
      for (int i = 0; i < 20; i++) {
        assertThat(rig.status(rig.request("m" + i))).isEqualTo(204);
      }
    }
    assertThat(rig.eventIds()).hasSize(20);
  }

  @Test
  void onlyThePathAndTheMediaTypeOfPushesAreTaken() throws Exception {
    rig.start();
    assertThat(rig.status(rig.request("1").target("/admin"))).isEqualTo(404);
    assertThat(rig.stats().received()).isZero();
    assertThat(rig.status(rig.request("1").header("Content-Type", "text/html"))).isEqualTo(204);
    assertThat(rig.events).isEmpty();
    assertThat(rig.deadLetters).hasSize(1);
  }

  @Test
  void noEventAndNoTokenIsLogged() throws Exception {
    List<String> log = new CopyOnWriteArrayList<>();
    Logger logger = Logger.getLogger("dev.infraevents");
    var handler =
        new Handler() {
          private final SimpleFormatter formatter = new SimpleFormatter();

          @Override
          public void publish(LogRecord entry) {
            log.add(formatter.format(entry));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    handler.setLevel(Level.ALL);
    logger.addHandler(handler);
    logger.setLevel(Level.ALL);
    try {
      rig.handler(
              (event, delivery) -> {
                throw new IllegalStateException("the handler's");
              })
          .start();
      String secret = "-----BEGIN PUBLIC KEY-----SECRET";
      var message = PushMessage.event("DEVICE_LAST_SEEN", "{\"Uuid\":\"" + secret + "\"");
      rig.send(rig.pubsub.request(message));
      rig.send(rig.pubsub.request(message).body(secret.getBytes(UTF_8)));
      rig.send(rig.request("1"));
      rig.send(forged("1", rig.pubsub.token().claim("email", "x@example.com")));
      String token = rig.pubsub.token().mint();
      rig.send(rig.request("1").token(token + secret));

      assertThat(log).isNotEmpty();
      assertThat(log)
          .noneMatch(line -> line.contains("SECRET"))
          .noneMatch(line -> line.contains(token.substring(0, 20)))
          .noneMatch(line -> line.contains(PushRig.UUID));
    } finally {
      logger.removeHandler(handler);
      logger.setLevel(null);
    }
  }

  @Test
  void aDuplicateIsHandledOnceAndALateAcknowledgementIsNone() throws Exception {
    var gate = new CountDownLatch(1);
    var started = new CountDownLatch(1);
    var time = new VirtualTime();
    rig.handler(
            (event, delivery) -> {
              started.countDown();
              gate.await();
            })
        .time(time)
        .start();
    var late = CompletableFuture.supplyAsync(() -> rig.status(rig.request("1")));
    started.await();
    time.advance(Duration.ofSeconds(9));
    assertThat(late.join()).isEqualTo(503);
    gate.countDown();
    rig.awaitStats(stats -> assertThat(stats.delivered()).isOne());

    assertThat(rig.status(rig.request("1"))).isEqualTo(204);
    assertThat(rig.status(rig.request("1"))).isEqualTo(204);
    assertThat(rig.eventIds()).containsExactly("1");
  }

  @Test
  void theSampleOfTheDocumentationIsSurvived() throws Exception {
    rig.start();
    String sample =
        """
        {
          "message": {
            "attributes": {"event-type": "DEVICE_OTA_STARTED"},
            "data": "aGVsbG9fd29ybGQ=",
            "messageId": "2070443601311540",
            "message_id": "2070443601311540",
            "publishTime": "2021-02-26T19:13:55.749Z",
            "publish_time": "2021-02-26T19:13:55.749Z"
          },
          "subscription": "projects/osf-prod/subscriptions/mysubscription"
        }
        """;
    assertThat(rig.status(rig.request("1").body(sample.getBytes(UTF_8)))).isEqualTo(204);
    assertThat(rig.deadLetters).extracting(letter -> letter.raw().utf8()).containsExactly(sample);
    assertThat(rig.status(rig.request("1"))).isEqualTo(204);
  }

  // Bytes, where a well-behaved client is of no use.

  private Socket connect() throws Exception {
    return new Socket(InetAddress.getLoopbackAddress(), rig.endpoint().getPort());
  }

  private static String head(String headers) {
    return "POST /foundries HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n\r\n";
  }

  private static void write(Socket socket, String text) throws Exception {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(ISO_8859_1));
    out.flush();
  }
}
