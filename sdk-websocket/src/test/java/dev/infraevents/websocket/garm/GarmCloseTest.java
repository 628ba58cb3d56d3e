package dev.infraevents.websocket.garm;

import static dev.infraevents.websocket.garm.GarmTests.QUICK;
import static dev.infraevents.websocket.garm.GarmTests.connection;
import static dev.infraevents.websocket.garm.GarmTests.source;
import static dev.infraevents.websocket.garm.GarmTests.virtual;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.infraevents.ConfigurationException;
import dev.infraevents.ProtocolException;
import dev.infraevents.SourceSignal.Connected;
import dev.infraevents.SourceSignal.Disconnected;
import dev.infraevents.SourceSignal.FilterRefused;
import dev.infraevents.SourceState;
import dev.infraevents.Subscription;
import dev.infraevents.Token;
import dev.infraevents.TransportException;
import dev.infraevents.garm.Garm;
import dev.infraevents.garm.GarmFilter;
import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.garm.GarmConnection;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** GARM's bare close: only the circumstances tell what it means. */
@ExtendWith(LeakCheck.class)
class GarmCloseTest {

  private final Received received = new Received();
  private final VirtualTime time = new VirtualTime();

  /** A source whose filter a server could reject; its clock stands still unless a test moves it. */
  private GarmEventSource.Builder pools(FakeGarm server) {
    return source(server)
        .filter(GarmFilter.builder().on(Garm.POOL).build())
        .connection(QUICK)
        .timeSource(virtual(time));
  }

  @Test
  void aFilterThatIsRefusedAgainAndAgainIsEvaluatedHere() {
    try (var server = FakeGarm.start();
        var source = pools(server).build();
        Subscription subscription = source.subscribe(received)) {
      for (int i = 1; i <= 3; i++) {
        connection(server, i).close(1000, "");
        received.awaitSignals(Disconnected.class, i);
        time.advance(Duration.ofSeconds(1));
      }
      var refused = received.awaitSignal(FilterRefused.class);
      assertThat(refused.filter()).contains("\"entity-type\":\"pool\"");
      assertThat(refused.reason()).contains("refuses the filter").contains("3 times");
      GarmConnection open = connection(server, 4);
      assertThat(open.filters()).containsExactly("{\"send-everything\":true}");
      server.emit("proxy", "create", "{\"id\":1}");
      server.emit("pool", "create", "{\"id\":\"p\"}");
      received.awaitSubject("p");
      assertThat(received.subjects()).containsExactly("p");
      subscription.close();
      assertThat(subscription.stats().filtered()).isEqualTo(1);
      assertThat(subscription.stats().balances()).isTrue();
    }
  }

  @Test
  void anEarlyRestartIsNotTakenForARejection() {
    try (var server = FakeGarm.start();
        var source = pools(server).build();
        Subscription subscription = source.subscribe(received)) {
      connection(server, 1).close(1000, "");
      received.awaitSignal(Disconnected.class);
      time.advance(Duration.ofSeconds(1));
      connection(server, 2);
      server.emit("pool", "create", "{\"id\":\"p\"}");
      received.awaitSubject("p");
      assertThat(subscription.status().state()).isEqualTo(SourceState.STREAMING);
    }
  }

  @Test
  void earlyClosesLongApartAreNotTakenForARejection() {
    try (var server = FakeGarm.start();
        var source = pools(server).build();
        Subscription subscription = source.subscribe(received)) {
      for (int i = 1; i <= 6; i++) {
        GarmConnection connection = connection(server, i);
        received.awaitSignals(Connected.class, i);
        boolean early = i % 2 == 1;
        if (!early) {
          time.advance(Duration.ofSeconds(4)); // quiet, but the filter stands
        }
        connection.close(1000, "");
        received.awaitSignals(Disconnected.class, i);
        time.advance(Duration.ofSeconds(1)); // past the backoff, not to a deadline
      }
      connection(server, 7);
      assertThat(subscription.status().state()).isNotEqualTo(SourceState.FAILED);
    }
  }

  @Test
  void aProviderThatDoesNotKnowTheExpiryIsNotBlamedForAnEarlyRestart() {
    try (var server = FakeGarm.start()) {
      var opaque =
          GarmCredentials.provider(
              () -> Token.of(server.token().expiresAt(Instant.now().plusSeconds(9_000)).mint()));
      try (var source = pools(server).credentials(opaque).build();
          Subscription subscription = source.subscribe(received)) {
        connection(server, 1).close(1000, "");
        received.awaitSignal(Disconnected.class);
        time.advance(Duration.ofSeconds(1));
        connection(server, 2);
        assertThat(received.awaitSignal(Disconnected.class).cause())
            .isInstanceOf(TransportException.class);
        assertThat(subscription.status().state()).isNotEqualTo(SourceState.FAILED);
      }
    }
  }

  @Test
  void closeCodesAreToldApart() {
    try (var server = FakeGarm.start();
        var source = source(server).connection(QUICK).build();
        Subscription subscription = source.subscribe(received)) {
      server.awaitFilter(Received.PATIENCE).close(1002, "bad MASK");
      received.awaitSignals(Disconnected.class, 1);
      assertThat(received.signals(Disconnected.class).get(0).cause())
          .isInstanceOf(ProtocolException.class);
      connection(server, 2).close(1009, "");
      assertThatThrownBy(() -> subscription.completion().toCompletableFuture().join())
          .hasCauseInstanceOf(ConfigurationException.class)
          .hasMessageContaining("1009");
    }
  }
}
