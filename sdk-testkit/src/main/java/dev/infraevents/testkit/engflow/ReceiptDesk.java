package dev.infraevents.testkit.engflow;

import dev.infraevents.grpc.proto.notification.PullNotificationResponse;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse.AcknowledgementReceipt;
import dev.infraevents.spi.TimeSource;
import io.grpc.Status;
import java.util.concurrent.TimeUnit;

/** Answers acknowledgements, as {@link EngFlowReceipts} says. Guarded by the dispatcher's lock. */
final class ReceiptDesk {

  static final Status LATE =
      Status.DEADLINE_EXCEEDED.withDescription("the acknowledgement came too late");

  private final EngFlowReceipts rules;
  private final TimeSource time;
  private final PullDispatcher dispatcher;

  ReceiptDesk(EngFlowReceipts rules, TimeSource time, PullDispatcher dispatcher) {
    this.rules = rules;
    this.time = time;
    this.dispatcher = dispatcher;
  }

  Status badToken(String why) {
    return Status.fromCodeValue(rules.badTokenCode()).withDescription(why);
  }

  boolean endsStream(Status verdict) {
    return rules.badTokenEndsStream() && !verdict.isOk() && !verdict.equals(LATE);
  }

  /** Makes a receipt, which is sent with the next flush, later, or never. */
  void answer(EngFlowReader reader, String token, Status verdict) {
    if (rules.takeDrop()) {
      return;
    }
    AcknowledgementReceipt receipt = receipt(token, verdict);
    long delay = rules.delay().toNanos();
    if (delay == 0) {
      reader.receipts.add(receipt);
      return;
    }
    reader.delayed.add(
        time.timers().schedule(() -> release(reader, receipt), delay, TimeUnit.NANOSECONDS));
  }

  private void release(EngFlowReader reader, AcknowledgementReceipt receipt) {
    synchronized (dispatcher) {
      reader.delayed.poll();
      reader.receipts.add(receipt);
      flush(reader);
    }
  }

  private AcknowledgementReceipt receipt(String token, Status verdict) {
    var receipt = AcknowledgementReceipt.newBuilder().setToken(token);
    if (!verdict.isOk() || !rules.isStatusOmitted()) {
      String description = verdict.getDescription();
      receipt
          .getStatusBuilder()
          .setCode(verdict.getCode().value())
          .setMessage(description == null ? "" : description);
    }
    return receipt.build();
  }

  /** Adds the receipts that wait for a notification to one. */
  void addMerged(EngFlowReader reader, PullNotificationResponse.Builder message) {
    if (rules.isMerged()) {
      fill(reader, message);
    }
  }

  /** Sends what there is, as far as the transport takes it. */
  void flush(EngFlowReader reader) {
    if (dispatcher.isStalled()) {
      return;
    }
    boolean waits = rules.isMerged() && !reader.isHalfClosed();
    while (!waits && !reader.receipts.isEmpty() && reader.isReady()) {
      var message = PullNotificationResponse.newBuilder();
      fill(reader, message);
      reader.send(message.build());
    }
    if (reader.isHalfClosed() && reader.receipts.isEmpty() && reader.delayed.isEmpty()) {
      dispatcher.end(reader, Status.OK);
    }
  }

  private void fill(EngFlowReader reader, PullNotificationResponse.Builder message) {
    for (int i = 0; i < rules.perMessage() && !reader.receipts.isEmpty(); i++) {
      message.addAcknowledgementReceipt(reader.receipts.remove());
    }
  }
}
