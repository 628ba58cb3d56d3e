package dev.infraevents.testkit.engflow;

import dev.infraevents.grpc.proto.eventstore.GetBuildRequest;
import dev.infraevents.grpc.proto.eventstore.GetInvocationRequest;
import dev.infraevents.grpc.proto.eventstore.ReplayModeOptions.ReplayMode;
import dev.infraevents.grpc.proto.eventstore.StreamedBuildEvent;
import dev.infraevents.testkit.ReceivedCall;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@code GetInvocation} or {@code GetBuild}, as the fake sees it. Thread-safe. Its text
 * form leaves out the headers, which hold secrets.
 */
public final class StoreRead {

  private final boolean ofBuild;
  private final String instanceName;
  private final String id;
  private final @Nullable String continuationToken;
  private final ReplayMode replayMode;
  private final ReceivedCall received;
  private final EngFlowStore store;
  private final ServerCallStreamObserver<StreamedBuildEvent> responses;

  private final AtomicInteger sent = new AtomicInteger();
  private volatile @Nullable Status end; // written under this

  // All below guarded by this. Nothing is announced, and no stream is changed, under this lock.
  private @Nullable StoredStream stream;
  private @Nullable Cut cut;
  private int position;

  /** How a call is to end early. */
  record Cut(int afterEvents, Status status) {}

  private StoreRead(
      boolean ofBuild,
      String instanceName,
      String id,
      @Nullable String continuationToken,
      ReplayMode replayMode,
      ReceivedCall received,
      EngFlowStore store,
      ServerCallStreamObserver<StreamedBuildEvent> responses) {
    this.ofBuild = ofBuild;
    this.instanceName = instanceName;
    this.id = id;
    this.continuationToken = continuationToken;
    this.replayMode = replayMode;
    this.received = received;
    this.store = store;
    this.responses = responses;
  }

  static StoreRead of(
      GetInvocationRequest request,
      ReceivedCall received,
      EngFlowStore store,
      ServerCallStreamObserver<StreamedBuildEvent> responses) {
    return new StoreRead(
        false,
        request.getInstanceName(),
        request.getInvocationId(),
        request.hasContinuationToken() ? request.getContinuationToken() : null,
        request.getReplayMode(),
        received,
        store,
        responses);
  }

  static StoreRead of(
      GetBuildRequest request,
      ReceivedCall received,
      EngFlowStore store,
      ServerCallStreamObserver<StreamedBuildEvent> responses) {
    return new StoreRead(
        true,
        request.getInstanceName(),
        request.getBuildId(),
        request.hasContinuationToken() ? request.getContinuationToken() : null,
        ReplayMode.UNTIL_COMPLETE,
        received,
        store,
        responses);
  }

  /**
   * Which of the two calls it is.
   *
   * @return true for {@code GetBuild}, false for {@code GetInvocation}
   */
  public boolean isOfBuild() {
    return ofBuild;
  }

  /**
   * The instance that the request names.
   *
   * @return its name, empty if not set
   */
  public String instanceName() {
    return instanceName;
  }

  /**
   * What is read.
   *
   * @return the id of the invocation or of the build, empty if not set
   */
  public String id() {
    return id;
  }

  /**
   * Where the read goes on.
   *
   * @return the token of the request, empty if it has none
   */
  public Optional<String> continuationToken() {
    return Optional.ofNullable(continuationToken);
  }

  /**
   * Whether the read follows what is still to come.
   *
   * @return the mode; {@code UNTIL_COMPLETE} for a build, whose requests have none
   */
  public ReplayMode replayMode() {
    return replayMode;
  }

  /**
   * The call as it was received.
   *
   * @return its headers, secrets included
   */
  public ReceivedCall call() {
    return received;
  }

  /**
   * Counts the events that were sent.
   *
   * @return the number so far
   */
  public int sent() {
    return sent.get();
  }

  /**
   * How it ended.
   *
   * @return the status, {@code CANCELLED} if it was the client or the connection that ended it;
   *     empty while it is open
   */
  public Optional<Status> end() {
    return Optional.ofNullable(end);
  }

  @Override
  public String toString() {
    return "%s[%s, sent=%d, %s]"
        .formatted(
            ofBuild ? "GetBuild" : "GetInvocation",
            id,
            sent(),
            end().map(status -> status.getCode().name()).orElse("open"));
  }

  /** Begins to send. */
  void serve(StoredStream from, int start, @Nullable Cut early) {
    synchronized (this) {
      stream = from;
      position = start;
      cut = early;
    }
    pump();
  }

  /** Sends what there is, as long as the client takes it. */
  void pump() {
    boolean over;
    int before = sent();
    synchronized (this) {
      boolean wasOpen = end == null;
      while (end == null && step()) {}
      over = wasOpen && end != null;
    }
    if (over) {
      store.ended();
    } else if (sent() != before) {
      store.announce();
    }
  }

  void end(Status status) {
    boolean over;
    synchronized (this) {
      over = finish(status);
    }
    if (over) {
      store.ended();
    }
  }

  void cancelled() {
    boolean over;
    synchronized (this) {
      over = end == null;
      end = over ? Status.CANCELLED : end;
    }
    StoredStream read = stream();
    if (read != null) {
      read.forget(this);
    }
    if (over) {
      store.ended();
    }
  }

  private synchronized @Nullable StoredStream stream() {
    return stream;
  }

  private boolean step() {
    StoredStream from = stream;
    if (from == null) {
      return false; // not served yet
    }
    if (cut != null && sent() >= cut.afterEvents()) {
      return finish(cut.status());
    }
    StoredStream.Next next = from.next(position, replayMode);
    if (next instanceof StoredStream.End over) {
      return finish(over.status());
    }
    if (!(next instanceof StoredStream.Message message)
        || store.isStalled()
        || !responses.isReady()) {
      return false;
    }
    responses.onNext(message.content());
    position++;
    if (message.content().hasEvent() || message.isUnreadable()) {
      sent.incrementAndGet();
    }
    return !message.content().getIsLast() || finish(Status.OK);
  }

  /** Ends the call; false if that had been done. */
  private boolean finish(Status status) {
    if (end != null) {
      return false;
    }
    end = status;
    if (status.isOk()) {
      responses.onCompleted();
    } else {
      responses.onError(status.asRuntimeException());
    }
    return true;
  }
}
