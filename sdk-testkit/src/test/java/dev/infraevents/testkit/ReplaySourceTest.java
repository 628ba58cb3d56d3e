package dev.infraevents.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.infraevents.AckOutcome;
import dev.infraevents.Capability;
import dev.infraevents.ConfigurationException;
import dev.infraevents.DeadLetter;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.SourceSignal;
import dev.infraevents.SourceState;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.garm.Pool;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.garm.GarmRecording;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
class ReplaySourceTest {

  private final Handled handled = new Handled();

  private static String pool(int id) {
    return "{\"entity-type\":\"pool\",\"operation\":\"create\",\"payload\":{\"id\":\"%d\"}}"
        .formatted(id);
  }

  private static List<String> pools(int count) {
    return IntStream.range(0, count).mapToObj(ReplaySourceTest::pool).toList();
  }

  @Test
  void playsARecordingInOrderAndEnds() throws Exception {
    List<String> frames = GarmRecording.head().frames();
    URI address = URI.create("https://garm.example.com");
    try (var source = ReplaySource.garm().lines(frames).source(address).build();
        var subscription = source.subscribe(handled)) {
      Handled.awaitEnd(subscription);
      assertThat(handled.raw()).isEqualTo(frames);
      assertThat(handled.events).extracting(Event::source).containsOnly(address);
      assertThat(handled.events).extracting(Event::payload).allMatch(GarmPayload.class::isInstance);
      assertThat(subscription.status().state()).isEqualTo(SourceState.CLOSED);
      assertThat(subscription.stats().delivered()).isEqualTo(frames.size());
      assertThat(subscription.stats().balances()).isTrue();
      assertThat(source.capabilities())
          .containsExactlyInAnyOrder(Capability.REPLAY, Capability.ORDERED);
    }
  }

  @Test
  void playsFilesAndResourcesFromTheBeginningForEverySubscription(@TempDir Path folder)
      throws Exception {
    Path file = Files.writeString(folder.resolve("r.ndjson"), pool(1) + "\r\n\n \t\r\n" + pool(2));
    try (var fromFile = ReplaySource.garm().file(file).build();
        var fromUrl = ReplaySource.garm().resource(file.toUri().toURL()).build()) {
      for (var source : List.of(fromFile, fromFile, fromUrl)) {
        var each = new Handled();
        try (var subscription = source.subscribe(each)) {
          Handled.awaitEnd(subscription);
        }
        assertThat(each.raw()).containsExactly(pool(1), pool(2));
      }
    }
  }

  @Test
  void waitsForTheHandlerSoThatNothingIsDropped() throws Exception {
    var options = DeliveryOptions.builder().buffer(3, 1 << 20).build();
    List<Long> waiting = new CopyOnWriteArrayList<>();
    var started = new CountDownLatch(1);
    var gate = new Semaphore(0);
    EventHandler<Object> slow =
        (event, delivery) -> {
          started.countDown();
          gate.acquire();
          handled.handle(event, delivery);
        };
    try (var source = ReplaySource.garm().lines(pools(500)).build();
        var subscription = source.subscribe(slow, options)) {
      assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
      for (int i = 0; i < 500; i++) {
        gate.release();
        waiting.add(subscription.stats().inFlight());
      }
      Handled.awaitEnd(subscription);
      assertThat(waiting).allMatch(count -> count <= 3);
      assertThat(subscription.stats().dropped()).isZero();
      assertThat(handled.raw()).isEqualTo(pools(500));
    }
  }

  @Test
  void aLineThatTheDecoderRefusesIsUndecodable() throws Exception {
    List<DeadLetter> letters = new CopyOnWriteArrayList<>();
    var options = DeliveryOptions.builder().deadLetters(letters::add).build();
    try (var source =
            ReplaySource.garm().lines(List.of(pool(1), "\"invalid filter\"", pool(2))).build();
        var subscription = source.subscribe(handled, options)) {
      Handled.awaitEnd(subscription);
      assertThat(handled.raw()).containsExactly(pool(1), pool(2));
      assertThat(letters)
          .extracting(letter -> letter.raw().utf8())
          .containsExactly("invalid filter");
      assertThat(handled.signals).anyMatch(SourceSignal.Undecodable.class::isInstance);
      assertThat(subscription.stats().undecodable()).isEqualTo(1);
    }
  }

  @Test
  void aReaderThatThrowsFailsTheSubscription() {
    try (var source =
            ReplaySource.<Object>builder(
                    (message, address, at) -> {
                      throw new IllegalStateException("broken");
                    })
                .lines(pools(1))
                .build();
        var subscription = source.subscribe(handled)) {
      assertThatThrownBy(() -> Handled.awaitEnd(subscription))
          .hasCauseInstanceOf(ConfigurationException.class);
    }
  }

  @Test
  void aRecordingThatCanNotBeReadFailsTheSubscription(@TempDir Path folder) {
    for (Path unreadable : List.of(folder.resolve("missing"), folder)) {
      try (var source = ReplaySource.garm().file(unreadable).build();
          var subscription = source.subscribe(handled)) {
        assertThatThrownBy(() -> Handled.awaitEnd(subscription))
            .hasCauseInstanceOf(ConfigurationException.class)
            .hasMessageContaining("can not be read");
        assertThat(subscription.status().state()).isEqualTo(SourceState.FAILED);
      }
    }
  }

  @Test
  void whatIsMissingIsSaidWhenTheSourceIsBuilt() {
    assertThatThrownBy(() -> ReplaySource.garm().build())
        .isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> ReplaySource.garm().resource(null))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("no such recording");
    assertThatThrownBy(() -> ReplaySource.garm().interval(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void keepsTheIntervalInTheTimeThatItIsGiven() throws Exception {
    var time = new VirtualTime();
    var timeSource = new TimeSource(time.clock(), time::nanoTime, time);
    var arrived = new Semaphore(0);
    EventHandler<Object> counting =
        (event, delivery) -> {
          handled.handle(event, delivery);
          arrived.release();
        };
    try (var source =
            ReplaySource.garm()
                .lines(pools(6))
                .interval(Duration.ofMinutes(1))
                .timeSource(timeSource)
                .build();
        var subscription = source.subscribe(counting)) {
      assertThat(arrived.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
      time.advance(Duration.ofMinutes(1));
      assertThat(arrived.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
      time.advance(Duration.ofMinutes(3)); // three at once are due
      assertThat(arrived.tryAcquire(3, 30, TimeUnit.SECONDS)).isTrue();
      assertThat(subscription.status().state()).isEqualTo(SourceState.STREAMING);
      assertThat(handled.raw()).isEqualTo(pools(5));
      time.advance(Duration.ofMinutes(1));
      Handled.awaitEnd(subscription);
      Instant start = Instant.parse("2026-01-01T00:00:00Z");
      assertThat(handled.events.get(5).receivedAt()).isEqualTo(start.plus(Duration.ofMinutes(5)));
    }
    assertThat(time.pendingTasks()).isZero();
  }

  @Test
  void canBeClosedBetweenTwoEventsAndWhileItWaitsForRoom() throws Exception {
    var first = new CountDownLatch(2);
    EventHandler<Object> once =
        (event, delivery) -> {
          delivery.defer(); // never settled: the buffer of one stays full
          first.countDown();
        };
    var one = DeliveryOptions.builder().buffer(1, 1 << 20).drainTimeout(Duration.ZERO).build();
    try (var slow = ReplaySource.garm().lines(pools(2)).interval(Duration.ofDays(1)).build();
        var full = ReplaySource.garm().lines(pools(2)).build();
        var waiting = slow.subscribe(once);
        var blocked = full.subscribe(once, one)) {
      assertThat(first.await(30, TimeUnit.SECONDS)).isTrue();
      waiting.close(Duration.ZERO);
      blocked.close();
      Handled.awaitEnd(waiting);
      Handled.awaitEnd(blocked);
      assertThat(blocked.stats().balances()).isTrue();
    }
  }

  @Test
  void acknowledgementsDoNotApply() throws Exception {
    List<AckOutcome> outcomes = new CopyOnWriteArrayList<>();
    try (var source = ReplaySource.garm().lines(pools(1)).build();
        var subscription =
            source.subscribe((event, delivery) -> delivery.ack().thenAccept(outcomes::add))) {
      Handled.awaitEnd(subscription);
      assertThat(outcomes).containsExactly(AckOutcome.NOT_APPLICABLE);
    }
  }

  @Test
  void theViewsWorkOnItToo() {
    try (var source = ReplaySource.garm().lines(pools(20)).build();
        var stream = source.events()) {
      assertThat(stream.stream().map(event -> ((Pool) event.payload()).id()).toList())
          .containsExactlyElementsOf(IntStream.range(0, 20).mapToObj(Integer::toString).toList());
    }
  }
}
