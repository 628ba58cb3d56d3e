package dev.infraevents.testkit.engflow;

import io.grpc.Status;
import java.time.Duration;

/**
 * How a queue answers acknowledgements. As it is at first, all tokens of a request are answered at
 * once, in one message. All methods are thread-safe; changes hold for what comes in from then on.
 */
public final class EngFlowReceipts {

  private static final int NOT_FOUND = Status.NOT_FOUND.getCode().value();

  private volatile boolean statusOmitted;
  private volatile boolean merged;
  private volatile Duration delay = Duration.ZERO;
  private volatile int perMessage = Integer.MAX_VALUE;
  private volatile int badTokenCode = NOT_FOUND;
  private volatile boolean badTokenEndsStream;

  // Guarded by this.
  private int drops;

  EngFlowReceipts() {}

  /**
   * Sets whether a receipt for an acknowledgement that counts has no status, instead of an empty
   * one. Both mean OK.
   *
   * @param omit false at first
   */
  public void omitStatus(boolean omit) {
    statusOmitted = omit;
  }

  /**
   * Sets whether receipts wait for the next notification to the same reader, and travel with it.
   * When the client closes its side they wait no longer.
   *
   * @param merge false at first
   */
  public void merge(boolean merge) {
    merged = merge;
  }

  /**
   * Sets how long receipts are held back.
   *
   * @param time by the server's timers; zero at first
   */
  public void delay(Duration time) {
    delay = time;
  }

  /**
   * Sets how many receipts a message has at most.
   *
   * @param receipts at least one; any number at first
   */
  public void perMessage(int receipts) {
    if (receipts < 1) {
      throw new IllegalArgumentException("a message has at least one receipt: " + receipts);
    }
    perMessage = receipts;
  }

  /**
   * Never answers the next acknowledgements. They count all the same.
   *
   * @param acks how many
   */
  public synchronized void drop(int acks) {
    drops = acks;
  }

  /**
   * Sets what is said about a token that is unknown, belongs to another stream or has been sent
   * before. No document of EngFlow's says.
   *
   * @param code the number of a gRPC status other than OK; 5, NOT_FOUND, at first
   */
  public void badTokenCode(int code) {
    badTokenCode = code;
  }

  /**
   * Sets whether such a token ends the stream, with the code of {@link #badTokenCode}, instead of
   * being answered.
   *
   * @param end false at first
   */
  public void badTokenEndsStream(boolean end) {
    badTokenEndsStream = end;
  }

  boolean isStatusOmitted() {
    return statusOmitted;
  }

  boolean isMerged() {
    return merged;
  }

  Duration delay() {
    return delay;
  }

  int perMessage() {
    return perMessage;
  }

  int badTokenCode() {
    return badTokenCode;
  }

  boolean badTokenEndsStream() {
    return badTokenEndsStream;
  }

  synchronized boolean takeDrop() {
    if (drops == 0) {
      return false;
    }
    drops--;
    return true;
  }
}
