package dev.infraevents.testkit.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.internal.http.HttpResponse;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import dev.infraevents.testkit.pubsub.PushResponse.Outcome;
import dev.infraevents.testkit.pubsub.PushSubscription.Push;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Pushes in the background: again and again until acknowledged. */
@ExtendWith(LeakCheck.class)
final class PushSubscriptionTest {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final PushSender pubsub = PushSender.start();
  private final PushEndpoint endpoint = new PushEndpoint();

  @AfterEach
  void close() {
    pubsub.close();
    endpoint.close();
  }

  @Test
  void whatIsPublishedArrivesInOrderOnOneConnection() {
    AtomicInteger most = new AtomicInteger();
    endpoint.answers(
        request -> {
          most.accumulateAndGet(endpoint.connections(), Math::max);
          return PushEndpoint.NO_CONTENT;
        });
    PushSubscription queue = pubsub.subscription(endpoint.url()).start();
    publish(queue, 20);
    queue.awaitEmpty(PATIENCE);

    assertThat(queue.acknowledged()).containsExactlyElementsOf(ids(20));
    assertThat(queue.pushes()).hasSize(20).allMatch(push -> push.attempt() == 1);
    assertThat(most).hasValue(1);
  }

  @Test
  void whatIsNotAcknowledgedComesAgainTheSameButForTheAttempt() {
    AtomicInteger count = new AtomicInteger();
    endpoint.answers(
        request -> new HttpResponse(count.incrementAndGet() < 4 ? 503 : 204, Map.of(), ""));
    PushSubscription queue = pubsub.subscription(endpoint.url()).countingAttempts().start();
    queue.publish(message(1));
    queue.awaitEmpty(PATIENCE);

    assertThat(queue.pushes())
        .extracting(push -> push.response().outcome())
        .containsExactly(Outcome.NACK, Outcome.NACK, Outcome.NACK, Outcome.ACK);
    assertThat(queue.pushes()).extracting(Push::attempt).containsExactly(1, 2, 3, 4);
    List<ReceivedRequest> requests = endpoint.requests();
    assertThat(requests.get(0).body()).endsWith("\"deliveryAttempt\":1}");
    assertThat(requests.get(3).body()).endsWith("\"deliveryAttempt\":4}");
    assertThat(requests)
        .extracting(r -> r.header("Authorization"))
        .containsOnly(requests.get(0).header("Authorization"));
  }

  @Test
  void aRedeliveryCarriesTheTokenOfTheFirstAttemptEvenIfTheKeyHasChanged() {
    PushSubscription queue = pubsub.subscription(endpoint.url()).start();
    endpoint.answers(503);
    queue.publish(message(1));
    queue.awaitPushes(1, PATIENCE);
    pubsub.keys().rotate();
    endpoint.answers(204);
    queue.awaitEmpty(PATIENCE);
    queue.publish(message(2));
    queue.awaitEmpty(PATIENCE);

    List<String> tokens =
        endpoint.requests().stream().map(r -> r.header("Authorization").orElseThrow()).toList();
    String last = tokens.get(tokens.size() - 1);
    assertThat(tokens.subList(0, tokens.size() - 1)).containsOnly(tokens.get(0));
    assertThat(last).isNotEqualTo(tokens.get(0));
  }

  @Test
  void severalPushesAreUnderWayAtATime() {
    CyclicBarrier together = new CyclicBarrier(4);
    endpoint.answers(
        request -> {
          await(together);
          return PushEndpoint.NO_CONTENT;
        });
    PushSubscription queue = pubsub.subscription(endpoint.url()).concurrency(4).start();
    publish(queue, 8);
    queue.awaitAcknowledged(8, PATIENCE);
  }

  @Test
  void someComeTwiceAndInAnotherOrder() {
    PushSubscription queue =
        pubsub.subscription(endpoint.url()).duplicateEvery(2).reorder(10, 7).start();
    CountDownLatch all = new CountDownLatch(1);
    endpoint.answers(
        request -> {
          await(all);
          return PushEndpoint.NO_CONTENT;
        });
    publish(queue, 20);
    all.countDown();
    queue.awaitEmpty(PATIENCE);

    assertThat(queue.pushes()).hasSize(30);
    assertThat(queue.acknowledged()).containsExactlyInAnyOrderElementsOf(ids(20));
    assertThat(List.copyOf(queue.acknowledged())).isNotEqualTo(ids(20));
  }

  @Test
  void nacksSlowAllPushesDown() {
    VirtualTime time = new VirtualTime();
    var timeSource = new TimeSource(time.clock(), time::nanoTime, time);
    try (PushSender slow = PushSender.builder().time(timeSource).start()) {
      endpoint.answers(503);
      PushSubscription queue =
          slow.subscription(endpoint.url()).pushBackoff().retryDelay(Duration.ZERO).start();
      queue.publish(message(1));
      queue.awaitPushes(1, PATIENCE);
      int pushes = 1;
      for (long wait :
          new long[] {100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 51200, 60000, 60000}) {
        queue.publish(message(1000 + pushes)); // others wait as well
        time.advance(Duration.ofMillis(wait - 1));
        assertThat(endpoint.requests()).hasSize(pushes);
        time.advance(Duration.ofMillis(1));
        pushes++;
        queue.awaitPushes(pushes, PATIENCE);
        assertThat(endpoint.requests()).hasSize(pushes);
      }
    }
  }

  @Test
  void anEndpointMayEndItsConnections() {
    endpoint.answers(request -> new HttpResponse(204, Map.of("Connection", "close"), ""));
    PushSubscription queue = pubsub.subscription(endpoint.url()).start();
    publish(queue, 5);
    queue.awaitEmpty(PATIENCE);
    assertThat(queue.pushes()).hasSize(5);
  }

  @Test
  void unwrappedPushesWorkTheSame() {
    PushSubscription queue = pubsub.subscription(endpoint.url()).unwrapped(true).start();
    queue.publish(message(1));
    queue.awaitEmpty(PATIENCE);
    assertThat(endpoint.requests().get(0).body()).isEqualTo("{\"n\":1}");
    assertThat(endpoint.requests().get(0).header("x-goog-pubsub-message-id")).hasValue("1");
  }

  @Test
  void closingEndsPushesThatAreUnderWay() {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    endpoint.answers(
        request -> {
          arrived.countDown();
          await(over);
          return PushEndpoint.NO_CONTENT;
        });
    PushSubscription queue = pubsub.subscription(endpoint.url()).start();
    publish(queue, 3);
    await(arrived);
    queue.close();
    over.countDown();

    assertThat(queue.acknowledged()).isEmpty();
    assertThat(endpoint.requests()).hasSize(1);
  }

  private static void publish(PushSubscription queue, int count) {
    IntStream.rangeClosed(1, count).forEach(i -> queue.publish(message(i)));
  }

  private static PushMessage message(int number) {
    return PushMessage.event("DEVICE_LAST_SEEN", "{\"n\":" + number + "}")
        .withId(Integer.toString(number));
  }

  private static List<String> ids(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(Integer::toString).toList();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(10, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
