package dev.infraevents.pubsub;

import static dev.infraevents.pubsub.PullQueue.PATIENCE;
import static dev.infraevents.pubsub.PullQueue.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.TlsOptions;
import dev.infraevents.TransportException;
import dev.infraevents.testkit.ReceivedCall;
import dev.infraevents.testkit.TlsFiles;
import dev.infraevents.testkit.internal.tcp.TunnelProxy;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.pubsub.FakePubSub;
import dev.infraevents.testkit.pubsub.FakePubSubBuilder;
import io.grpc.Status;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** TLS, proxies, headers, and which server is meant. */
@ExtendWith(LeakCheck.class)
class FoundriesPullConnectionTest {

  @TempDir private Path directory;

  @Test
  void aPrivateAuthorityIsTrustedIfItIsGiven() {
    try (var queue = PullQueue.start(secured());
        var source = secured(queue, trusting(queue).build());
        var subscription = source.subscribe((event, delivery) -> {})) {
      queue.emit("device-1");
      queue.awaitAcked(1);
      assertThat(queue.pubsub().calls())
          .allSatisfy(
              call ->
                  assertThat(call.header("authorization"))
                      .hasValue("Bearer " + queue.pubsub().token()));
      assertThat(subscription.stats().delivered()).isEqualTo(1);
    }
  }

  @Test
  void aServerThatIsNotTrustedIsAMatterOfConfiguration() {
    try (var queue = PullQueue.start(secured());
        var source = builder(queue).connection(PullQueue.QUICK).build();
        var subscription = source.subscribe((event, delivery) -> {})) {
      assertThat(failure(subscription))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("certificate that is not trusted")
          .hasMessageContaining("ConnectionOptions.tls");
      assertThat(queue.pubsub().calls()).isEmpty();
    }
  }

  @Test
  void aClientCertificateIsShown() {
    try (var queue = PullQueue.start(secured().demandCertificate())) {
      TlsFiles files = queue.pubsub().tls();
      TlsOptions tls = trusting(queue).clientCertificate(files.certificate(), files.key()).build();
      try (var source = secured(queue, tls);
          var subscription = source.subscribe((event, delivery) -> {})) {
        queue.emit("device-1");
        queue.awaitAcked(1);
        assertThat(queue.pubsub().calls())
            .extracting(ReceivedCall::certificate)
            .allSatisfy(subject -> assertThat(subject).hasValue(TlsFiles.CLIENT));
        assertThat(subscription.stats().delivered()).isEqualTo(1);
      }
    }
  }

  @Test
  void everythingGoesThroughTheProxyEvenTheNameOfTheServer() throws Exception {
    try (var queue = PullQueue.start();
        var proxy = new TunnelProxy();
        var source =
            queue
                .source()
                .emulator("pubsub.invalid:" + port(queue))
                .connection(PullQueue.QUICK.toBuilder().proxy(proxy.address()).build())
                .build();
        var subscription = source.subscribe((event, delivery) -> {})) {
      queue.emit("device-1");
      queue.awaitAcked(1);
      assertThat(proxy.tunnels()).isEqualTo(1);
      assertThat(subscription.stats().delivered()).isEqualTo(1);
    }
  }

  @Test
  void aProxyThatRefusesIsToldAndTriedAgain() throws Exception {
    try (var queue = PullQueue.start();
        var proxy = new TunnelProxy()) {
      proxy.refuseWith("503 Busy");
      try (var source =
              queue
                  .source()
                  .connection(PullQueue.QUICK.toBuilder().proxy(proxy.address()).build())
                  .build();
          var subscription = source.subscribe((event, delivery) -> {})) {
        await().atMost(PATIENCE).until(() -> subscription.status().attempt() > 1);
        assertThat(subscription.status().lastError())
            .isInstanceOf(TransportException.class)
            .hasMessageContaining("503");
      }
    }
  }

  @Test
  void extraHeadersGoWithEveryCallAndNotIntoErrors() {
    ConnectionOptions options =
        PullQueue.QUICK.toBuilder().header("X-Route", "blue").header("X-Key", "s3cret").build();
    try (var queue = PullQueue.start();
        var source = queue.source().connection(options).build();
        var subscription = source.subscribe((event, delivery) -> {})) {
      queue.emit("device-1");
      queue.awaitAcked(1);
      assertThat(queue.pubsub().calls())
          .allSatisfy(
              call -> {
                assertThat(call.header("x-route")).hasValue("blue");
                assertThat(call.header("x-key")).hasValue("s3cret");
              });
      queue.subscription().endStreams(Status.NOT_FOUND.withDescription("nothing for s3cret"));
      assertThat(failure(subscription)).hasMessageNotContaining("s3cret");
    }
  }

  @Test
  void theEnvironmentNamesAnEmulator() {
    try (var queue = PullQueue.start();
        var source =
            new FoundriesPullSource.Builder(
                    Map.of(Endpoint.EMULATOR_VARIABLE, queue.pubsub().emulatorHost()))
                .subscription(queue.pubsub().project(), "queue")
                .build();
        var subscription = source.subscribe((event, delivery) -> {})) {
      queue.emit("device-1");
      queue.awaitAcked(1);
      assertThat(queue.pubsub().calls())
          .allSatisfy(call -> assertThat(call.header("authorization")).isEmpty());
      assertThat(subscription.stats().delivered()).isEqualTo(1);
    }
  }

  @Test
  void whatTheBuilderSaysComesBeforeTheEnvironment() {
    try (var queue = PullQueue.start();
        var source =
            new FoundriesPullSource.Builder(Map.of(Endpoint.EMULATOR_VARIABLE, "pubsub.invalid:1"))
                .subscription(queue.pubsub().project(), "queue")
                .emulator(queue.pubsub().emulatorHost())
                .build();
        var subscription = source.subscribe((event, delivery) -> {})) {
      queue.emit("device-1");
      queue.awaitAcked(1);
      assertThat(subscription.stats().delivered()).isEqualTo(1);
    }
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() {
    try (var queue = PullQueue.start(secured())) {
      TlsOptions tls = trusting(queue).build();
      refused(
          builder()
              .emulator("localhost:8085")
              .connection(ConnectionOptions.builder().tls(tls).build()),
          "can not use TLS");
    }
    refused(FoundriesPullSource.builder(), "subscription(...)");
    refused(
        new FoundriesPullSource.Builder(Map.of(Endpoint.EMULATOR_VARIABLE, "http://a:1"))
            .subscription("osf-prod", "queue"),
        "PUBSUB_EMULATOR_HOST must be host:port");
    for (String name : List.of("trace-bin", "Grpc-Timeout")) {
      refused(
          builder().connection(ConnectionOptions.builder().header(name, "1").build()),
          "the header " + name);
    }
    for (String id : List.of("", "ab", "1abc", "goog-queue", "a/b", "a b", "x".repeat(256))) {
      assertThatExceptionOfType(ConfigurationException.class)
          .isThrownBy(() -> FoundriesPullSource.builder().subscription("osf-prod", id));
    }
    for (String project : List.of("", "Prod", "1prod", "a/b")) {
      assertThatExceptionOfType(ConfigurationException.class)
          .isThrownBy(() -> FoundriesPullSource.builder().subscription(project, "queue"));
    }
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> builder().maxLease(Duration.ofSeconds(9)))
        .withMessageContaining("from 10 s to 31 days");
  }

  private static void refused(FoundriesPullSource.Builder builder, String why) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(builder::build)
        .withMessageContaining(why);
  }

  private static FoundriesPullSource.Builder builder() {
    return FoundriesPullSource.builder().subscription("osf-prod", "queue");
  }

  private FakePubSubBuilder secured() {
    return FakePubSub.builder().demandToken().tls(directory);
  }

  private static FoundriesPullSource.Builder builder(PullQueue queue) {
    var token = new AccessToken(queue.pubsub().token(), Date.from(Instant.now().plusSeconds(3600)));
    return queue
        .source("queue")
        .endpoint(queue.pubsub().endpoint())
        .credentials(GoogleCredentials.create(token));
  }

  private static FoundriesPullSource secured(PullQueue queue, TlsOptions tls) {
    return builder(queue).connection(PullQueue.QUICK.toBuilder().tls(tls).build()).build();
  }

  private static TlsOptions.Builder trusting(PullQueue queue) {
    return TlsOptions.builder().trustedCertificates(queue.pubsub().tls().authority());
  }

  private static int port(PullQueue queue) {
    return URI.create(queue.pubsub().url()).getPort();
  }
}
