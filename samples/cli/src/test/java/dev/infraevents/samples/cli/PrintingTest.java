package dev.infraevents.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.infraevents.AckOutcome;
import dev.infraevents.Delivery;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.EventType;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a source may deliver again is acknowledged only when it has been printed. */
@ExtendWith(LeakCheck.class)
class PrintingTest {

  private static final Event<String> EVENT =
      Event.builder(EventType.of("x", String.class))
          .source(URI.create("http://x"))
          .payload("payload")
          .build();

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  private Printing<String> printing(EventHandler<String> first, PrintStream to, long count) {
    var printer = new EventPrinter(to, CommonOptions.Output.TEXT, e -> "words");
    return new Printing<>(first, printer, print(new ByteArrayOutputStream()), count);
  }

  private static PrintStream print(OutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private long printed() {
    return out.toString(StandardCharsets.UTF_8).lines().count();
  }

  @Test
  void whatComesAfterTheLastIsNotAcknowledged() throws Exception {
    var printing = printing((event, delivery) -> {}, print(out), 2);
    CompletionStage<Void> done = printing.doneOr(ended);
    for (boolean acknowledged : new boolean[] {true, true, false, false}) {
      assertThat(isDone(done)).isNotEqualTo(acknowledged);
      assertThat(acknowledges(printing)).isEqualTo(acknowledged);
    }
    assertThat(printed()).isEqualTo(2);
  }

  @Test
  void whatNobodyReadsIsNotAcknowledged() throws Exception {
    PrintStream closed = print(OutputStream.nullOutputStream());
    closed.close();
    var printing = printing((event, delivery) -> {}, closed, 2);
    assertThat(acknowledges(printing)).isFalse();
    assertThat(isDone(printing.doneOr(ended))).isTrue();
  }

  @Test
  void whatTheFirstHandlerFailsToHandleIsNeitherPrintedNorCounted() throws Exception {
    var failure = new IllegalStateException("not forwarded");
    var failures = new int[] {1};
    var printing =
        printing(
            (event, delivery) -> {
              if (failures[0]-- > 0) {
                throw failure;
              }
            },
            print(out),
            1);
    assertThatThrownBy(() -> acknowledges(printing)).isSameAs(failure);
    assertThat(printed()).isZero();
    assertThat(acknowledges(printing)).isTrue();
    assertThat(printed()).isOne();
  }

  private static boolean isDone(CompletionStage<Void> stage) {
    return stage.toCompletableFuture().isDone();
  }

  /** Handles the event once; returning is what acknowledges, unless it was settled before. */
  private static boolean acknowledges(Printing<String> printing) throws Exception {
    var delivery = new RecordedDelivery();
    printing.handle(EVENT, delivery);
    return !delivery.nacked;
  }

  private static final class RecordedDelivery implements Delivery {
    private boolean nacked;

    @Override
    public int attempt() {
      return 1;
    }

    @Override
    public Instant deadline() {
      return null;
    }

    @Override
    public CompletionStage<AckOutcome> ack() {
      throw new AssertionError("left to the return of the handler");
    }

    @Override
    public CompletionStage<AckOutcome> nack(Duration delay) {
      nacked = true;
      return CompletableFuture.completedStage(AckOutcome.NOT_APPLICABLE);
    }

    @Override
    public CompletionStage<AckOutcome> reject(String reason) {
      throw new AssertionError("nothing is given up");
    }

    @Override
    public CompletionStage<AckOutcome> extend(Duration by) {
      throw new AssertionError("no time is needed");
    }

    @Override
    public void defer() {
      throw new AssertionError("nothing is deferred");
    }
  }
}
