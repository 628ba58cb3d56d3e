package dev.infraevents.internal.delivery;

import static dev.infraevents.testing.ScriptedSource.Kind.AT_LEAST_ONCE;
import static dev.infraevents.testing.ScriptedSource.Kind.AT_MOST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.Concurrency;
import dev.infraevents.DedupeStore;
import dev.infraevents.FailureAction;
import dev.infraevents.testing.ScriptedMessage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class DedupeTest extends EngineTest {

  @Test
  void aRedeliveryOfFinishedWorkIsAcknowledgedWithoutTheHandler() {
    subscribe(AT_LEAST_ONCE);

    send("a");
    awaitIdle();
    ScriptedMessage again = send(message("a").attempt(2));
    awaitIdle();

    assertThat(again.settled()).containsExactly("ack");
    assertThat(handler.started()).containsExactly("a");
    books().delivered(1).deduplicated(1).show(2);
  }

  @Test
  void eventsWithTheSameIdFromDifferentPlacesAreDifferentEvents() {
    subscribe(AT_LEAST_ONCE);

    send(message("a").dedupeId("here a"));
    awaitIdle();
    send(message("a").dedupeId("there a"));
    awaitIdle();
    send(message("a").dedupeId("here a"));
    awaitIdle();

    assertThat(handler.started()).containsExactly("a", "a");
    books().delivered(2).deduplicated(1).show(3);
  }

  @Test
  void finishedWorkIsForgottenInTheEnd() {
    subscribe(AT_LEAST_ONCE);
    send("a");
    awaitIdle();

    time.advance(Duration.ofMinutes(20).plusSeconds(1));
    send("a");
    awaitIdle();

    assertThat(handler.started()).containsExactly("a", "a");
    books().delivered(2).show(2);
  }

  @Test
  void aRedeliveryOfRunningWorkIsSettledWithIt() {
    subscribe(AT_LEAST_ONCE);
    handler.hold("a");
    ScriptedMessage first = send(message("a"));
    handler.awaitStarted("a");

    ScriptedMessage second = send(message("a"));
    ScriptedMessage third = send(message("a"));
    books().inFlight(1).deduplicated(2).show(3);
    assertThat(List.of(first, second, third)).allMatch(message -> message.settled().isEmpty());
    handler.release("a");
    awaitIdle();

    assertThat(List.of(first, second, third))
        .allSatisfy(message -> assertThat(message.settled()).containsExactly("ack"));
    assertThat(handler.started()).containsExactly("a");
    books().delivered(1).deduplicated(2).show(3);
  }

  @Test
  void aRedeliveryOfWaitingWorkIsSettledWithIt() {
    subscribe(AT_LEAST_ONCE);
    handler.hold("a");
    send("a");
    handler.awaitStarted("a");

    ScriptedMessage first = send(message("b"));
    ScriptedMessage second = send(message("b"));
    handler.release("a");
    awaitIdle();

    assertThat(first.settled()).containsExactly("ack");
    assertThat(second.settled()).containsExactly("ack");
    assertThat(handler.started()).containsExactly("a", "b");
    books().delivered(2).deduplicated(1).show(3);
  }

  @Test
  void aRedeliveryOfRunningWorkIsNackedWithIt() {
    subscribe(AT_LEAST_ONCE);
    handler.on("a", (event, delivery) -> delivery.defer());
    ScriptedMessage first = send(message("a"));
    handler.awaitEnded("a");

    ScriptedMessage second = send(message("a"));
    handler.delivery("a").nack(SECOND);
    awaitIdle();

    assertThat(first.settled()).containsExactly("nack PT1S");
    assertThat(second.settled()).containsExactly("nack PT1S");
    books().delivered(1).deduplicated(1).failed(1).show(2);
  }

  @Test
  void aRedeliveryThatComesWhileTheAcknowledgementIsBeingMadeIsAcknowledgedToo() {
    var adding = new CountDownLatch(1);
    var added = new CountDownLatch(1);
    subscribe(
        AT_LEAST_ONCE,
        options ->
            options
                .concurrency(Concurrency.unordered(2))
                .dedupe(
                    new FakeStore() {
                      @Override
                      public void add(String id) {
                        adding.countDown();
                        join(added);
                      }
                    }));

    ScriptedMessage first = send(message("a"));
    join(adding); // the handler has returned, and nobody knows yet
    ScriptedMessage second = send(message("a"));
    added.countDown();
    awaitIdle();

    awaitSettled(first, "ack");
    awaitSettled(second, "ack");
    assertThat(handler.started()).containsExactly("a");
    books().delivered(1).deduplicated(1).show(2);
  }

  @Test
  void whatWasNackedIsNotADuplicateWhenItComesBack() {
    subscribe(AT_LEAST_ONCE);
    handler.on("a", (event, delivery) -> delivery.nack(NOW));

    send("a");
    awaitIdle();
    send("a");
    awaitIdle();

    assertThat(handler.started()).containsExactly("a", "a");
    books().delivered(2).failed(2).show(2);
  }

  @Test
  void whatWasRejectedOrReportedIsADuplicateWhenItComesBack() {
    subscribe(AT_LEAST_ONCE, options -> options.onFailure(FailureAction.ACK_AND_REPORT));
    handler.on("a", (event, delivery) -> delivery.reject("no use"));
    handler.on(
        "b",
        (event, delivery) -> {
          throw new IllegalStateException("bad");
        });

    send("a", "b");
    awaitIdle();
    List<ScriptedMessage> again = send("a", "b");
    awaitIdle();

    assertThat(again).allSatisfy(message -> assertThat(message.settled()).containsExactly("ack"));
    assertThat(handler.started()).containsExactly("a", "b");
    books().delivered(2).deduplicated(2).failed(2).show(4);
  }

  @Test
  void aSourceThatDoesNotRedeliverHasNoDuplicatesUnlessAStoreIsGiven() {
    subscribe(AT_MOST_ONCE);
    send("a", "a");
    awaitIdle();
    books().delivered(2).show(2);

    subscribe(
        AT_MOST_ONCE, options -> options.dedupe(DedupeStore.inMemory(Duration.ofHours(1), 10)));
    send("a");
    awaitIdle();
    send("a");
    awaitIdle();
    books().delivered(1).deduplicated(1).show(2);
  }

  @Test
  void aStoreThatKnowsTheEventFromElsewhereIsBelieved() {
    subscribe(
        AT_LEAST_ONCE,
        options ->
            options.dedupe(
                new FakeStore() {
                  @Override
                  public boolean contains(String id) {
                    return id.equals("handled by another replica");
                  }
                }));

    ScriptedMessage known = send(message("handled by another replica"));
    send("a");
    awaitIdle();

    assertThat(known.settled()).containsExactly("ack");
    assertThat(handler.started()).containsExactly("a");
    books().delivered(1).deduplicated(1).show(2);
  }

  @Test
  void aStoreThatThrowsIsAStoreThatKnowsNothing() {
    subscribe(
        AT_LEAST_ONCE,
        options ->
            options.dedupe(
                new FakeStore() {
                  @Override
                  public boolean contains(String id) {
                    throw new IllegalStateException("the store's");
                  }

                  @Override
                  public void add(String id) {
                    throw new AssertionError("the store's");
                  }
                }));

    ScriptedMessage first = send(message("a"));
    awaitIdle();
    ScriptedMessage second = send(message("a"));
    awaitIdle();

    assertThat(first.settled()).containsExactly("ack");
    assertThat(second.settled()).containsExactly("ack");
    assertThat(handler.started()).containsExactly("a", "a");
    books().delivered(2).show(2);
  }

  /** Knows nothing and remembers nothing. */
  private static class FakeStore implements DedupeStore {
    @Override
    public boolean contains(String id) {
      return false;
    }

    @Override
    public void add(String id) {}
  }
}
