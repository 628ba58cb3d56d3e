package dev.infraevents.internal.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.infraevents.ConfigurationException;
import dev.infraevents.Event;
import dev.infraevents.EventSources;
import dev.infraevents.EventStream;
import dev.infraevents.testing.connection.FakeConnection;
import dev.infraevents.testing.connection.FakeSource;
import dev.infraevents.testkit.junit.LeakCheck;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
@Timeout(60)
class SubscriptionStreamTest {

  private final FakeSource source = new FakeSource();
  private final EventStream<String> stream = source.events();

  @AfterEach
  void close() {
    stream.close();
    source.close();
  }

  @Test
  void askingForTheNextEventAcknowledgesTheOneBefore() throws Exception {
    FakeConnection connection = source.connection();
    source.send(connection, "a", "b");
    assertThat(stream.next().payload()).isEqualTo("a");
    assertThat(source.settlement().isEmpty()).isTrue();
    assertThat(stream.next().payload()).isEqualTo("b");
    assertThat(source.settlement().next()).isEqualTo("ack a");
    assertThat(source.settlement().isEmpty()).isTrue();
  }

  @Test
  void askingTwiceWhetherThereIsMoreAcknowledgesNothingThatWasNotHandedOut() throws Exception {
    source.send(source.connection(), "a");
    assertThat(stream.hasNext()).isTrue();
    assertThat(stream.hasNext()).isTrue();
    assertThat(source.settlement().isEmpty()).isTrue();
    assertThat(stream.next().payload()).isEqualTo("a");
  }

  @Test
  void closingLeavesTheLastEventUnacknowledged() throws Exception {
    source.send(source.connection(), "a", "b");
    stream.next();
    stream.close();
    assertThat(source.settlement().isEmpty()).isTrue();
    assertThat(stream.subscription().stats().balances()).isTrue();
  }

  @Test
  void pollingAfterTheLastEventAcknowledgesIt() throws Exception {
    source.send(source.connection(), "a");
    stream.next();
    assertThat(stream.poll(Duration.ZERO)).isEmpty();
    assertThat(source.settlement().next()).isEqualTo("ack a");
  }

  @Test
  void pollReturnsEmptyWhenNothingCameInTime() throws Exception {
    source.connection();
    assertThat(stream.poll(Duration.ofMillis(1))).isEmpty();
    assertThat(stream.poll(Duration.ofSeconds(-1))).isEmpty();
  }

  @Test
  void pollWaitsForAsLongAsThereIs() throws Exception {
    FakeConnection connection = source.connection();
    source.send(connection, "a");
    assertThat(stream.poll(Duration.ofSeconds(Long.MAX_VALUE)).map(Event::payload))
        .isEqualTo(Optional.of("a"));
  }

  @Test
  void thereIsNoNextEventOnceTheSourceHasNoMore() throws Exception {
    FakeConnection connection = source.connection();
    source.send(connection, "a", "b");
    connection.context().completed();
    assertThat(stream.next().payload()).isEqualTo("a");
    assertThat(stream.next().payload()).isEqualTo("b");
    assertThat(stream.hasNext()).isFalse();
    assertThat(source.settlement().next()).isEqualTo("ack a");
    assertThat(source.settlement().next()).isEqualTo("ack b");
    assertThatThrownBy(stream::next).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void theErrorThatEndedTheSourceIsThrown() throws Exception {
    var cause = new ConfigurationException("bad filter", null);
    source.connection().fails(cause);
    assertThatThrownBy(stream::hasNext).isSameAs(cause);
    assertThatThrownBy(stream::next).isSameAs(cause);
    assertThatThrownBy(() -> stream.poll(Duration.ofMinutes(1))).isSameAs(cause);
  }

  @Test
  void anInterruptEndsTheWaitAndIsKept() throws Exception {
    source.connection();
    Thread.currentThread().interrupt();
    assertThat(stream.hasNext()).isFalse();
    assertThat(Thread.interrupted()).isTrue();

    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> stream.poll(Duration.ofMinutes(1)))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void closingReleasesAThreadThatWaits() throws Exception {
    source.connection();
    var waiting = new CompletableFuture<Boolean>();
    Thread consumer = new Thread(() -> waiting.complete(stream.hasNext()));
    consumer.start();
    stream.close();
    assertThat(waiting.get(30, TimeUnit.SECONDS)).isFalse();
    consumer.join();
  }

  @Test
  void theStreamIsLazyAndClosesWithItsPipeline() throws Exception {
    source.send(source.connection(), "a", "b", "c");
    try (var events = stream.stream()) {
      List<String> firstTwo = events.map(Event::payload).limit(2).toList();
      assertThat(firstTwo).containsExactly("a", "b");
    }
    assertThat(stream.hasNext()).isFalse();
    assertThat(stream.subscription().completion().toCompletableFuture()).isCompleted();
  }

  @Test
  void eventsOfMergedSourcesAreAllHandedOut() throws Exception {
    var other = new FakeSource("wss://other.example.com");
    try (var merged = EventSources.<String>merge(source, other);
        var events = merged.events()) {
      source.connection(); // of the stream that every test has
      source.send(source.connection(), "a1", "a2");
      other.send(other.connection(), "b1", "b2");
      List<String> all = events.stream().map(Event::payload).limit(4).sorted().toList();
      assertThat(all).containsExactly("a1", "a2", "b1", "b2");
      events.close();
    }
  }
}
