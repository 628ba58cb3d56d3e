package dev.infraevents.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.AuthenticationException;
import dev.infraevents.ConfigurationException;
import dev.infraevents.RequestException;
import dev.infraevents.SourceException;
import dev.infraevents.SourceSignal.CredentialsRefreshed;
import dev.infraevents.SourceState;
import dev.infraevents.Token;
import dev.infraevents.TokenProvider;
import dev.infraevents.TransportException;
import dev.infraevents.testing.connection.FakeConnection;
import dev.infraevents.testing.connection.SupervisorRig;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class TokenTest {

  private final AuthenticationException refused = new AuthenticationException("401", 401, null);

  private final SupervisorRig rig = new SupervisorRig();
  private int fetches;
  private Exception loginTrouble;
  private Duration life = Duration.ofHours(1);

  @BeforeEach
  void supplyTokens() {
    rig.tokens = this::login;
    rig.transport.withTokens();
  }

  private Token login() throws Exception {
    fetches++;
    if (loginTrouble != null) {
      throw loginTrouble;
    }
    return new Token("token-" + fetches, rig.now().plus(life));
  }

  private FakeConnection reconnect() {
    rig.connection().breaks();
    return rig.reconnects();
  }

  @Test
  void oneTokenIsUsedForManyConnections() {
    rig.start();
    for (int i = 0; i < 10; i++) {
      assertThat(reconnect().token()).isEqualTo("token-1");
    }
    assertThat(fetches).isEqualTo(1);
    assertThat(rig.signals(CredentialsRefreshed.class)).isEmpty();
  }

  @Test
  void aTokenIsReplacedFiveMinutesBeforeItExpires() {
    rig.random = 0.001;
    rig.start();
    rig.connection().streams();
    rig.keepsAliveFor(Duration.ofMinutes(55).minusSeconds(1));
    assertThat(reconnect().token()).isEqualTo("token-1");
    rig.connection().streams();
    rig.passes(Duration.ofSeconds(1));
    assertThat(reconnect().token()).isEqualTo("token-2");
    assertThat(rig.signals(CredentialsRefreshed.class))
        .singleElement()
        .satisfies(
            fresh -> assertThat(fresh.expiresAt()).isEqualTo(rig.now().plus(Duration.ofHours(1))));
  }

  @Test
  void aShortLivedTokenIsReplacedInTheLastFifthOfItsLife() {
    rig.random = 0.001;
    life = Duration.ofSeconds(50);
    rig.start();
    rig.connection().streams();
    rig.keepsAliveFor(Duration.ofSeconds(39));
    assertThat(reconnect().token()).isEqualTo("token-1");
    rig.connection().streams();
    rig.keepsAliveFor(Duration.ofSeconds(1));
    assertThat(reconnect().token()).isEqualTo("token-2");
  }

  @Test
  void aRefusedTokenIsReplacedAtOnceAndOnlyOnce() {
    rig.start();
    rig.connection().fails(refused);
    assertThat(rig.wait(rig.status())).isZero();
    assertThat(rig.reconnects().token()).isEqualTo("token-2");
    assertThat(rig.ends).isEmpty();

    rig.connection().fails(refused);
    assertThat(rig.ends).containsExactly(Optional.of(refused));
    assertThat(rig.state()).isEqualTo(SourceState.DRAINING);
  }

  @Test
  void theRefreshIsNotCountedAsAFailure() {
    rig.start();
    rig.connection().fails(refused);
    assertThat(rig.status().attempt()).isZero();
  }

  @Test
  void anotherTroubleInBetweenDoesNotAllowASecondRefresh() {
    rig.start();
    rig.connection().fails(refused);
    rig.reconnects();
    reconnect().fails(refused);
    assertThat(rig.ends).containsExactly(Optional.of(refused));
  }

  @Test
  void aTokenMayBeRefusedAgainAfterAConnectionWasMade() {
    rig.start();
    rig.connection().fails(refused);
    rig.reconnects().streams().fails(refused);
    assertThat(rig.ends).isEmpty();
    assertThat(rig.reconnects().token()).isEqualTo("token-3");
  }

  @Test
  void aRefusedLoginIsPermanentAtOnce() {
    var refusal = new AuthenticationException("wrong password", 401, null);
    loginTrouble = refusal;
    rig.start();
    assertThat(rig.ends).containsExactly(Optional.of(refusal));
    assertThat(fetches).isEqualTo(1);
  }

  @Test
  void aLoginThatIsOutOfReachIsTriedAgain() {
    loginTrouble = new IOException("no route to host");
    rig.start();
    assertThat(rig.state()).isEqualTo(SourceState.BACKING_OFF);
    assertThat(rig.status().lastError())
        .isInstanceOf(TransportException.class)
        .hasMessage("the token provider failed: java.io.IOException")
        .hasCause(loginTrouble);
    loginTrouble = null;
    assertThat(rig.reconnects().token()).isEqualTo("token-2");
  }

  @Test
  void aProviderWithoutATokenIsAskedAgain() {
    rig.tokens = () -> null;
    rig.start();
    assertThat(rig.status().lastError()).hasMessage("the token provider gave no token");
    assertThat(rig.state()).isEqualTo(SourceState.BACKING_OFF);
  }

  @Test
  void theRetryAfterOfTheLoginIsHonoured() {
    loginTrouble =
        new RequestException("busy", true, 429, "", "", Map.of(), "", Duration.ofMinutes(2));
    rig.start();
    assertThat(rig.wait(rig.status())).isEqualTo(Duration.ofMinutes(2));
  }

  @Test
  void theOldTokenIsUsedWhileItWorksAndTheLoginIsOutOfReach() {
    rig.random = 0.001;
    rig.start();
    rig.connection().streams();
    rig.keepsAliveFor(Duration.ofMinutes(57));
    for (Exception trouble :
        new Exception[] {
          new IOException("no route"),
          new RequestException("down", true, 503, "", "", Map.of(), "", null)
        }) {
      loginTrouble = trouble;
      assertThat(reconnect().token()).isEqualTo("token-1");
      rig.connection().streams();
    }
    rig.keepsAliveFor(Duration.ofMinutes(3));
    reconnect();
    assertThat(rig.state()).isEqualTo(SourceState.BACKING_OFF);
  }

  @Test
  void theOldTokenIsUsedWhileItWorksAndTheLoginHangs() throws Exception {
    rig.random = 0.001;
    rig.start();
    rig.connection().streams();
    rig.keepsAliveFor(Duration.ofMinutes(57));
    CountDownLatch hanging = new CountDownLatch(1);
    ExecutorService threads = Executors.newSingleThreadExecutor();
    rig.tokens =
        () -> {
          hanging.countDown();
          new CountDownLatch(1).await();
          return Token.of("never");
        };
    rig.connector = threads;
    rig.connection().breaks();
    rig.passes(rig.wait(rig.status()));
    hanging.await();
    rig.passes(Duration.ofSeconds(15)); // the attempt's deadline interrupts the provider
    threads.shutdown();
    assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    rig.connector = Runnable::run;
    assertThat(rig.reconnects().token()).isEqualTo("token-1");
  }

  @Test
  void aRefusedTokenIsNotUsedWhileTheLoginIsOutOfReach() {
    rig.start();
    loginTrouble = new IOException("no route");
    rig.connection().fails(refused);
    rig.reconnects();
    assertThat(rig.state()).isEqualTo(SourceState.BACKING_OFF);
    assertThat(rig.connection().token()).isEmpty();
    loginTrouble = null;
    assertThat(rig.reconnects().token()).isEqualTo("token-3");
  }

  @Test
  void aFixedTokenThatIsRefusedFailsWithClearWords() {
    rig.tokens = TokenProvider.fixed(Token.of("s3cret-token"));
    rig.start();
    rig.connection().fails(refused);
    rig.reconnects();
    SourceException end = rig.ends.get(0).orElseThrow();
    assertThat(end)
        .isInstanceOf(AuthenticationException.class)
        .hasCause(refused)
        .hasMessage(refused.getMessage() + "; the token provider gave the same token again");
    assertThat(rig.state()).isEqualTo(SourceState.DRAINING);
  }

  @Test
  void aRefusalIsPermanentWhereThereIsNoTokenToReplace() {
    rig.tokens = null;
    rig.transport.onOpen(connection -> {});
    rig.start();
    rig.connection().fails(refused);
    assertThat(rig.ends).containsExactly(Optional.of(refused));
  }

  @Test
  void aTransportThatWantsATokenWithoutAProviderFailsWithClearWords() {
    rig.tokens = null;
    rig.start();
    assertThat(rig.ends.get(0).orElseThrow())
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("no credentials are configured");
  }

  @Test
  void noTokenIsEverInASignalOrAStatus() {
    rig.tokens = TokenProvider.fixed(new Token("s3cret-token", rig.now().plusSeconds(60)));
    rig.start();
    rig.connection().streams().fails(refused);
    rig.reconnects();
    assertThat(rig.signals.toString()).isNotEmpty().doesNotContain("s3cret");
    assertThat(rig.status().toString()).doesNotContain("s3cret");
  }
}
