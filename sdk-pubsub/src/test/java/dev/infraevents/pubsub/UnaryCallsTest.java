package dev.infraevents.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.pubsub.v1.AcknowledgeRequest;
import com.google.pubsub.v1.ModifyAckDeadlineRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UnaryCallsTest {

  private static final Duration LONG = Duration.ofHours(1);

  private final UnaryCalls calls = new UnaryCalls();

  private static AcknowledgeRequest acks(String... ids) {
    var request = AcknowledgeRequest.newBuilder();
    for (String id : ids) {
      request.addAckIds(id);
    }
    return request.build();
  }

  private static ModifyAckDeadlineRequest deadlines(int seconds, String id) {
    return ModifyAckDeadlineRequest.newBuilder()
        .setAckDeadlineSeconds(seconds)
        .addAckIds(id)
        .build();
  }

  private CompletableFuture<Void> waiting() {
    return CompletableFuture.runAsync(() -> calls.awaitLast(LONG));
  }

  @Test
  void nothingToTellIsNotWaitedFor() {
    calls.awaitLast(LONG);
  }

  @Test
  void whatIsToBeSentIsWaitedForUntilItIsSentAndAnswered() {
    calls.toSend();
    calls.toSend();
    calls.toSend();
    CompletableFuture<Void> waiting = waiting();
    calls.opened();
    calls.sent(acks("1", "2"));
    calls.closed();
    assertThat(waiting).isNotDone();
    calls.opened();
    calls.sent(deadlines(0, "3"));
    assertThat(waiting).isNotDone();
    calls.closed();
    waiting.join();
  }

  @Test
  void anExtensionIsNoSettlement() {
    calls.toSend();
    calls.sent(deadlines(10, "1"));
    CompletableFuture<Void> waiting = waiting();
    assertThat(waiting).isNotDone();
    calls.sent(acks("1"));
    waiting.join();
  }

  @Test
  void whatIsSentTwiceCountsForNothingElse() {
    calls.toSend();
    calls.sent(acks("1"));
    calls.sent(acks("1"));
    calls.toSend();
    CompletableFuture<Void> waiting = waiting();
    assertThat(waiting).isNotDone();
    calls.sent(acks("2"));
    waiting.join();
  }

  @Test
  void aServerThatIsGoneIsNotWaitedFor() {
    calls.toSend();
    CompletableFuture<Void> waiting = waiting();
    calls.abandon();
    waiting.join();
  }

  @Test
  void patienceHasAnEnd() {
    calls.toSend();
    calls.awaitLast(Duration.ofMillis(1));
  }
}
