package dev.infraevents.pubsub.push;

import static dev.infraevents.pubsub.push.RefusalReason.KEYS_UNAVAILABLE;
import static dev.infraevents.pubsub.push.RefusalReason.UNKNOWN_KEY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import dev.infraevents.testkit.pubsub.PushKeys;
import dev.infraevents.testkit.pubsub.PushSender;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the verifier comes by Google's keys, and what it does without them. */
@ExtendWith(LeakCheck.class)
final class PushVerifierKeysTest {

  private final VirtualTime time = new VirtualTime();
  private final TimeSource timeSource = new TimeSource(time.clock(), time::nanoTime, time);
  private final PushSender pubsub = PushSender.builder().time(timeSource).start();
  private final PushKeys keys = pubsub.keys();
  private final PushVerifier verifier =
      PushVerifier.builder()
          .audience(pubsub.audience())
          .serviceAccount(pubsub.email())
          .certsUrl(keys.jwksUrl())
          .timeSource(timeSource)
          .build();

  @AfterEach
  void close() {
    pubsub.close();
  }

  @Test
  void keysAreFetchedWhenTheyAreFirstNeeded() {
    assertThat(keys.fetches()).isZero();
    assertThat(refusal(verifier, pubsub.token().algorithm("RS512").mint()))
        .isEqualTo(RefusalReason.WRONG_ALGORITHM);
    assertThat(keys.fetches()).isZero();

    assertThat(refusal()).isNull();
    assertThat(refusal()).isNull();

    assertThat(keys.fetches()).isOne();
  }

  @Test
  void aNewKeyIsFetchedWhenATokenNamesIt() {
    String before = pubsub.token().mint();
    assertThat(refusal()).isNull();
    time.advance(Duration.ofSeconds(30));
    keys.rotate();

    assertThat(refusal()).isNull();
    assertThat(refusal(verifier, before)).isNull();
    assertThat(keys.fetches()).isEqualTo(2);
  }

  @Test
  void unknownKeysDoNotFloodTheServerOfTheKeys() {
    assertThat(refusal()).isNull();
    time.advance(Duration.ofSeconds(31));
    for (int i = 0; i < 100; i++) {
      String forged = pubsub.token().header("kid", "forged-" + i).mint();
      assertThat(refusal(verifier, forged)).isEqualTo(UNKNOWN_KEY);
    }
    assertThat(keys.fetches()).isEqualTo(2);

    time.advance(Duration.ofSeconds(29));
    assertThat(refusal(verifier, pubsub.token().header("kid", "x").mint())).isEqualTo(UNKNOWN_KEY);
    assertThat(keys.fetches()).isEqualTo(2);

    time.advance(Duration.ofSeconds(1));
    assertThat(refusal(verifier, pubsub.token().header("kid", "x").mint())).isEqualTo(UNKNOWN_KEY);
    assertThat(keys.fetches()).isEqualTo(3);
  }

  @Test
  void theFirstFetchCountsToo() {
    assertThat(refusal(verifier, pubsub.token().header("kid", "x").mint())).isEqualTo(UNKNOWN_KEY);
    assertThat(keys.fetches()).isOne();
  }

  @Test
  void withoutKeysPushesAreRefusedAsUnavailableUntilTheyCanBeFetched() {
    keys.inject(Fault.outage());
    String token = pubsub.token().mint();

    assertThat(verifier.verify(List.of("Bearer " + token)))
        .isEqualTo(new PushVerdict.Refused(KEYS_UNAVAILABLE));
    assertThat(KEYS_UNAVAILABLE.status()).isEqualTo(503);

    keys.heal();
    assertThat(refusal(verifier, token)).isEqualTo(KEYS_UNAVAILABLE); // not yet
    time.advance(Duration.ofSeconds(1));
    assertThat(refusal(verifier, token)).isNull();
  }

  @Test
  void aServerOfKeysThatIsDownIsNotFlooded() {
    keys.answer(500, "text/plain", "no");
    String token = pubsub.token().mint();
    for (int second = 0; second < 120; second++) {
      for (int i = 0; i < 20; i++) {
        assertThat(refusal(verifier, token)).isEqualTo(KEYS_UNAVAILABLE);
      }
      time.advance(Duration.ofSeconds(1));
    }
    // At 0, 1, 3, 7, 15 s, and every 10 s from then on.
    assertThat(keys.fetches()).isEqualTo(15);

    keys.heal();
    time.advance(Duration.ofSeconds(10));
    assertThat(refusal(verifier, token)).isNull();
  }

  @Test
  void knownKeysAreKeptWhileNewOnesCanNotBeFetched() {
    keys.header("Cache-Control", "max-age=3600");
    assertThat(refusal()).isNull();
    keys.answer(200, "application/json", "{}");
    for (int hour = 0; hour < 24; hour++) {
      time.advance(Duration.ofHours(1));
      assertThat(refusal()).isNull();
    }
    time.advance(Duration.ofHours(1));
    assertThat(refusal()).isEqualTo(KEYS_UNAVAILABLE);

    keys.heal();
    time.advance(Duration.ofSeconds(10));
    assertThat(refusal()).isNull();
  }

  @Test
  void anUnknownKeyIsNotRefusedForGoodWhileTheKeysCanNotBeFetched() {
    assertThat(refusal()).isNull();
    time.advance(Duration.ofSeconds(30));
    keys.rotate();
    keys.answer(503, "text/plain", "");

    assertThat(refusal()).isEqualTo(KEYS_UNAVAILABLE);

    keys.heal();
    time.advance(Duration.ofSeconds(1));
    assertThat(refusal()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        // Cache-Control | Age | asked again after, in seconds
        "public, max-age=19800, must-revalidate, no-transform | - | 19500",
        "max-age=19800 | 800 | 18700",
        "MAX-AGE=\"19800\" | - | 19500",
        "max-age=1000 | - | 800",
        "max-age=100 | 99 | 48",
        "max-age=0 | - | 48",
        "max-age=100 | 500 | 48",
        "max-age=9999999 | - | 86100",
        "no-store | - | 240",
        "s-maxage=10 | - | 240",
        "- | - | 240",
        "max-age=1000 | soon | 800",
      })
  void keysAreFetchedAgainBeforeTheirTimeIsOver(
      @Nullable String cacheControl, @Nullable String age, long seconds) {
    keys.header("Cache-Control", cacheControl);
    keys.header("Age", age);
    assertThat(refusal()).isNull();

    time.advance(Duration.ofSeconds(seconds).minusMillis(1));
    assertThat(refusal()).isNull();
    assertThat(keys.fetches()).isOne();

    time.advance(Duration.ofMillis(1));
    assertThat(refusal()).isNull();
    assertThat(keys.fetches()).isEqualTo(2);
  }

  @Test
  void aKeyThatIsWithdrawnIsNotAcceptedAnyMoreNorAreTokensThatItHasSigned() {
    keys.header("Cache-Control", "max-age=600");
    String token = pubsub.token().mint();
    assertThat(refusal(verifier, token)).isNull();
    keys.publish(keys.newKey());

    time.advance(Duration.ofSeconds(479));
    assertThat(refusal(verifier, token)).isNull();
    time.advance(Duration.ofSeconds(1));
    assertThat(refusal(verifier, token)).isEqualTo(UNKNOWN_KEY);
  }

  @Test
  void aServerOfKeysThatDoesNotAnswerHoldsAPushUpForFiveSecondsAtMost() {
    keys.inject(Fault.stall());
    assertThat(refusal()).isEqualTo(KEYS_UNAVAILABLE);
    assertThat(refusal()).isEqualTo(KEYS_UNAVAILABLE); // and the next one not at all
    assertThat(keys.fetches()).isOne();
  }

  @Test
  void aHundredThreadsAreServedByOneFetch() throws InterruptedException {
    keys.inject(Fault.stall());
    String token = pubsub.token().mint();
    Set<String> verdicts = ConcurrentHashMap.newKeySet();
    CountDownLatch started = new CountDownLatch(100);
    ExecutorService threads = Executors.newFixedThreadPool(100);
    for (int i = 0; i < 100; i++) {
      threads.execute(
          () -> {
            started.countDown();
            verdicts.add(String.valueOf(refusal(verifier, token)));
          });
    }
    assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
    keys.awaitFetches(1, Duration.ofSeconds(10));
    keys.heal();
    threads.shutdown();
    assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();

    assertThat(verdicts).containsExactly("null");
    assertThat(keys.fetches()).isOne();
  }

  @Test
  void whileKeysAreFetchedAgainOtherThreadsGoOnWithTheKnownOnes() throws InterruptedException {
    keys.header("Cache-Control", "max-age=600");
    assertThat(refusal()).isNull();
    time.advance(Duration.ofMinutes(8));
    keys.inject(Fault.stall());
    Thread fetching = new Thread(() -> refusal());
    fetching.start();
    keys.awaitFetches(2, Duration.ofSeconds(10));

    assertThat(refusal()).isNull(); // does not wait: else this would never end

    keys.heal();
    fetching.join();
    assertThat(keys.fetches()).isEqualTo(2);
  }

  /** Why a genuine token of now is refused; null if it is accepted. */
  private @Nullable RefusalReason refusal() {
    return refusal(verifier, pubsub.token().mint());
  }

  private static @Nullable RefusalReason refusal(PushVerifier verifier, String token) {
    return verifier.verify(List.of("Bearer " + token)) instanceof PushVerdict.Refused refused
        ? refused.reason()
        : null;
  }
}
