package dev.infraevents.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Status;
import dev.infraevents.AckOutcome;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse.AcknowledgementReceipt;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcknowledgementsTest {

  private final Acknowledgements acknowledgements = new Acknowledgements();

  private CompletionStage<AckOutcome> add(String token) {
    return acknowledgements.add(token).outcome();
  }

  private void answer(String token, int code) {
    acknowledgements.answered(
        AcknowledgementReceipt.newBuilder()
            .setToken(token)
            .setStatus(Status.newBuilder().setCode(code))
            .build());
  }

  @ParameterizedTest
  @CsvSource({"0, CONFIRMED", "4, DEADLINE_PASSED", "3, REFUSED", "5, REFUSED", "99, REFUSED"})
  void aReceiptIsAnOutcome(int code, AckOutcome expected) {
    CompletionStage<AckOutcome> outcome = add("t1");
    answer("t1", code);
    assertThat(outcome).isCompletedWithValue(expected);
  }

  @Test
  void aReceiptWithoutAStatusIsOk() {
    CompletionStage<AckOutcome> outcome = add("t1");
    acknowledgements.answered(AcknowledgementReceipt.newBuilder().setToken("t1").build());
    assertThat(outcome).isCompletedWithValue(AckOutcome.CONFIRMED);
  }

  @Test
  void aReceiptForATokenThatNobodyWaitsForTellsNothing() {
    CompletionStage<AckOutcome> outcome = add("t1");
    answer("other", 0);
    assertThat(outcome).isNotDone();
  }

  @Test
  void aTokenThatComesAgainIsSentOnceAndAnsweredForBoth() {
    CompletionStage<AckOutcome> first = add("t1");
    CompletionStage<AckOutcome> again = add("t1");
    assertThat(acknowledgements.takeUnsent()).containsExactly("t1");
    answer("t1", 0);
    assertThat(first.toCompletableFuture()).isCompletedWithValue(AckOutcome.CONFIRMED);
    assertThat(again.toCompletableFuture()).isCompletedWithValue(AckOutcome.CONFIRMED);
  }

  @Test
  void whatIsSentCanBeToldToBeAndStillWaitsForItsReceipt() {
    CompletionStage<AckOutcome> sent = add("t1");
    acknowledgements.takeUnsent();
    CompletionStage<AckOutcome> unsent = add("t2");
    acknowledgements.saySent();
    assertThat(sent.toCompletableFuture()).isCompletedWithValue(AckOutcome.SENT);
    assertThat(unsent.toCompletableFuture()).isNotDone();
    assertThat(acknowledgements.awaitReceipts().toCompletableFuture()).isNotDone();
  }

  @Test
  void eachIsSentOnce() {
    add("t1");
    add("t2");
    assertThat(acknowledgements.takeUnsent()).containsExactly("t1", "t2");
    assertThat(acknowledgements.takeUnsent()).isEmpty();
    assertThat(acknowledgements.hasUnanswered()).isTrue();
  }

  @Test
  void theEndTakesWhatIsUnanswered() {
    CompletionStage<AckOutcome> unsent = add("t1");
    acknowledgements.end();
    assertThat(unsent).isCompletedWithValue(AckOutcome.STREAM_GONE);
    assertThat(acknowledgements.add("t2")).isNull();
    assertThat(acknowledgements.takeUnsent()).isEmpty();
    assertThat(acknowledgements.awaitReceipts().toCompletableFuture()).isDone();
  }

  @Test
  void theLastReceiptEndsTheWait() {
    add("t1");
    add("t2");
    CompletionStage<Void> all = acknowledgements.awaitReceipts();
    answer("t1", 0);
    assertThat(all.toCompletableFuture()).isNotDone();
    answer("t2", 4);
    assertThat(all.toCompletableFuture()).isDone();
  }

  @Test
  void withoutAnyThereIsNothingToWaitFor() {
    assertThat(acknowledgements.awaitReceipts().toCompletableFuture()).isDone();
  }
}
