package dev.infraevents.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.AckOutcome;
import dev.infraevents.SubscriptionStats;
import dev.infraevents.testkit.engflow.EngFlowAck;
import dev.infraevents.testkit.engflow.EngFlowDelivery;
import dev.infraevents.testkit.engflow.EngFlowNotification;
import dev.infraevents.testkit.engflow.EngFlowNotification.State;
import dev.infraevents.testkit.engflow.EngFlowQueue;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a server has seen of one consumer, held against what the consumer's handler has done. */
final class QueueHistory {

  private static final int OK = 0;
  private static final int DEADLINE_EXCEEDED = 4;

  private final List<EngFlowNotification> notifications;
  private final List<EngFlowAck> acks;
  private final Map<String, EngFlowDelivery> deliveries = new HashMap<>(); // by token

  QueueHistory(EngFlowQueue queue) {
    this.notifications = queue.notifications();
    this.acks = queue.acks();
    notifications.forEach(
        notification ->
            notification.deliveries().forEach(sent -> deliveries.put(sent.token(), sent)));
  }

  int deliveries() {
    return deliveries.size();
  }

  long lateAcks() {
    return acks.stream().filter(ack -> ack.code() == DEADLINE_EXCEEDED).count();
  }

  void everyNotificationIsHandledAndGone(ErraticHandler handler) {
    assertThat(notifications)
        .filteredOn(sent -> sent.state() != State.ACKED || handler.doneAt(sent.id()) == null)
        .isEmpty();
  }

  void everyAckFollowsTheHandlersSuccess(ErraticHandler handler) {
    assertThat(acks)
        .filteredOn(
            ack -> {
              EngFlowDelivery sent = deliveries.get(ack.token());
              Instant done = sent == null ? null : handler.doneAt(sent.notification());
              return done == null || !ack.at().isAfter(done);
            })
        .isEmpty();
  }

  void everyTokenComesBackOnceAndOnItsOwnStream() {
    Set<String> seen = new HashSet<>();
    assertThat(acks)
        .filteredOn(
            ack -> {
              EngFlowDelivery sent = deliveries.get(ack.token());
              return sent == null || sent.reader() != ack.reader() || !seen.add(ack.token());
            })
        .isEmpty();
    assertThat(acks)
        .filteredOn(ack -> ack.code() != OK && ack.code() != DEADLINE_EXCEEDED)
        .isEmpty();
  }

  /**
   * Compares the books.
   *
   * @param exact whether everything that was sent has arrived
   */
  void theBooksAgree(SubscriptionStats books, ErraticHandler handler, boolean exact) {
    assertThat(books.balances()).as("%s", books).isTrue();
    assertThat(books.received()).isLessThanOrEqualTo(deliveries.size());
    assertThat(books.received()).isGreaterThanOrEqualTo(acks.size());
    if (exact) {
      assertThat(books.received()).isEqualTo(deliveries.size());
    }
    assertThat(books.delivered() + books.retried()).as("%s", books).isEqualTo(handler.runs());
    assertThat(books.failed() + books.retried()).as("%s", books).isEqualTo(handler.failedRuns());
    assertThat(books.delivered() + books.deduplicated())
        .as("%s", books)
        .isEqualTo(books.received());
  }

  static void everyQuestionWasAnswered(ErraticHandler handler) {
    assertThat(handler.answers().values().stream().mapToInt(Integer::intValue).sum())
        .isEqualTo(handler.asked());
    assertThat(handler.answers()).doesNotContainKey(AckOutcome.REFUSED);
  }
}
