package dev.infraevents.websocket.garm;

import static dev.infraevents.websocket.garm.GarmTests.QUICK;
import static dev.infraevents.websocket.garm.GarmTests.proxy;
import static dev.infraevents.websocket.garm.GarmTests.source;
import static dev.infraevents.websocket.garm.GarmTests.virtual;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.infraevents.AuthenticationException;
import dev.infraevents.Backoff;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.SourceSignal.Connected;
import dev.infraevents.SourceSignal.CredentialsRefreshed;
import dev.infraevents.SourceSignal.Disconnected;
import dev.infraevents.SourceSignal.GapPossible;
import dev.infraevents.Subscription;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class GarmTokenTest {

  private final Received received = new Received();

  @Test
  void theConnectionIsRenewedBeforeTheTokenExpiresAndNothingIsLostOrDoubled() {
    var time = new VirtualTime();
    // Pings are virtual too, so silence must not be mistaken for death while hours pass.
    var patient = ConnectionOptions.builder().ping(Duration.ofDays(2), Duration.ofDays(2)).build();
    try (var server =
            FakeGarm.builder()
                .clock(time.clock())
                .scheduler(time)
                .pingInterval(Duration.ofDays(2))
                .tokenTimeToLive(Duration.ofHours(24))
                .start();
        var source = source(server).connection(patient).timeSource(virtual(time)).build();
        Subscription subscription = source.subscribe(received)) {
      server.awaitFilter(Received.PATIENCE);
      server.emit("proxy", "create", proxy("1"));
      received.awaitSubject("1");

      time.advance(Duration.ofHours(23).plusMinutes(54));
      assertThat(server.connections()).hasSize(1);
      time.advance(Duration.ofMinutes(2));
      received.awaitSignals(Connected.class, 2);
      server.awaitConnections(2, Received.PATIENCE).forEach(c -> c.awaitFilter(Received.PATIENCE));
      server.emit("proxy", "update", proxy("2")); // both connections bring it
      received.awaitSubject("2");
      server.emit("proxy", "update", proxy("3"));
      received.awaitSubject("3");
      // The copies come in real time: only then may the overlap end in virtual time.
      await().atMost(Received.PATIENCE).until(() -> subscription.stats().deduplicated() == 2);

      time.advance(Duration.ofSeconds(11));
      server.connections().get(0).awaitClosed(Received.PATIENCE);
      server.emit("proxy", "update", proxy("4"));
      received.awaitSubject("4");

      assertThat(received.subjects()).containsExactly("1", "2", "3", "4");
      assertThat(received.signals(Disconnected.class)).isEmpty();
      assertThat(received.signals(GapPossible.class)).isEmpty();
      assertThat(received.signals(CredentialsRefreshed.class)).hasSize(1);
      subscription.close();
      assertThat(subscription.stats().balances()).isTrue();
    }
  }

  @Test
  void expiryOnTheServerIsHealedByOneNewLogin() {
    try (var server = FakeGarm.start();
        var source = source(server).connection(QUICK).build();
        Subscription subscription = source.subscribe(received)) {
      server.awaitFilter(Received.PATIENCE);
      server.inject(Fault.expireToken());
      received.awaitSignals(Connected.class, 2);
      server.awaitFilter(Received.PATIENCE);
      server.emit("proxy", "create", proxy("1"));
      received.awaitSubject("1");

      received.awaitSignal(GapPossible.class);
      received.awaitSignal(CredentialsRefreshed.class);
      assertThat(server.logins()).isEqualTo(2);
      subscription.close();
      assertThat(subscription.stats().balances()).isTrue();
    }
  }

  @Test
  void aReadyTokenThatExpiresEndsTheSubscriptionWithAClearError() {
    var time = new VirtualTime();
    var patient =
        ConnectionOptions.builder()
            .ping(Duration.ofDays(2), Duration.ofDays(2))
            .backoff(new Backoff(Duration.ofMillis(1), Duration.ofMillis(20)))
            .build();
    try (var server =
            FakeGarm.builder()
                .clock(time.clock())
                .scheduler(time)
                .pingInterval(Duration.ofDays(2))
                .start();
        var source =
            source(server)
                .credentials(
                    GarmCredentials.token(
                        server.token().expiresAt(time.clock().instant().plusSeconds(3600)).mint()))
                .connection(patient)
                .timeSource(virtual(time))
                .build();
        Subscription subscription = source.subscribe(received)) {
      var connection = server.awaitFilter(Received.PATIENCE);
      // The server has the filter before the client calls itself connected, and its limit for that
      // is one of virtual time.
      received.awaitSignal(Connected.class);
      time.advance(Duration.ofHours(1));
      connection.awaitClosed(Received.PATIENCE);
      received.awaitSignal(Disconnected.class);
      // An attempt to renew may still be on its way, and fails first; each pause is virtual.
      await()
          .atMost(Received.PATIENCE)
          .pollInterval(Duration.ofMillis(5))
          .until(
              () -> {
                time.advance(Duration.ofMillis(20));
                return subscription.completion().toCompletableFuture().isDone();
              });
      assertThatThrownBy(() -> subscription.completion().toCompletableFuture().join())
          .hasCauseInstanceOf(AuthenticationException.class)
          .hasMessageContaining("the token expired at");
      assertThat(received.signals(Disconnected.class).get(0).cause())
          .hasMessageContaining("its token expired");
    }
  }

  @Test
  void aChangedPasswordDoesNotDisturbAnOpenConnection() {
    try (var server = FakeGarm.start();
        var source = source(server).connection(QUICK).build();
        Subscription subscription = source.subscribe(received)) {
      server.awaitFilter(Received.PATIENCE);
      server.changePassword(server.username(), "another-secret");
      server.emit("proxy", "create", proxy("1"));
      received.awaitSubject("1");

      server.inject(Fault.reset());
      assertThatThrownBy(() -> subscription.completion().toCompletableFuture().join())
          .hasCauseInstanceOf(AuthenticationException.class)
          .hasMessageContaining("wrong user name or password");
    }
  }
}
