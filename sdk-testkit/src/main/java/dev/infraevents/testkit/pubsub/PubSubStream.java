package dev.infraevents.testkit.pubsub;

import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import dev.infraevents.testkit.ReceivedCall;
import dev.infraevents.testkit.internal.grpc.AnswerQueue;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One {@code StreamingPull} call whose first request was accepted. All methods are thread-safe.
 *
 * <p>It gets messages until as many, or as many bytes, are outstanding as its first request allows.
 * The message that reaches the limit of bytes still goes out, so that none is too large for it.
 */
public final class PubSubStream {

  private static final int MOST_MESSAGES = 250; // in a response
  private static final int MOST_BYTES = 1 << 20;

  private final int number;
  private final ReceivedCall call;
  private final PubSubSubscription subscription;
  private final StreamingPullRequest first;
  private final AnswerQueue<StreamingPullResponse> answers;
  private final Object lock;

  // All below guarded by lock, the queue's.
  final Deque<OrderedKey> parked = new ArrayDeque<>(); // they wait for room in here
  List<ReceivedMessage> batch = new ArrayList<>();
  private final List<StreamingPullRequest> requests = new ArrayList<>();
  private int deadlineSeconds;
  private int batchBytes;
  private int outstanding;
  private long outstandingBytes;
  private int pings;
  private boolean silent;
  private @Nullable Status end;

  PubSubStream(
      int number,
      ReceivedCall call,
      PubSubSubscription subscription,
      StreamingPullRequest first,
      AnswerQueue<StreamingPullResponse> answers) {
    this.number = number;
    this.call = call;
    this.subscription = subscription;
    this.first = first;
    this.answers = answers;
    this.lock = subscription.queue();
    this.deadlineSeconds = first.getStreamAckDeadlineSeconds();
    requests.add(first);
  }

  /**
   * Tells the streams of one server apart.
   *
   * @return counted from 1, in the order in which their first requests were accepted
   */
  public int number() {
    return number;
  }

  /**
   * The call, with its metadata such as {@code x-goog-request-params}.
   *
   * @return the call
   */
  public ReceivedCall call() {
    return call;
  }

  /**
   * What it reads from.
   *
   * @return the subscription
   */
  public PubSubSubscription subscription() {
    return subscription;
  }

  /**
   * What the client has sent.
   *
   * @return all accepted requests so far, the first included
   */
  public List<StreamingPullRequest> requests() {
    synchronized (lock) {
      return List.copyOf(requests);
    }
  }

  /**
   * How often the client has asked whether the stream is alive.
   *
   * @return the number of empty requests so far
   */
  public int pings() {
    synchronized (lock) {
      return pings;
    }
  }

  /**
   * Whether messages can come.
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
   * How many deliveries the client has to settle.
   *
   * @return the number, also after the end of the call until their deadlines are over
   */
  public int outstanding() {
    synchronized (lock) {
      return outstanding;
    }
  }

  /**
   * How large the messages are that the client has to settle.
   *
   * @return bytes, as with {@link #outstanding}
   */
  public long outstandingBytes() {
    synchronized (lock) {
      return outstandingBytes;
    }
  }

  /** Sends nothing more to this stream, no message and no answer, and does not end it either. */
  public void silence() {
    synchronized (lock) {
      silent = true;
    }
  }

  /**
   * Ends the call.
   *
   * @param status how; OK is possible
   */
  public void end(Status status) {
    if (gone(status)) {
      answers.end(status);
    }
    subscription.announce();
  }

  @Override
  public String toString() {
    synchronized (lock) {
      String state = end == null ? "open" : "ended " + end.getCode();
      return "PubSubStream[" + number + ", " + state + ", outstanding=" + outstanding + "]";
    }
  }

  /** Notes that the call has ended; false if that is known. */
  boolean gone(Status status) {
    synchronized (lock) {
      if (end != null) {
        return false;
      }
      end = status;
      subscription.queue().leave(this);
      return true;
    }
  }

  /** Takes note of a request that is not the first; says whether it is to be answered. */
  boolean requested(StreamingPullRequest request) {
    synchronized (lock) {
      requests.add(request);
      if (request.getStreamAckDeadlineSeconds() > 0) {
        deadlineSeconds = request.getStreamAckDeadlineSeconds();
      }
      boolean ping = request.getSerializedSize() == 0;
      if (ping) {
        pings++;
      }
      return ping && first.getProtocolVersion() > 0;
    }
  }

  void sendMessages(List<ReceivedMessage> messages) {
    send(StreamingPullResponse.newBuilder().addAllReceivedMessages(messages));
  }

  void send(StreamingPullResponse.Builder response) {
    synchronized (lock) {
      if (silent) {
        return;
      }
    }
    answers.send(response.setSubscriptionProperties(subscription.properties()).build());
  }

  boolean isReady() {
    return answers.isReady();
  }

  // The rest is called with the lock held.

  boolean isOpenNow() {
    return end == null;
  }

  int deadlineSeconds() {
    return deadlineSeconds;
  }

  boolean hasRoom() {
    return !silent
        && (first.getMaxOutstandingMessages() <= 0
            || outstanding < first.getMaxOutstandingMessages())
        && (first.getMaxOutstandingBytes() <= 0
            || outstandingBytes < first.getMaxOutstandingBytes())
        && batch.size() < MOST_MESSAGES
        && batchBytes < MOST_BYTES;
  }

  void take(Lease lease, ReceivedMessage message) {
    outstanding++;
    outstandingBytes += lease.message.bytes();
    batchBytes += lease.message.bytes();
    batch.add(message);
  }

  List<ReceivedMessage> takeBatch() {
    List<ReceivedMessage> taken = batch;
    batch = new ArrayList<>();
    batchBytes = 0;
    return taken;
  }

  void leaseOver(Lease lease) {
    outstanding--;
    outstandingBytes -= lease.message.bytes();
  }
}
