package dev.infraevents.grpc;

import dev.infraevents.Backoff;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.Event;
import dev.infraevents.Subscription;
import dev.infraevents.engflow.BuildProgress;
import dev.infraevents.engflow.BuildProgress.ConsoleOutput;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.engflow.FakeEngFlow;
import dev.infraevents.testkit.engflow.StoredStream;
import dev.infraevents.testkit.junit.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the tests of the event store share. */
final class StoreTests {

  /** Far beyond what a healthy run needs; only a broken one waits that long. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  static final String INVOCATION = "070d25bf-3eac-4ea6-85a8-4f0643165657";
  static final String BUILD = "ci/Nightly-1/9608f439-4c3e-4909-8a0c-f78810322b6b";

  /** Reconnects at once, in real time. */
  static final ConnectionOptions QUICK =
      ConnectionOptions.builder()
          .backoff(new Backoff(Duration.ofMillis(1), Duration.ofMillis(20)))
          .build();

  private StoreTests() {}

  static EventStoreClient.Builder store(FakeEngFlow server) {
    return EventStoreClient.builder().endpoint(server.url()).connection(QUICK);
  }

  static TimeSource virtual(VirtualTime time) {
    return new TimeSource(time.clock(), time::nanoTime, time);
  }

  /** Appends events whose texts are their numbers, padded. */
  static void appendNumbers(StoredStream stream, int from, int to, int size) {
    IntStream.range(from, to)
        .forEach(n -> stream.appendOutput(Integer.toString(n) + " ".repeat(size)));
  }

  static List<String> numbers(int from, int to) {
    return IntStream.range(from, to).mapToObj(Integer::toString).toList();
  }

  /** What an event printed, without white space; empty if it is another one. */
  static String text(Event<? extends BuildProgress> event) {
    return event.payload() instanceof ConsoleOutput output ? output.output().utf8().trim() : "";
  }

  static List<String> texts(List<? extends Event<? extends BuildProgress>> events) {
    return events.stream().map(StoreTests::text).toList();
  }

  /** Waits for the end. */
  static @Nullable Throwable end(Subscription subscription) {
    try {
      subscription.completion().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      return null;
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError("no end: " + subscription.status(), e);
    }
  }
}
