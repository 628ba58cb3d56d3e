package dev.infraevents.pubsub;

import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code Subscriber} of Google's does on its channel, seen from below: the client itself
 * says nothing when its stream breaks or is refused for a while, opens another one without a word,
 * and buries why it has given up.
 *
 * <p>It gets one stream. When that ends, {@link PullConnection} is told why, and the client is not:
 * it goes on extending leases and sending acknowledgements for what it has brought, which Pub/Sub
 * does not bind to a stream.
 */
final class PullStream implements ClientInterceptor {

  private static final String METHOD = "google.pubsub.v1.Subscriber/StreamingPull";

  /** Hears of the stream; on gRPC's threads, must not block. */
  interface Observer {

    /** The server has sent something, on the stream or in answer to another call. */
    void alive();

    /** The server has answered on the stream; before its messages are brought. */
    void answered(StreamingPullResponse response);

    /**
     * The client has asked on the stream whether the server is there.
     *
     * @param answer pretends that it is, if it has not said so by itself; not to be run on the
     *     calling thread
     */
    void pinged(Runnable answer);

    /** The stream has ended, and not because {@link #stop} was called. */
    void ended(Status status);
  }

  private final Observer observer;
  private final UnaryCalls calls;
  private final AtomicReference<@Nullable StreamCall<?, ?>> stream = new AtomicReference<>();
  private volatile boolean stopped;
  private volatile boolean abandoned;

  PullStream(Observer observer, UnaryCalls calls) {
    this.observer = observer;
    this.calls = calls;
  }

  /** Ends the stream; what has been brought by it can still be settled. */
  void stop() {
    stopped = true;
    StreamCall<?, ?> open = stream.get();
    if (open != null) {
      open.cancel("no more messages are wanted", null);
    }
  }

  /** Lets the client send nothing any more, so that it does not try again and again. */
  void abandon() {
    abandoned = true;
    calls.abandon();
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    if (abandoned) {
      return new RefusedCall<>();
    }
    if (!method.getFullMethodName().equals(METHOD)) {
      return new WatchedCall<>(next.newCall(method, options));
    }
    var call = new StreamCall<>(next.newCall(method, options));
    if (!stream.compareAndSet(null, call) || stopped) { // in this order: stop() looks for it
      throw new IllegalStateException("a connection has one stream");
    }
    return call;
  }

  /** A call that ends as soon as it is started, in a way that is not retried. */
  private static final class RefusedCall<Q, A> extends ClientCall<Q, A> {

    @Override
    public void start(Listener<A> listener, Metadata headers) {
      listener.onClose(
          Status.FAILED_PRECONDITION.withDescription("the client has ended"), new Metadata());
    }

    @Override
    public void request(int messages) {}

    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {}

    @Override
    public void halfClose() {}

    @Override
    public void sendMessage(Q message) {}
  }

  /** Any other call: its answer shows that the server is there. */
  private final class WatchedCall<Q, A> extends SimpleForwardingClientCall<Q, A> {

    WatchedCall(ClientCall<Q, A> call) {
      super(call);
    }

    @Override
    public void start(Listener<A> listener, Metadata headers) {
      calls.opened();
      super.start(
          new SimpleForwardingClientCallListener<>(listener) {
            @Override
            public void onMessage(A answer) {
              observer.alive();
              super.onMessage(answer);
            }

            @Override
            public void onClose(Status status, Metadata trailers) {
              super.onClose(status, trailers);
              calls.closed();
            }
          },
          headers);
    }

    @Override
    public void sendMessage(Q message) {
      super.sendMessage(message);
      calls.sent(message);
    }
  }

  private final class StreamCall<Q, A> extends SimpleForwardingClientCall<Q, A> {

    private volatile @Nullable StreamListener<A> listener;

    StreamCall(ClientCall<Q, A> call) {
      super(call);
    }

    @Override
    public void start(Listener<A> client, Metadata headers) {
      var watching = new StreamListener<>(client);
      listener = watching;
      super.start(watching, headers);
    }

    @Override
    public void sendMessage(Q message) {
      StreamListener<A> watching = listener;
      if (watching == null || watching.ended) {
        return; // the client does not know
      }
      super.sendMessage(message);
      if (message.equals(StreamingPullRequest.getDefaultInstance())) {
        int before = watching.answers;
        observer.pinged(() -> watching.pretendAnswer(before));
      }
    }
  }

  private final class StreamListener<A> extends SimpleForwardingClientCallListener<A> {

    private final ReentrantLock lock = new ReentrantLock();
    private volatile boolean ended;
    private volatile int answers;
    private StreamingPullResponse pretended = StreamingPullResponse.getDefaultInstance(); // locked

    StreamListener(ClientCall.Listener<A> client) {
      super(client);
    }

    // Locked because an answer may be pretended beside it; gRPC calls this from one thread at a
    // time.
    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // locked
    public void onMessage(A message) {
      lock.lock();
      try {
        answers++;
        if (message instanceof StreamingPullResponse response) {
          observer.alive();
          observer.answered(response);
          if (response.hasSubscriptionProperties()) { // the client believes the last ones it sees
            pretended =
                StreamingPullResponse.newBuilder()
                    .setSubscriptionProperties(response.getSubscriptionProperties())
                    .build();
          }
        }
        super.onMessage(message);
      } finally {
        lock.unlock();
      }
    }

    // Does not wait: who holds the lock brings an answer, and the client may hold that up until
    // the calling thread goes on.
    @SuppressWarnings("unchecked") // a call of StreamingPull has these answers
    void pretendAnswer(int before) {
      if (!lock.tryLock()) {
        return;
      }
      try {
        if (answers == before && !ended) {
          onMessage((A) pretended);
        }
      } finally {
        lock.unlock();
      }
    }

    // The client must not hear of it: it would open another stream, or fail and let go of what it
    // holds.
    @Override
    public void onClose(Status status, Metadata trailers) {
      ended = true;
      if (!stopped) {
        observer.ended(status);
      }
    }
  }
}
