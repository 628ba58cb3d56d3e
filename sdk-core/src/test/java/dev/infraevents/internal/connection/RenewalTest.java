package dev.infraevents.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.AuthenticationException;
import dev.infraevents.SourceSignal.Connected;
import dev.infraevents.SourceSignal.Disconnected;
import dev.infraevents.SourceSignal.GapPossible;
import dev.infraevents.SourceState;
import dev.infraevents.Token;
import dev.infraevents.TokenProvider;
import dev.infraevents.testing.connection.FakeConnection;
import dev.infraevents.testing.connection.SupervisorRig;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class RenewalTest {

  private static final Duration OVERLAP = Duration.ofSeconds(5);

  private final SupervisorRig rig = new SupervisorRig();
  private int fetches;
  private Exception loginTrouble;
  private Duration life = Duration.ofHours(1);

  @BeforeEach
  void supplyTokens() {
    rig.transport.withTokensThatEndConnections();
    rig.tokens = this::login;
  }

  private Token login() throws Exception {
    fetches++;
    if (loginTrouble != null) {
      throw loginTrouble;
    }
    return new Token("token-" + fetches, rig.now().plus(life));
  }

  private FakeConnection streamingUntilRenewal() {
    rig.start();
    FakeConnection old = rig.connection().streams();
    rig.keepsAliveFor(Duration.ofMinutes(55));
    return old;
  }

  @Test
  void theSuccessorIsOpenedFiveMinutesBeforeTheTokenExpiresWhileTheCurrentOneStreams() {
    rig.start();
    FakeConnection old = rig.connection().streams();
    rig.keepsAliveFor(Duration.ofMinutes(55).minusMillis(1));
    assertThat(rig.transport.attempts()).isEqualTo(1);
    rig.passes(Duration.ofMillis(1));
    assertThat(rig.transport.attempts()).isEqualTo(2);
    assertThat(rig.connection().token()).isEqualTo("token-2");
    assertThat(rig.state()).isEqualTo(SourceState.STREAMING);
    old.sends("still here");
    assertThat(rig.events).containsExactly("still here");
  }

  @Test
  void aTransportThatIsNotBoundToItsTokenIsNotRenewed() {
    rig.transport.withTokensOnly();
    rig.start();
    rig.connection().streams();
    rig.keepsAliveFor(Duration.ofHours(3));
    assertThat(rig.transport.attempts()).isEqualTo(1);
  }

  @Test
  void aRenewalWithoutLossIsNoGapAndNoDisconnection() {
    FakeConnection old = streamingUntilRenewal();
    FakeConnection next = rig.connection().streams();
    old.showsLife();
    rig.passes(OVERLAP);
    assertThat(old.isClosed()).isTrue();
    assertThat(next.isClosed()).isFalse();
    assertThat(rig.state()).isEqualTo(SourceState.STREAMING);
    assertThat(rig.signalNames()).containsExactly("Connected", "CredentialsRefreshed", "Connected");
    assertThat(rig.signals(Connected.class).get(1).resumed()).isTrue();
    assertThat(rig.signals(Connected.class).get(1).epoch()).isEqualTo(2);
  }

  @Test
  void anEventOnBothConnectionsIsDeliveredOnceWhicheverBringsItFirst() {
    FakeConnection old = streamingUntilRenewal();
    FakeConnection next = rig.connection().streams();
    old.sends("a");
    next.sends("a");
    next.sends("b");
    old.sends("b");
    assertThat(rig.events).containsExactly("a", "b");
    assertThat(rig.stats().deduplicated()).isEqualTo(2);
    assertThat(rig.stats().balances()).isTrue();
  }

  @Test
  void equalMessagesThatWereSentTwiceAreDeliveredTwice() {
    FakeConnection old = streamingUntilRenewal();
    FakeConnection next = rig.connection().streams();
    old.sends("a", "a");
    next.sends("a", "a");
    next.sends("b", "b", "b");
    old.sends("b", "b", "b");
    old.sends("c");
    next.sends("c", "c");
    old.sends("c");
    assertThat(rig.events).containsExactly("a", "a", "b", "b", "b", "c", "c");
  }

  @Test
  void anUnreadableMessageOnBothConnectionsIsReportedOnce() {
    FakeConnection old = streamingUntilRenewal();
    FakeConnection next = rig.connection().streams();
    old.sendsGarbage("?");
    next.sendsGarbage("?");
    assertThat(rig.stats().undecodable()).isEqualTo(1);
    assertThat(rig.stats().deduplicated()).isEqualTo(1);
  }

  @Test
  void whatTheOldOneBroughtWhileTheSuccessorConnectedIsKnown() {
    FakeConnection old = streamingUntilRenewal();
    old.sends("a");
    rig.connection().streams().sends("a");
    assertThat(rig.events).containsExactly("a");
  }

  @Test
  void afterTheOverlapEqualMessagesAreAllNew() {
    FakeConnection old = streamingUntilRenewal();
    FakeConnection next = rig.connection().streams();
    old.sends("a");
    next.sends("a");
    rig.passes(OVERLAP);
    rig.passes(OVERLAP);
    assertThat(old.isClosed()).isTrue();
    next.sends("a", "a");
    old.sends("late");
    assertThat(rig.events).containsExactly("a", "a", "a");
  }

  @Test
  void theOldOneStaysWhileItAloneBringsMessages() {
    FakeConnection old = streamingUntilRenewal();
    FakeConnection next = rig.connection().streams();
    old.sends("a"); // the filter of the new one is not in effect yet
    rig.passes(OVERLAP);
    old.sends("b");
    rig.passes(OVERLAP);
    assertThat(old.isClosed()).isFalse();
    old.sends("c");
    next.sends("c");
    rig.passes(OVERLAP);
    assertThat(old.isClosed()).isFalse(); // the server may have swapped neighbours
    rig.passes(OVERLAP);
    assertThat(old.isClosed()).isTrue();
    assertThat(rig.events).containsExactly("a", "b", "c");
  }

  @Test
  void theOldOneStaysForAMinuteAtMostIfTheTwoNeverBringTheSame() {
    FakeConnection old = streamingUntilRenewal();
    FakeConnection next = rig.connection().streams();
    for (int i = 0; i < 11; i++) {
      old.sends("old " + i);
      next.sends("new " + i);
      rig.passes(OVERLAP);
    }
    assertThat(old.isClosed()).isFalse();
    rig.passes(OVERLAP);
    assertThat(old.isClosed()).isTrue();
    assertThat(rig.events).hasSize(22);
  }

  @Test
  void theOldOneStaysUntilItHasBroughtWhatTheNewOneBegan() {
    FakeConnection old = streamingUntilRenewal();
    FakeConnection next = rig.connection().streams();
    next.sends("c");
    rig.passes(OVERLAP);
    assertThat(old.isClosed()).isFalse();
    old.sends("a", "b", "c"); // it was behind
    rig.passes(OVERLAP);
    rig.passes(OVERLAP);
    assertThat(old.isClosed()).isTrue();
    assertThat(rig.events).containsExactly("c", "a", "b");
  }

  @Test
  void whatTheNewOneIsSlowToBringIsNotRepeatedAfterTheOverlap() {
    FakeConnection old = streamingUntilRenewal();
    FakeConnection next = rig.connection().streams();
    old.sends("a", "b", "c");
    next.sends("a");
    rig.passes(OVERLAP);
    rig.passes(OVERLAP);
    assertThat(old.isClosed()).isTrue();
    next.sends("b");
    assertThat(rig.events).containsExactly("a", "b", "c");
    rig.keepsAliveFor(Duration.ofSeconds(61));
    next.sends("c"); // a minute later it is another one
    assertThat(rig.events).containsExactly("a", "b", "c", "c");
  }

  @Test
  void whatTheOldOneBroughtBeforeTheChangeOverHoldsNothingUp() {
    FakeConnection old = streamingUntilRenewal();
    old.sends("a");
    rig.connection().streams();
    old.showsLife();
    rig.passes(OVERLAP);
    assertThat(old.isClosed()).isTrue();
  }

  @Test
  void theNextRenewalFollowsTheTokenOfTheSuccessor() {
    streamingUntilRenewal();
    rig.connection().streams();
    rig.keepsAliveFor(Duration.ofMinutes(55).minusMillis(1));
    assertThat(rig.transport.attempts()).isEqualTo(2);
    rig.passes(Duration.ofMillis(1));
    assertThat(rig.transport.attempts()).isEqualTo(3);
    assertThat(rig.connection().token()).isEqualTo("token-3");
  }

  @Test
  void aFailingSuccessorIsTriedAgainWithBackoffWhileTheCurrentOneGoesOn() {
    FakeConnection old = streamingUntilRenewal();
    for (int attempt = 2; attempt <= 6; attempt++) {
      assertThat(rig.transport.attempts()).isEqualTo(attempt);
      rig.connection().breaks();
      Duration ceiling = Duration.ofMillis(250).multipliedBy(1L << (attempt - 2));
      rig.passes(Duration.ofNanos((long) (ceiling.toNanos() * 0.999) - 1));
      assertThat(rig.transport.attempts()).isEqualTo(attempt);
      rig.passes(Duration.ofNanos(1));
    }
    old.sends("a");
    assertThat(rig.events).containsExactly("a");
    assertThat(rig.state()).isEqualTo(SourceState.STREAMING);
    assertThat(rig.signals(Disconnected.class)).isEmpty();
    assertThat(rig.status().lastError()).hasMessage("connection reset");

    rig.connection().streams();
    assertThat(rig.signals(GapPossible.class)).isEmpty();
  }

  @Test
  void aSuccessorThatNeverReportsIsGivenUpAtItsDeadline() {
    streamingUntilRenewal();
    FakeConnection successor = rig.connection();
    rig.passes(Duration.ofSeconds(15));
    assertThat(successor.isClosed()).isTrue();
    assertThat(rig.state()).isEqualTo(SourceState.STREAMING);
    rig.passes(Duration.ofSeconds(1));
    assertThat(rig.transport.attempts()).isEqualTo(3);
  }

  @Test
  void eventsAreNotTakenForRepetitionsAfterAFailedRenewal() {
    FakeConnection old = streamingUntilRenewal();
    old.sends("a");
    rig.connection().breaks();
    old.sends("a", "a");
    rig.passes(Duration.ofSeconds(1));
    rig.connection().streams().sends("a");
    assertThat(rig.events).containsExactly("a", "a", "a", "a");
  }

  @Test
  void aTokenThatIsRefusedToTheSuccessorIsReplaced() {
    streamingUntilRenewal();
    assertThat(rig.connection().token()).isEqualTo("token-2");
    rig.connection().fails(new AuthenticationException("401", 401, null));
    rig.passes(Duration.ofSeconds(1));
    assertThat(rig.connection().token()).isEqualTo("token-3");
    assertThat(rig.ends).isEmpty();
  }

  @Test
  void aLoginThatIsRefusedDuringARenewalDoesNotEndAConnectionThatWorks() {
    rig.start();
    FakeConnection old = rig.connection().streams();
    loginTrouble = new AuthenticationException("wrong password", 401, null);
    rig.keepsAliveFor(Duration.ofMinutes(56));
    old.sends("a");
    assertThat(rig.events).containsExactly("a");
    assertThat(rig.state()).isEqualTo(SourceState.STREAMING);
    assertThat(rig.ends).isEmpty();
  }

  @Test
  void theSuccessorTakesOverWhenTheCurrentOneBreaksBeforeItStreams() {
    FakeConnection old = streamingUntilRenewal();
    old.sends("a");
    Instant last = rig.now();
    rig.passes(Duration.ofSeconds(1));
    old.breaks();
    assertThat(rig.state()).isEqualTo(SourceState.CONNECTING);
    assertThat(rig.transport.attempts()).isEqualTo(2);

    rig.connection().streams().sends("a");
    assertThat(rig.state()).isEqualTo(SourceState.STREAMING);
    assertThat(rig.events).containsExactly("a", "a");
    assertThat(rig.signalNames())
        .containsExactly(
            "Connected", "CredentialsRefreshed", "Disconnected", "Connected", "GapPossible");
    assertThat(rig.signals(GapPossible.class).get(0).from()).isEqualTo(last);
  }

  @Test
  void aSuccessorThatTookOverAndFailsIsRetriedLikeAnyOther() {
    streamingUntilRenewal().breaks();
    rig.connection().breaks();
    assertThat(rig.state()).isEqualTo(SourceState.BACKING_OFF);
    rig.reconnects().streams();
    assertThat(rig.signals(GapPossible.class)).hasSize(1);
  }

  @Test
  void aFixedTokenThatCanNotBeRenewedIsUsedUntilItsEnd() {
    rig.tokens = TokenProvider.fixed(new Token("fixed", rig.now().plus(Duration.ofHours(1))));
    rig.start();
    FakeConnection old = rig.connection().streams();
    rig.keepsAliveFor(Duration.ofMinutes(57));
    assertThat(rig.status().lastError()).hasMessageContaining("has no newer one");
    old.breaks();
    assertThat(rig.state()).isEqualTo(SourceState.BACKING_OFF);
    assertThat(rig.reconnects().token()).isEqualTo("fixed");
  }

  @Test
  void theOldConnectionMayEndByItselfDuringTheOverlap() {
    FakeConnection old = streamingUntilRenewal();
    FakeConnection next = rig.connection().streams();
    rig.passes(Duration.ofSeconds(1));
    old.breaks();
    next.sends("a", "a");
    assertThat(rig.events).containsExactly("a", "a");
    assertThat(rig.signals(GapPossible.class)).isEmpty();
    assertThat(rig.signals(Disconnected.class)).isEmpty();
  }

  @Test
  void anOldConnectionThatWasDeadBeforeTheChangeOverIsAGap() {
    rig.start();
    FakeConnection old = rig.connection().streams();
    rig.keepsAliveFor(Duration.ofMinutes(54).plusSeconds(50));
    Instant lastHeard = rig.now();
    rig.passes(Duration.ofSeconds(10));
    FakeConnection next = rig.connection().streams();
    Instant changedOver = rig.now();
    assertThat(next).isNotSameAs(old);

    rig.passes(Duration.ofSeconds(10));
    next.showsLife();
    assertThat(old.isClosed()).isFalse(); // it has not been heard of since the change-over
    rig.passes(Duration.ofSeconds(10));
    assertThat(old.isClosed()).isTrue();
    assertThat(rig.signals(GapPossible.class))
        .singleElement()
        .satisfies(gap -> assertThat(gap.from()).isEqualTo(lastHeard))
        .satisfies(gap -> assertThat(gap.to()).isEqualTo(changedOver));
    assertThat(rig.state()).isEqualTo(SourceState.STREAMING);
  }

  @Test
  void aQuietOldConnectionIsClosedOnceItHasShownLife() {
    rig.start();
    FakeConnection old = rig.connection().streams();
    rig.keepsAliveFor(Duration.ofMinutes(54).plusSeconds(50));
    rig.passes(Duration.ofSeconds(10));
    rig.connection().streams();
    rig.passes(Duration.ofSeconds(9));
    old.showsLife();
    assertThat(old.isClosed()).isFalse();
    rig.passes(Duration.ofSeconds(1));
    assertThat(old.isClosed()).isTrue();
    assertThat(rig.signals(GapPossible.class)).isEmpty();
  }

  @Test
  void theOldConnectionIsClosedWhenTheNewOneBreaksDuringTheOverlap() {
    FakeConnection old = streamingUntilRenewal();
    FakeConnection next = rig.connection().streams();
    next.sends("a");
    next.breaks();
    assertThat(old.isClosed()).isTrue();
    rig.reconnects().streams().sends("a");
    assertThat(rig.events).containsExactly("a", "a");
    assertThat(rig.signals(GapPossible.class)).hasSize(1);
    rig.passes(OVERLAP);
    rig.connection().sends("a");
    assertThat(rig.events).hasSize(3);
  }

  @Test
  void tokensThatLiveShorterThanTheOverlapLeaveNoConnectionBehind() {
    life = Duration.ofSeconds(5);
    rig.start();
    rig.connection().streams();
    for (int i = 0; i < 10; i++) {
      rig.passes(Duration.ofSeconds(4));
      rig.connection().streams();
      assertThat(rig.transport.connections().stream().filter(c -> !c.isClosed()).count())
          .isLessThanOrEqualTo(2);
    }
    assertThat(rig.transport.attempts()).isEqualTo(11);
  }

  @Test
  void clocksThatDisagreeDoNotMakeOneRenewalFollowTheOther() {
    life = Duration.ofMinutes(-10); // by the local clock every token has expired when it comes
    rig.start();
    rig.connection().streams();
    rig.keepsAliveFor(Duration.ofSeconds(29));
    assertThat(rig.transport.attempts()).isEqualTo(1);
    rig.keepsAliveFor(Duration.ofSeconds(1));
    assertThat(rig.transport.attempts()).isEqualTo(2);
  }

  @Test
  void aTokenThatExpiresInTheYear9999IsNoTrouble() {
    rig.tokens = TokenProvider.fixed(new Token("for-ever", Instant.parse("9999-12-31T23:59:59Z")));
    rig.start();
    rig.connection().streams().sends("a");
    assertThat(rig.signalNames()).containsExactly("Connected");
    assertThat(rig.events).containsExactly("a");
  }

  @Test
  void failuresAreForgottenAfterSixtySecondsAcrossARenewal() {
    life = Duration.ofSeconds(50);
    rig.start();
    rig.connection().breaks();
    rig.reconnects().streams();
    rig.keepsAliveFor(Duration.ofSeconds(40));
    rig.connection().streams();
    rig.keepsAliveFor(Duration.ofSeconds(20));
    assertThat(rig.transport.attempts()).isEqualTo(3);
    assertThat(rig.status().attempt()).isZero();
  }

  @Test
  void aLoginThatIsOutOfReachIsTriedAgainUntilTheTokenExpires() {
    rig.start();
    rig.connection().streams();
    loginTrouble = new IOException("no route");
    rig.keepsAliveFor(Duration.ofMinutes(59));
    int tried = fetches;
    assertThat(tried).isBetween(10, 30);
    loginTrouble = null;
    rig.keepsAliveFor(Duration.ofSeconds(31));
    rig.connection().streams();
    assertThat(rig.signals(GapPossible.class)).isEmpty();
    assertThat(rig.signals(Disconnected.class)).isEmpty();
  }
}
