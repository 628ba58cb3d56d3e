package dev.infraevents.testkit.engflow;

import dev.infraevents.grpc.proto.notification.PullNotificationRequest;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse.AcknowledgementReceipt;
import dev.infraevents.testkit.ReceivedCall;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** One {@code Pull} call whose first request was accepted. All methods are thread-safe. */
public final class EngFlowReader {

  private final int number;
  private final ReceivedCall call;
  private final EngFlowQueue queue;
  private final PullNotificationRequest first;
  private final Duration window;
  private final Object lock;
  private final ServerCallStreamObserver<PullNotificationResponse> answers;

  // All below guarded by lock, the queue's.
  final Deque<Lease> leases = new ArrayDeque<>(); // by deadline; those that are over go when first
  final Deque<AcknowledgementReceipt> receipts = new ArrayDeque<>();
  final Deque<Future<?>> delayed = new ArrayDeque<>(); // receipts that wait for their time
  @Nullable Future<?> timer;
  private final List<PullNotificationRequest> requests = new ArrayList<>();
  private int outstanding;
  private boolean halfClosed;
  private @Nullable Status end;

  EngFlowReader(
      int number,
      ReceivedCall call,
      EngFlowQueue queue,
      PullNotificationRequest first,
      Object lock,
      ServerCallStreamObserver<PullNotificationResponse> answers) {
    this.number = number;
    this.call = call;
    this.queue = queue;
    this.first = first;
    this.window = queue.window(first);
    this.lock = lock;
    this.answers = answers;
    requests.add(first);
  }

  /**
   * Tells the readers of one server apart.
   *
   * @return counted from 1, in the order in which their first requests were accepted
   */
  public int number() {
    return number;
  }

  /**
   * The call, with its metadata.
   *
   * @return the call
   */
  public ReceivedCall call() {
    return call;
  }

  /**
   * What it reads from.
   *
   * @return the queue
   */
  public EngFlowQueue queue() {
    return queue;
  }

  /**
   * Who reads, as the client says.
   *
   * @return the client id, empty if it says nothing
   */
  public Optional<String> client() {
    return first.hasClient() ? Optional.of(first.getClient()) : Optional.empty();
  }

  /**
   * How long a delivery waits for its acknowledgement.
   *
   * @return what the first request asks for, or else the server's default
   */
  public Duration window() {
    return window;
  }

  /**
   * What the client has sent.
   *
   * @return all accepted requests so far, the first included
   */
  public List<PullNotificationRequest> requests() {
    synchronized (lock) {
      return List.copyOf(requests);
    }
  }

  /**
   * Whether the call goes on, at least in the direction to the client.
   *
   * @return false once it has ended, by whomever
   */
  public boolean isOpen() {
    synchronized (lock) {
      return end == null;
    }
  }

  /**
   * How the call ended.
   *
   * @return the status that the client got; CANCELLED if the client or the connection is gone;
   *     empty while it is open
   */
  public Optional<Status> end() {
    synchronized (lock) {
      return Optional.ofNullable(end);
    }
  }

  /**
   * How many deliveries wait for their acknowledgement.
   *
   * @return the number, also after the end of the call until their windows are over
   */
  public int outstanding() {
    synchronized (lock) {
      return outstanding;
    }
  }

  @Override
  public String toString() {
    synchronized (lock) {
      String state = end == null ? "open" : "ended " + end.getCode();
      return "EngFlowReader[" + number + ", " + state + ", outstanding=" + outstanding + "]";
    }
  }

  // The rest is called with the lock held.

  Instant now() {
    return queue.time().now();
  }

  boolean hasEnded() {
    return end != null;
  }

  void requested(PullNotificationRequest request) {
    requests.add(request);
  }

  /** Whether the transport takes more: what it does not take is not queued there. */
  boolean isReady() {
    return end == null && answers.isReady();
  }

  boolean takesNotifications(int cap) {
    return !halfClosed && outstanding < cap && isReady();
  }

  boolean isHalfClosed() {
    return halfClosed;
  }

  void halfClose() {
    halfClosed = true;
  }

  void leased(Lease lease) {
    leases.add(lease);
    outstanding++;
  }

  void leaseOver() {
    outstanding--;
  }

  void send(PullNotificationResponse message) {
    answers.onNext(message);
  }

  /** Ends the call; false if it has ended already. */
  boolean end(Status status) {
    if (!gone(status)) {
      return false;
    }
    if (status.isOk()) {
      answers.onCompleted();
    } else {
      answers.onError(status.asRuntimeException());
    }
    return true;
  }

  /** Notes that the call has ended by itself; false if that is known. */
  boolean gone(Status status) {
    if (end != null) {
      return false;
    }
    end = status;
    return true;
  }
}
