package dev.infraevents.internal.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.ConfigurationException;
import dev.infraevents.Event;
import dev.infraevents.EventSource;
import dev.infraevents.EventSources;
import dev.infraevents.testing.connection.FakeConnection;
import dev.infraevents.testing.connection.FakeSource;
import dev.infraevents.testkit.junit.LeakCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
@Timeout(60)
class SubscriptionPublisherTest {

  private final FakeSource source = new FakeSource();
  private final Probe probe = new Probe();

  @AfterEach
  void close() {
    probe.cancel();
    source.close();
  }

  private FakeConnection subscribed() throws InterruptedException {
    source.publisher().subscribe(probe);
    return source.connection();
  }

  @Test
  void anEventIsAcknowledgedWhenOnNextHasReturned() throws Exception {
    var inside = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    probe.onNext =
        event -> {
          inside.countDown();
          await(goOn);
        };
    FakeConnection connection = subscribed();
    probe.request(1); // first: a request may emit what is waiting, on its own thread
    source.send(connection, "a");
    inside.await();
    assertThat(source.settlement().isEmpty()).isTrue();
    goOn.countDown();
    assertThat(source.settlement().next()).isEqualTo("ack a");
  }

  @Test
  void anEventIsNotAcknowledgedWhenOnNextThrows() throws Exception {
    probe.onNext =
        event -> {
          throw new IllegalStateException("subscriber");
        };
    FakeConnection connection = subscribed();
    probe.request(10);
    source.send(connection, "a", "b");
    assertThat(source.settlement().next()).isEqualTo("nack a");
    source.close();
    assertThat(source.settlement().isEmpty()).isTrue();
    assertThat(connection.isClosed()).isTrue();
  }

  @Test
  void nothingIsSentThatWasNotRequested() throws Exception {
    FakeConnection connection = subscribed();
    source.send(connection, "a", "b", "c");
    probe.request(2);
    assertThat(probe.next()).isEqualTo("a");
    assertThat(probe.next()).isEqualTo("b");
    assertThat(source.settlement().next()).isEqualTo("ack a");
    assertThat(source.settlement().next()).isEqualTo("ack b");
    assertThat(probe.heard).isEmpty();
    probe.request(Long.MAX_VALUE);
    probe.request(Long.MAX_VALUE);
    assertThat(probe.next()).isEqualTo("c");
  }

  @Test
  void cancellingClosesTheConnectionAndAcknowledgesNothing() throws Exception {
    FakeConnection connection = subscribed();
    var closed = new CountDownLatch(1);
    connection.onClose(closed::countDown);
    source.send(connection, "a");
    probe.cancel();
    closed.await();
    assertThat(source.settlement().isEmpty()).isTrue();
    assertThat(probe.heard).isEmpty();
  }

  @Test
  void anEventWhoseOnNextCancelsIsAcknowledgedBeforeTheConnectionIsClosed() throws Exception {
    List<String> order = new ArrayList<>();
    FakeConnection connection = subscribed();
    var closed = new CountDownLatch(1);
    connection.onClose(
        () -> {
          order.add(source.settlement().isEmpty() ? "closed unsettled" : "closed settled");
          closed.countDown();
        });
    probe.onNext = event -> probe.cancel();
    probe.request(1);
    source.send(connection, "a");
    closed.await();
    assertThat(source.settlement().next()).isEqualTo("ack a");
    assertThat(order).containsExactly("closed settled");
  }

  @Test
  void aDemandOfNothingIsAnErrorAndClosesTheConnection() throws Exception {
    FakeConnection connection = subscribed();
    var closed = new CountDownLatch(1);
    connection.onClose(closed::countDown);
    probe.request(0);
    assertThat(probe.next()).startsWith("error java.lang.IllegalArgumentException");
    closed.await();
  }

  @Test
  void theErrorThatEndedTheSourceIsPassedOn() throws Exception {
    subscribed().fails(new ConfigurationException("bad filter", null));
    assertThat(probe.next()).isEqualTo("error dev.infraevents.ConfigurationException: bad filter");
  }

  @Test
  void aClosedSourceIsAnErrorAfterOnSubscribe() throws Exception {
    source.close();
    source.publisher().subscribe(probe);
    assertThat(probe.next()).startsWith("error java.lang.IllegalStateException");
    assertThat(probe.subscribed).isTrue();
  }

  @Test
  void aSubscriberThatCancelsInOnSubscribeOpensNoConnection() {
    probe.cancelsAtOnce = true;
    source.publisher().subscribe(probe);
    assertThat(source.transports()).isEmpty();
  }

  @Test
  void whatIsNotYetDemandedWaitsForItsDemandWhenTheSourceEnds() throws Exception {
    FakeConnection connection = subscribed();
    source.send(connection, "a");
    connection.context().completed();
    probe.request(1);
    assertThat(probe.next()).isEqualTo("a");
    assertThat(probe.next()).isEqualTo("complete");
    assertThat(source.settlement().next()).isEqualTo("ack a");
  }

  @Test
  void noEventOfMergedSourcesIsOverwrittenByAnother() throws Exception {
    var other = new FakeSource("wss://other.example.com");
    try (EventSource<String> merged = EventSources.merge(source, other)) {
      merged.publisher().subscribe(probe);
      source.send(source.connection(), "a1", "a2");
      other.send(other.connection(), "b1", "b2");
      List<String> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        probe.request(1);
        all.add(probe.next());
      }
      assertThat(all).containsExactlyInAnyOrder("a1", "a2", "b1", "b2");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static final class Probe implements Flow.Subscriber<Event<String>> {
    final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    volatile Consumer<String> onNext = event -> {};
    volatile boolean cancelsAtOnce;
    volatile boolean subscribed;
    private volatile Flow.Subscription subscription;

    void request(long n) {
      subscription.request(n);
    }

    void cancel() {
      if (subscription != null) {
        subscription.cancel();
      }
    }

    String next() throws InterruptedException {
      return heard.take();
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscribed = true;
      subscription = given;
      if (cancelsAtOnce) {
        given.cancel();
      }
    }

    @Override
    public void onNext(Event<String> event) {
      onNext.accept(event.payload());
      heard.add(event.payload());
    }

    @Override
    public void onError(Throwable error) {
      heard.add("error " + error);
    }

    @Override
    public void onComplete() {
      heard.add("complete");
    }
  }
}
