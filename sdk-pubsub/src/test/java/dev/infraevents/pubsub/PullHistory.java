package dev.infraevents.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.testkit.pubsub.MessageSettlement;
import dev.infraevents.testkit.pubsub.MessageSettlement.Kind;
import dev.infraevents.testkit.pubsub.PubSubSubscription;
import dev.infraevents.testkit.pubsub.SubscriptionMessage;
import dev.infraevents.testkit.pubsub.SubscriptionMessage.State;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What a server has seen of consumers, held against what their handlers have done. */
final class PullHistory {

  private final List<SubscriptionMessage> messages;
  private final List<MessageSettlement> settlements;

  PullHistory(PubSubSubscription queue) {
    this.messages = queue.messages();
    this.settlements = queue.settlements();
  }

  long deliveries() {
    return messages.stream().mapToLong(message -> message.deliveries().size()).sum();
  }

  long count(Kind kind, boolean counted) {
    return settlements.stream()
        .filter(settlement -> settlement.kind() == kind && settlement.counted() == counted)
        .count();
  }

  void everyMessageIsHandledAndGone(HandledMessages handled) {
    assertThat(messages)
        .filteredOn(
            message -> message.state() != State.ACKED || handled.doneAt(message.id()) == null)
        .isEmpty();
  }

  void everyAckFollowsASuccess(HandledMessages handled) {
    assertThat(settlements)
        .filteredOn(settlement -> settlement.kind() == Kind.ACK)
        .filteredOn(
            ack -> {
              Instant done = handled.doneAt(ack.messageId());
              return done == null || !ack.at().isAfter(done);
            })
        .isEmpty();
  }

  /** All but the few whose nack was lost with a connection. */
  void failuresAreNacked(HandledMessages handled) {
    Set<String> nacked =
        settlements.stream()
            .filter(settlement -> settlement.kind() == Kind.NACK)
            .map(MessageSettlement::messageId)
            .collect(Collectors.toSet());
    Set<String> failed = handled.failed();
    assertThat(failed).hasSizeGreaterThan(messages.size() / 100);
    assertThat(failed.stream().filter(id -> !nacked.contains(id)).count())
        .isLessThan(failed.size() / 10);
  }
}
