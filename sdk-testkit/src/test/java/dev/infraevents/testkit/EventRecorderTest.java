package dev.infraevents.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.infraevents.Backoff;
import dev.infraevents.Bytes;
import dev.infraevents.Concurrency;
import dev.infraevents.DeadLetter;
import dev.infraevents.Delivery;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.EventType;
import dev.infraevents.SourceSignal;
import dev.infraevents.SourceSignal.HandlerFailed;
import dev.infraevents.testkit.garm.GarmRecording;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
class EventRecorderTest {

  private static final EventType<Object> TYPE = EventType.of("test.event", Object.class);
  private static final EventHandler<Object> NOBODY = (event, delivery) -> {};

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("recording.ndjson");
  }

  private static Event<Object> event(String raw) {
    return Event.builder(TYPE)
        .source(URI.create("test://x"))
        .payload(raw)
        .raw(Bytes.ofUtf8(raw))
        .build();
  }

  private static String pool(int id) {
    return "{\"entity-type\":\"pool\",\"operation\":\"create\",\"payload\":{\"id\":\"%d\"}}"
        .formatted(id);
  }

  @Test
  void recordsEveryMessageAndThenCallsTheHandler() throws Exception {
    List<String> frames = GarmRecording.head().frames();
    var handled = new Handled();
    List<Long> linesAtHandling = new CopyOnWriteArrayList<>();
    EventHandler<Object> handler =
        new EventHandler<>() {
          @Override
          public void handle(Event<Object> event, Delivery delivery) throws Exception {
            linesAtHandling.add(Files.readString(file()).lines().count());
            handled.handle(event, delivery);
          }

          @Override
          public void onSignal(SourceSignal signal) {
            handled.onSignal(signal);
          }
        };
    try (var recorder = EventRecorder.to(file());
        var source = ReplaySource.garm().lines(frames).build();
        var subscription = source.subscribe(recorder.around(handler))) {
      Handled.awaitEnd(subscription);
    }
    assertThat(Files.readAllLines(file())).isEqualTo(frames);
    assertThat(handled.raw()).isEqualTo(frames);
    assertThat(linesAtHandling)
        .as("each line is in the file before its event is handled")
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, frames.size()).mapToObj(Long::valueOf).toList());
    assertThat(handled.signals).anyMatch(SourceSignal.Closed.class::isInstance);
  }

  @Test
  void isAHandlerByItselfAndRedactsWhatTheCallerNames() throws Exception {
    try (var recorder = EventRecorder.to(file(), "Pin-Code")) {
      recorder.handle(event("{\"pin_code\":\"1234\",\"token\":\"t\",\"id\":7}"), null);
    }
    assertThat(Files.readString(file()))
        .isEqualTo("{\"pin_code\":\"***\",\"token\":\"***\",\"id\":7}\n");
  }

  @Test
  void recordsWhatCanNotBeDecodedOnce() throws Exception {
    List<String> lines = List.of(pool(1), "\"garbage\"", pool(2));
    try (var recorder = EventRecorder.to(file());
        var source = ReplaySource.garm().lines(lines).build();
        var subscription =
            source.subscribe(
                recorder.around(
                    (event, delivery) -> {
                      throw new IllegalStateException("handled no event, so both are dead letters");
                    }),
                DeliveryOptions.builder().deadLetters(recorder::undecodable).build())) {
      Handled.awaitEnd(subscription);
    }
    assertThat(Files.readAllLines(file())).isEqualTo(lines);
  }

  @Test
  void whatAReconciliationFoundIsHandledAndNotRecorded() throws Exception {
    Event<Object> found = event("{\"id\":\"p\"}").withAttribute(Event.ORIGIN, "reconcile");
    List<Event<Object>> handled = new ArrayList<>();
    try (var recorder = EventRecorder.to(file())) {
      EventHandler<Object> around = recorder.around((event, delivery) -> handled.add(event));
      around.handle(found, null);
      around.handle(event(pool(1)), null);
      recorder.handle(found, null);
    }
    assertThat(handled).hasSize(2).first().isSameAs(found);
    assertThat(Files.readAllLines(file())).containsExactly(pool(1));
  }

  @Test
  void anEventThatIsRetriedIsRecordedOnce() throws Exception {
    List<Integer> attempts = new CopyOnWriteArrayList<>();
    try (var recorder = EventRecorder.to(file());
        var source = ReplaySource.garm().lines(List.of(pool(1), pool(1))).build();
        var subscription =
            source.subscribe(
                recorder.around(
                    (event, delivery) -> {
                      attempts.add(delivery.attempt());
                      throw new IllegalStateException("always");
                    }),
                DeliveryOptions.builder()
                    .retry(3, new Backoff(Duration.ofMillis(1), Duration.ofMillis(1)))
                    .build())) {
      Handled.awaitEnd(subscription);
    }
    assertThat(attempts).containsExactly(1, 2, 3, 1, 2, 3);
    assertThat(Files.readAllLines(file())).containsExactly(pool(1), pool(1));
  }

  @Test
  void goesOnAtTheEndOfAFileOnALineOfItsOwn() throws Exception {
    Files.writeString(file(), pool(1) + "\n{\"half\":");
    try (var recorder = EventRecorder.to(file())) {
      recorder.handle(event(pool(2)), null);
    }
    try (var recorder = EventRecorder.to(file())) {
      recorder.handle(event(pool(3)), null);
    }
    assertThat(Files.readAllLines(file())).containsExactly(pool(1), "{\"half\":", pool(2), pool(3));
  }

  @Test
  void severalThreadsDoNotMixTheirLines() throws Exception {
    List<String> lines = new ArrayList<>(IntStream.range(0, 2_000).mapToObj(i -> pool(i)).toList());
    try (var recorder = EventRecorder.to(file());
        var source = ReplaySource.garm().lines(lines).build();
        var subscription =
            source.subscribe(
                recorder.around(NOBODY),
                DeliveryOptions.builder().concurrency(Concurrency.unordered(8)).build())) {
      Handled.awaitEnd(subscription);
    }
    assertThat(Files.readAllLines(file())).containsExactlyInAnyOrderElementsOf(lines);
  }

  @Test
  void aFileThatCanNotBeOpenedIsSaidAtOnce() {
    Path missing = folder.resolve("missing").resolve("r.ndjson");
    assertThatThrownBy(() -> EventRecorder.to(missing))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(missing.toString())
        .hasMessageContaining("check its folder");
  }

  @Test
  void aLineThatCanNotBeWrittenFailsTheDelivery() throws Exception {
    Path full = Path.of("/dev/full"); // a disk without room
    assumeTrue(Files.exists(full));
    var handled = new Handled();
    List<DeadLetter> letters = new CopyOnWriteArrayList<>();
    try (var recorder = EventRecorder.to(full);
        var source = ReplaySource.garm().lines(List.of(pool(1))).build();
        var subscription =
            source.subscribe(
                recorder.around(handled),
                DeliveryOptions.builder().deadLetters(letters::add).build())) {
      Handled.awaitEnd(subscription);
      assertThat(subscription.stats().failed()).isEqualTo(1);
    }
    assertThat(handled.events).isEmpty();
    assertThat(letters).hasSize(1);
    assertThat(handled.signals)
        .filteredOn(HandlerFailed.class::isInstance)
        .extracting(signal -> ((HandlerFailed) signal).cause().getMessage())
        .containsExactly(
            "the event is not recorded, as /dev/full can not be written: make room on the disk");
  }

  @Test
  void anInterruptedHandlerDoesNotBreakTheRecording() throws Exception {
    try (var recorder = EventRecorder.to(file())) {
      Thread.currentThread().interrupt();
      recorder.handle(event(pool(1)), null);
      assertThat(Thread.interrupted()).isTrue();
      recorder.handle(event(pool(2)), null);
    }
    assertThat(Files.readAllLines(file())).containsExactly(pool(1), pool(2));
  }

  @Test
  void whatIsDeliveredAfterTheCloseFails() {
    var recorder = EventRecorder.to(file());
    recorder.close();
    recorder.close();
    assertThatThrownBy(() -> recorder.handle(event("{}"), null))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("close the subscription before the recorder");
  }
}
