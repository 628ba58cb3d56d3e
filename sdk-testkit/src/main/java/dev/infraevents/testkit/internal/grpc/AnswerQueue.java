package dev.infraevents.testkit.internal.grpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The answers of one call, from any thread, in the order in which they are given: whoever comes
 * while another one sends leaves it to that one. Nobody waits, and no lock is held.
 *
 * @param <A> the type of the answers
 */
public final class AnswerQueue<A> {

  private final ServerCallStreamObserver<A> answers;
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger(); // of those that wait

  private boolean over; // only the thread that sends knows

  /** Takes over a call; its cancel handler has been set. */
  public AnswerQueue(ServerCallStreamObserver<A> answers) {
    this.answers = answers;
  }

  /** Whether the transport takes more: what it does not take is queued there. */
  public boolean isReady() {
    return answers.isReady();
  }

  /** Sends an answer, unless the call has ended. */
  public void send(A answer) {
    offer(() -> answers.onNext(answer));
  }

  /** Ends the call, unless it has ended. */
  public void end(Status status) {
    offer(
        () -> {
          over = true;
          if (status.isOk()) {
            answers.onCompleted();
          } else {
            answers.onError(status.asRuntimeException());
          }
        });
  }

  private void offer(Runnable step) {
    waiting.add(step);
    if (count.getAndIncrement() > 0) {
      return;
    }
    do {
      Runnable next = waiting.remove();
      if (!over) {
        next.run();
      }
    } while (count.decrementAndGet() > 0);
  }
}
