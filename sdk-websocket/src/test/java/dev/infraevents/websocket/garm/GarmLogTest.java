package dev.infraevents.websocket.garm;

import static dev.infraevents.websocket.garm.GarmTests.QUICK;
import static dev.infraevents.websocket.garm.GarmTests.logs;
import static dev.infraevents.websocket.garm.GarmTests.virtual;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.infraevents.AuthenticationException;
import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.EventFilter;
import dev.infraevents.HandshakeException;
import dev.infraevents.SourceException;
import dev.infraevents.SourceSignal.Connected;
import dev.infraevents.SourceSignal.Disconnected;
import dev.infraevents.SourceSignal.GapPossible;
import dev.infraevents.Subscription;
import dev.infraevents.TransportException;
import dev.infraevents.garm.Garm;
import dev.infraevents.garm.LogLevel;
import dev.infraevents.garm.LogLine;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.garm.GarmConnection;
import dev.infraevents.testkit.garm.GarmVersion;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class GarmLogTest {

  private static final Duration PATIENCE = ReceivedEvents.PATIENCE;

  private final ReceivedEvents<LogLine> received = new ReceivedEvents<>();

  private static GarmConnection connection(FakeGarm server, int n) {
    return server.logs().awaitConnections(n, PATIENCE).get(n - 1);
  }

  private static void assertLeftWithACloseFrame(GarmConnection connection) {
    connection.awaitClosed(PATIENCE);
    assertThat(connection.closeCode()).hasValue(1000);
  }

  private List<String> messages() {
    return received.events().stream().map(event -> event.payload().message()).toList();
  }

  private <E extends SourceException> E failure(GarmLogSource.Builder builder, Class<E> kind) {
    try (var source = builder.connection(QUICK).build();
        Subscription subscription = source.subscribe(received)) {
      var thrown =
          catchThrowableOfType(
              CompletionException.class,
              () -> subscription.completion().toCompletableFuture().join());
      return kind.cast(thrown.getCause());
    }
  }

  @ParameterizedTest
  @EnumSource
  void linesOfEachVersionArriveTyped(GarmVersion version) {
    try (var server = FakeGarm.builder().version(version).start();
        var source = logs(server).build();
        Subscription subscription = source.subscribe(received)) {
      GarmConnection connection = connection(server, 1);
      received.awaitSignal(Connected.class);
      server.log("WARN", "no \"pool\" a=b");
      server.logs().send("panic: oh");
      received.awaitEvents(2);

      Event<LogLine> event = received.events().get(0);
      assertThat(event.type()).isEqualTo(Garm.LOG);
      assertThat(event.source()).hasToString(server.url());
      assertThat(event.payload().message()).isEqualTo("no \"pool\" a=b");
      assertThat(event.payload().level().is(LogLevel.WARN)).isTrue();
      assertThat(event.time()).isNotNull().isEqualTo(event.payload().time());
      assertThat(messages()).endsWith("panic: oh");
      assertThat(connection.request().path()).isEqualTo("/api/v1/ws/logs");
      assertThat(source).hasToString("GarmLogSource[" + server.url() + "]");
      subscription.close();
      assertThat(subscription.stats().balances()).isTrue();
    }
  }

  @Test
  void linesAreFilteredByLevelHere() {
    var errors =
        DeliveryOptions.builder().filter(EventFilter.attribute(Garm.LEVEL, "ERROR")).build();
    try (var server = FakeGarm.start();
        var source = logs(server).build();
        Subscription subscription = source.subscribe(received, errors)) {
      received.awaitSignal(Connected.class);
      server.log("INFO", "fine");
      server.log("ERROR", "broken");
      received.awaitEvents(1);
      assertThat(messages()).containsExactly("broken");
      subscription.close();
      assertThat(subscription.stats().filtered()).isEqualTo(1);
    }
  }

  @Test
  void aDisabledStreamerFailsAtOnceAndSaysHowToEnableIt() {
    try (var server = FakeGarm.builder().logStreamer(false).start()) {
      var error = failure(logs(server), HandshakeException.class);
      assertThat(error.status()).isEqualTo(400);
      assertThat(error.isRetryable()).isFalse();
      assertThat(error)
          .hasMessageContaining("log streamer is disabled")
          .hasMessageContaining("enable_log_streamer = true")
          .hasMessageNotContaining("proxy");
    }
  }

  @Test
  void aStreamerThatWasDisabledMeanwhileFailsToo() {
    try (var server = FakeGarm.start();
        var source = logs(server).connection(QUICK).build();
        Subscription subscription = source.subscribe(received)) {
      received.awaitSignal(Connected.class);
      server.inject(
          Fault.refuseUpgrade(
              400,
              "application/json",
              "{\"error\":\"Bad Request\",\"details\":\"log streamer is disabled\"}\n"));
      connection(server, 1).close(1000, "");
      assertThatThrownBy(() -> subscription.completion().toCompletableFuture().join())
          .hasCauseInstanceOf(HandshakeException.class);
    }
  }

  @Test
  void theGuardsAreThoseOfTheEvents() {
    try (var server = FakeGarm.builder().user("bob", "bobs-secret").start()) {
      var bob = GarmCredentials.password("bob", "bobs-secret");
      assertThat(failure(logs(server).credentials(bob), AuthenticationException.class))
          .hasMessageContaining("no admin");
      var endless = GarmCredentials.token(server.token().withoutExpiry().mint());
      assertThat(failure(logs(server).credentials(endless), AuthenticationException.class))
          .hasMessageContaining("no expiry");
    }
  }

  @Test
  void aBareCloseIsARestart() {
    try (var server = FakeGarm.start();
        var source = logs(server).connection(QUICK).build();
        Subscription subscription = source.subscribe(received)) {
      for (int i = 1; i <= 4; i++) { // as early as a rejected filter would be
        received.awaitSignals(Connected.class, i);
        connection(server, i).close(1000, "");
        assertThat(received.awaitSignals(Disconnected.class, i).get(i - 1).cause())
            .isInstanceOf(TransportException.class)
            .hasMessageContaining("probably restarting");
      }
      received.awaitSignals(Connected.class, 5);
      received.awaitSignal(GapPossible.class);
      server.log("INFO", "back");
      received.awaitEvents(1);
      assertThat(subscription.stats().received()).isEqualTo(1);
    }
  }

  @Test
  void missingSettingsFailWhereTheyAreGiven() {
    assertThat(catchThrowableOfType(ConfigurationException.class, GarmLogSource.builder()::build))
        .isNotNull();
    assertThat(
            catchThrowableOfType(ConfigurationException.class, GarmMetricsSource.builder()::build))
        .isNotNull();
  }

  // An abrupt end can crash a server of the 0.1 line.

  @Test
  void closesWithACloseFrame() {
    try (var server = FakeGarm.builder().version(GarmVersion.V0_1_5).start();
        var source = logs(server).build();
        Subscription subscription = source.subscribe(received)) {
      received.awaitSignal(Connected.class);
      subscription.close();
      assertLeftWithACloseFrame(connection(server, 1));
    }
  }

  @Test
  void closesWithACloseFrameFromAHandler() {
    var open = new CompletableFuture<Subscription>();
    try (var server = FakeGarm.builder().version(GarmVersion.V0_1_5).start();
        var source = logs(server).build();
        Subscription subscription = source.subscribe((event, delivery) -> open.get().close())) {
      open.complete(subscription);
      connection(server, 1);
      server.logs().send("level=INFO msg=end");
      subscription.completion().toCompletableFuture().join();
      assertLeftWithACloseFrame(connection(server, 1));
    }
  }

  @Test
  void closesWithACloseFrameWhenTheSourceIsClosedUnderLoad() throws InterruptedException {
    try (var server = FakeGarm.builder().version(GarmVersion.V0_1_5).start();
        var source = logs(server).build();
        Subscription first = source.subscribe(received);
        Subscription second = source.subscribe(received)) {
      assertThat(first.awaitStreaming(PATIENCE) && second.awaitStreaming(PATIENCE)).isTrue();
      for (int i = 0; i < 50; i++) {
        server.log("INFO", "line " + i);
      }
      source.close();
      assertLeftWithACloseFrame(connection(server, 1));
      assertLeftWithACloseFrame(connection(server, 2));
    }
  }

  @Test
  void closesWithACloseFrameWhatTheServerHasAcceptedMeanwhile() throws InterruptedException {
    var gate = new CountDownLatch(1);
    var slow =
        new OkHttpClient.Builder()
            .addInterceptor(
                chain -> {
                  Response response = chain.proceed(chain.request());
                  pass(gate, response);
                  return response;
                })
            .build();
    try (var server = FakeGarm.builder().version(GarmVersion.V0_1_5).start();
        var source = logs(server).httpClient(slow).build();
        Subscription subscription = source.subscribe(received)) {
      GarmConnection connection = connection(server, 1); // upgraded there, and not yet here
      subscription.close();
      gate.countDown();
      assertLeftWithACloseFrame(connection);
    } finally {
      gate.countDown();
    }
  }

  private static void pass(CountDownLatch gate, Response response) {
    try {
      if (response.code() == 101) {
        gate.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aRenewedConnectionEndsWithACloseFrameAndEachLineComesOnce() {
    var time = new VirtualTime();
    // Pings are virtual too, so silence must not be mistaken for death while hours pass.
    var patient = ConnectionOptions.builder().ping(Duration.ofDays(2), Duration.ofDays(2)).build();
    try (var server =
            FakeGarm.builder()
                .clock(time.clock())
                .scheduler(time)
                .pingInterval(Duration.ofDays(2))
                .pongWait(Duration.ofDays(2))
                .tokenTimeToLive(Duration.ofHours(24))
                .start();
        var source = logs(server).connection(patient).timeSource(virtual(time)).build();
        Subscription subscription = source.subscribe(received)) {
      received.awaitSignal(Connected.class);
      server.log("INFO", "1");
      received.awaitEvents(1);
      time.advance(Duration.ofHours(23).plusMinutes(56));
      received.awaitSignals(Connected.class, 2);
      assertThat(server.log("INFO", "2")).isEqualTo(2);
      received.awaitEvents(2);
      // The copies come in real time: only then may the overlap end in virtual time.
      await().atMost(PATIENCE).until(() -> subscription.stats().deduplicated() == 1);
      time.advance(Duration.ofSeconds(12)); // the overlap goes on for a while after that
      assertLeftWithACloseFrame(connection(server, 1));
      server.log("INFO", "3");
      received.awaitEvents(3);

      assertThat(messages()).containsExactly("1", "2", "3");
      assertThat(received.signals(GapPossible.class)).isEmpty();
      subscription.close();
      assertLeftWithACloseFrame(connection(server, 2));
      assertThat(subscription.stats().balances()).isTrue();
    }
  }
}
