package dev.infraevents.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.AuthenticationException;
import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.DecodingException;
import dev.infraevents.HandlerException;
import dev.infraevents.HandshakeException;
import dev.infraevents.IncompleteStreamException;
import dev.infraevents.OverflowException;
import dev.infraevents.ProtocolException;
import dev.infraevents.RequestException;
import dev.infraevents.RpcException;
import dev.infraevents.SourceException;
import dev.infraevents.SourceState;
import dev.infraevents.Token;
import dev.infraevents.TransportException;
import dev.infraevents.testing.connection.FakeConnection;
import dev.infraevents.testing.connection.SupervisorRig;
import dev.infraevents.testkit.junit.LeakCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class ReconnectTest {

  private final SupervisorRig rig = new SupervisorRig();

  @ParameterizedTest
  @CsvSource({"0,0,0,0", "0.5,125,250,500", "0.999,249.75,499.5,999"})
  void waitsAreDrawnFromZeroToADoublingCeiling(
      double random, double first, double second, double third) {
    rig.random = random;
    rig.start();

    for (double expected : new double[] {first, second, third}) {
      rig.connection().breaks();
      assertThat(rig.state()).isEqualTo(SourceState.BACKING_OFF);
      assertThat(rig.wait(rig.status()))
          .isEqualTo(Duration.ofNanos(Math.round(expected * 1_000_000)));
      rig.reconnects();
    }
  }

  @Test
  void waitsAreCappedAtThirtySeconds() {
    rig.start();
    for (int i = 0; i < 50; i++) {
      rig.connection().breaks();
      assertThat(rig.wait(rig.status())).isLessThan(Duration.ofSeconds(30));
      rig.reconnects();
    }
    rig.connection().breaks();
    assertThat(rig.wait(rig.status())).isEqualTo(Duration.ofMillis(29_970));
    assertThat(rig.status().attempt()).isEqualTo(51);
  }

  @Test
  void neverGivesUpByDefault() {
    rig.start();
    for (int i = 0; i < 2_000; i++) {
      rig.connection().breaks();
      rig.reconnects();
    }
    assertThat(rig.state()).isEqualTo(SourceState.CONNECTING);
    assertThat(rig.ends).isEmpty();
  }

  @Test
  void aServerThatAcceptsAndDropsIsNotHammered() {
    rig.start();
    List<Duration> waits = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      rig.connection().streams();
      rig.passes(Duration.ofSeconds(20));
      rig.connection().showsLife();
      rig.connection().breaks();
      waits.add(rig.wait(rig.status()));
      rig.reconnects();
    }
    assertThat(waits).isSorted().doesNotHaveDuplicates();
    assertThat(rig.status().attempt()).isEqualTo(4);
  }

  @Test
  void failuresAreCountedFromOneAgainOnlyAfterSixtySecondsOfHealth() {
    rig.start();
    rig.connection().breaks();
    rig.reconnects().breaks();
    rig.reconnects().streams();
    rig.passes(Duration.ofSeconds(29));
    rig.connection().showsLife();
    rig.passes(Duration.ofSeconds(29));
    rig.connection().showsLife();
    rig.passes(Duration.ofMillis(1_999));
    assertThat(rig.status().attempt()).isEqualTo(2);

    rig.passes(Duration.ofMillis(1));
    assertThat(rig.status().attempt()).isZero();
    rig.connection().breaks();
    assertThat(rig.status().attempt()).isEqualTo(1);
  }

  @Test
  void healthOfAConnectionThatBrokeCountsForNothing() {
    rig.start();
    rig.connection().streams();
    rig.passes(Duration.ofSeconds(25));
    rig.connection().breaks();
    rig.reconnects().streams();
    for (int i = 0; i < 3; i++) {
      rig.passes(Duration.ofSeconds(19));
      rig.connection().showsLife();
    }
    assertThat(rig.status().attempt()).isEqualTo(1);
  }

  @Test
  void aLongerRetryAfterIsHonoured() {
    rig.start();
    rig.connection().fails(refusal(503, Duration.ofSeconds(90)));
    assertThat(rig.wait(rig.status())).isEqualTo(Duration.ofSeconds(90));
    rig.passes(Duration.ofMillis(89_999));
    assertThat(rig.transport.attempts()).isEqualTo(1);
    rig.passes(Duration.ofMillis(1));
    assertThat(rig.transport.attempts()).isEqualTo(2);
  }

  @Test
  void aShorterRetryAfterDoesNotShortenTheBackoff() {
    rig.start();
    rig.connection().fails(refusal(503, Duration.ofMillis(1)));
    assertThat(rig.wait(rig.status())).isGreaterThan(Duration.ofMillis(200));
  }

  @ParameterizedTest
  @ValueSource(longs = {100_000, 99_999_999_999_999L, Long.MAX_VALUE})
  void anAbsurdRetryAfterIsADayAtMost(long seconds) {
    rig.start();
    rig.connection().fails(refusal(429, Duration.ofSeconds(seconds)));
    assertThat(rig.wait(rig.status())).isEqualTo(Duration.ofDays(1));
  }

  @Test
  void oneAttemptAtATime() {
    rig.start();
    FakeConnection first = rig.connection();
    first.breaks();
    first.breaks();
    first.fails(refusal(503, null));
    assertThat(rig.status().attempt()).isEqualTo(1);
    rig.passes(Duration.ofSeconds(10));
    assertThat(rig.transport.attempts()).isEqualTo(2);
    assertThat(first.isClosed()).isTrue();
  }

  static Stream<Arguments> everySourceException() {
    return Stream.of(
        Arguments.of(new TransportException("t", null), true),
        Arguments.of(new HandshakeException("h", true, 503, Map.of(), "", null), true),
        Arguments.of(new HandshakeException("h", false, 409, Map.of(), "", null), false),
        Arguments.of(request(true, 503), true),
        Arguments.of(request(false, 400), false),
        Arguments.of(new RpcException("r", "UNAVAILABLE", true, null, null), true),
        Arguments.of(new RpcException("r", "NOT_FOUND", false, null, null), false),
        Arguments.of(new IncompleteStreamException("i", null, null), false),
        Arguments.of(new AuthenticationException("a", 401, null), false),
        Arguments.of(new ProtocolException("p", null, true), true),
        Arguments.of(new ProtocolException("p", null, false), false),
        Arguments.of(new DecodingException("d", null), true),
        Arguments.of(new ConfigurationException("c", null), false),
        Arguments.of(new HandlerException("h", null), false),
        Arguments.of(new OverflowException("o", null), false));
  }

  private static RequestException request(boolean retryable, int status) {
    return new RequestException("r", retryable, status, "", "", Map.of(), "", null);
  }

  private static Stream<Class<?>> leaves(Class<?> type) {
    return type.isSealed()
        ? Arrays.stream(type.getPermittedSubclasses()).flatMap(ReconnectTest::leaves)
        : Stream.of(type);
  }

  @Test
  void theTableOfSourceExceptionsIsComplete() {
    List<String> covered =
        everySourceException().map(row -> row.get()[0].getClass().getName()).distinct().toList();
    List<String> all = leaves(SourceException.class).map(Class::getName).toList();
    assertThat(covered).containsExactlyInAnyOrderElementsOf(all);
  }

  @ParameterizedTest
  @MethodSource("everySourceException")
  void permanentFailuresEndTheSubscriptionAndAllOthersAreRetried(
      SourceException cause, boolean retried) {
    rig.start();
    rig.connection().fails(cause);
    assertThat(rig.status().lastError()).isSameAs(cause);
    if (retried) {
      assertThat(rig.state()).isEqualTo(SourceState.BACKING_OFF);
      assertThat(rig.ends).isEmpty();
    } else {
      assertThat(rig.state()).isEqualTo(SourceState.DRAINING);
      assertThat(rig.ends).containsExactly(Optional.of(cause));
      rig.passes(Duration.ofDays(1));
      assertThat(rig.transport.attempts()).isEqualTo(1);
    }
  }

  @Test
  void aTransportThatThrowsAnythingIsRetried() {
    rig.transport.onOpen(
        connection -> {
          throw new NoClassDefFoundError("some/Library");
        });
    rig.start();
    assertThat(rig.state()).isEqualTo(SourceState.BACKING_OFF);
    assertThat(rig.status().lastError())
        .isInstanceOf(TransportException.class)
        .hasCauseInstanceOf(NoClassDefFoundError.class);
  }

  @Test
  void maxFailuresInARowEndTheSubscriptionWithTheLastError() {
    rig.options = ConnectionOptions.builder().maxFailures(3).build();
    rig.start();
    rig.connection().breaks();
    rig.reconnects().breaks();
    var last = new TransportException("the third", null);
    rig.reconnects().fails(last);
    assertThat(rig.ends).containsExactly(Optional.of(last));
    assertThat(rig.status().attempt()).isEqualTo(3);
  }

  @Test
  void aServerThatStreamsAndThenRefusesTheTokenIsNotHammered() {
    rig.tokens = () -> Token.of("token-" + rig.transport.attempts());
    rig.transport.withTokens();
    rig.start();
    for (int i = 0; i < 10; i++) {
      rig.connection().streams().fails(new AuthenticationException("expired", 401, null));
      assertThat(rig.state()).isEqualTo(SourceState.BACKING_OFF);
      assertThat(rig.status().attempt()).isEqualTo(i + 1);
      assertThat(rig.wait(rig.status())).isPositive();
      rig.reconnects();
    }
  }

  private static SourceException refusal(int status, Duration retryAfter) {
    return new HandshakeException("not now", true, status, Map.of(), "", retryAfter);
  }
}
