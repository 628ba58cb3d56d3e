package dev.infraevents.testkit.engflow;

import dev.infraevents.grpc.proto.build.BuildEvent;
import dev.infraevents.grpc.proto.build.StreamId;
import dev.infraevents.grpc.proto.eventstore.BuildProgressEvent;
import dev.infraevents.grpc.proto.eventstore.ReplayModeOptions.ReplayMode;
import dev.infraevents.grpc.proto.eventstore.StreamedBuildEvent;
import dev.infraevents.testkit.internal.Changes;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The events of one invocation, or of one build, in the store of a {@link FakeEngFlow}. Open at
 * first: readers that follow it wait for more, until it is completed or its publisher is given up.
 * Thread-safe.
 */
public final class StoredStream {

  /** What a reader is to do next; null where it has to wait. */
  sealed interface Next {}

  record Message(StreamedBuildEvent content) implements Next {
    boolean isUnreadable() {
      return !content.getUnknownFields().asMap().isEmpty();
    }
  }

  record End(Status status) implements Next {}

  private static final String PRINCIPAL = "developer@example.com";

  private final String buildId;
  private final String invocationId; // empty for a build
  private final @Nullable StoredStream build; // null for a build
  private final Changes changes;
  private final Set<StoreRead> readers = ConcurrentHashMap.newKeySet();

  // All below guarded by this. Readers are served outside this lock.
  private final List<StreamedBuildEvent> events = new ArrayList<>();
  private final Map<String, Integer> positions = new HashMap<>(); // after the event of a token
  private final Deque<StoreRead.Cut> cuts = new ArrayDeque<>();
  private boolean componentless;
  private boolean complete;
  private @Nullable Status abandoned;
  private int notFound;

  private StoredStream(
      String buildId, String invocationId, @Nullable StoredStream build, Changes changes) {
    this.buildId = buildId;
    this.invocationId = invocationId;
    this.build = build;
    this.changes = changes;
  }

  static StoredStream ofBuild(String buildId, Changes changes) {
    return new StoredStream(buildId, "", null, changes);
  }

  static StoredStream ofInvocation(String invocationId, StoredStream build, Changes changes) {
    return new StoredStream(build.buildId, invocationId, build, changes);
  }

  /**
   * The build.
   *
   * @return the id of the build that this is, or is part of
   */
  public String buildId() {
    return buildId;
  }

  /**
   * The invocation.
   *
   * @return its id; empty if this is the stream of a build
   */
  public String invocationId() {
    return invocationId;
  }

  /**
   * The tokens of the events so far.
   *
   * @return in their order
   */
  public synchronized List<String> tokens() {
    return events.stream().map(StreamedBuildEvent::getContinuationToken).toList();
  }

  /**
   * Appends events as a build tool makes them: the first of an invocation is {@code
   * invocation_attempt_started}, that of a build {@code build_enqueued}; all others are lines of
   * output, numbered by their place in the stream, {@code line 2} to begin with.
   *
   * @param count how many
   * @return this
   */
  public StoredStream append(int count) {
    for (int i = 0; i < count; i++) {
      append(BuildEvents.numbered(size() + 1, build == null));
    }
    return this;
  }

  /**
   * Appends something that the build tool has printed.
   *
   * @param text the output
   * @return this
   */
  public StoredStream appendOutput(String text) {
    return append(BuildEvents.output(text));
  }

  /**
   * Appends an event of this stream, with the build component that sends such events.
   *
   * @param event the event
   * @return this
   */
  public StoredStream append(BuildEvent event) {
    StreamId.Builder stream =
        StreamId.newBuilder().setBuildId(buildId).setInvocationId(invocationId);
    if (!isComponentless()) {
      stream.setComponent(BuildEvents.component(event));
    }
    return append(BuildProgressEvent.newBuilder().setStreamId(stream).setBuildEvent(event).build());
  }

  /**
   * Appends an event word for word.
   *
   * @param event the event with its stream id
   * @return this
   */
  public StoredStream append(BuildProgressEvent event) {
    return append(StreamedBuildEvent.newBuilder().setEvent(event).setPrincipal(PRINCIPAL).build());
  }

  /**
   * Appends an event with its envelope. It gets a token if it has none, and is the last one only
   * once the stream is {@linkplain #complete completed}.
   *
   * @param event the event
   * @return this
   */
  public StoredStream append(StreamedBuildEvent event) {
    synchronized (this) {
      String token =
          event.getContinuationToken().isEmpty()
              ? ContinuationTokens.of(invocationId + buildId, events.size())
              : event.getContinuationToken();
      events.add(event.toBuilder().setContinuationToken(token).setIsLast(false).build());
      positions.put(token, events.size());
    }
    changed();
    if (build != null) {
      build.append(event.toBuilder().clearContinuationToken().build());
    }
    return this;
  }

  /**
   * Appends a message that no protobuf parser reads: its event is cut off in the middle.
   *
   * @return this
   */
  public StoredStream appendUnreadable() {
    return append(BuildEvents.unreadable());
  }

  /**
   * Leaves out the component of the events that are appended from now on, as clusters do in
   * replays.
   *
   * @return this
   */
  public synchronized StoredStream omitComponents() {
    componentless = true;
    return this;
  }

  /**
   * The publisher has finished: the last event is marked as such, and readers that have it get a
   * last message without an event.
   *
   * @return this
   */
  public StoredStream complete() {
    synchronized (this) {
      complete = true;
      abandoned = null;
    }
    changed();
    return this;
  }

  /**
   * The publisher has vanished: readers that want to follow get what there is, and then an error;
   * the others end normally.
   *
   * @param status the error
   * @return this
   */
  public StoredStream abandon(Status status) {
    synchronized (this) {
      abandoned = status;
    }
    changed();
    return this;
  }

  /**
   * Readers get what there is, and then a normal end without a last message, whatever they asked
   * for.
   *
   * @return this
   */
  public StoredStream truncate() {
    return abandon(Status.OK);
  }

  /**
   * The next call that is not spoken for ends early. Several of these are used up one per call.
   *
   * @param afterEvents after how many events of that call
   * @param status how; {@code OK} for a normal end without a last message
   * @return this
   */
  public synchronized StoredStream endNext(int afterEvents, Status status) {
    cuts.add(new StoreRead.Cut(afterEvents, status));
    return this;
  }

  /**
   * The next calls are answered with {@code NOT_FOUND}, as while the store is not consistent yet.
   *
   * @param calls how many
   * @return this
   */
  public synchronized StoredStream notFound(int calls) {
    notFound = calls;
    return this;
  }

  /** Shows no content. */
  @Override
  public String toString() {
    return "StoredStream[" + buildId + ", " + invocationId + ", events=" + size() + "]";
  }

  synchronized boolean takeNotFound() {
    notFound--;
    return notFound >= 0;
  }

  void serve(StoreRead read) {
    int start;
    StoreRead.Cut cut;
    synchronized (this) {
      start = read.continuationToken().map(this::position).orElse(0);
      cut = start < 0 ? null : cuts.poll();
    }
    if (start < 0) {
      read.end(Status.INVALID_ARGUMENT.withDescription("continuation_token is not one of ours"));
      return;
    }
    readers.add(read);
    read.serve(this, start, cut);
    if (read.end().isPresent()) {
      readers.remove(read);
    }
  }

  void forget(StoreRead read) {
    readers.remove(read);
  }

  synchronized @Nullable Next next(int position, ReplayMode mode) {
    if (position < events.size()) {
      StreamedBuildEvent event = events.get(position);
      boolean last = complete && position == events.size() - 1;
      return new Message(last ? event.toBuilder().setIsLast(true).build() : event);
    }
    if (complete) {
      return new Message(
          StreamedBuildEvent.newBuilder().setIsLast(true).setContinuationToken(end()).build());
    }
    if (mode == ReplayMode.STOP_AFTER_LAST_KNOWN) {
      return new End(Status.OK);
    }
    return abandoned == null ? null : new End(abandoned);
  }

  // The caller holds the lock.
  private int position(String token) {
    return positions.getOrDefault(token, -1);
  }

  private String end() {
    return events.isEmpty() ? "" : events.get(events.size() - 1).getContinuationToken();
  }

  private void changed() {
    readers.forEach(StoreRead::pump);
    readers.removeIf(read -> read.end().isPresent());
    changes.announce();
  }

  private synchronized int size() {
    return events.size();
  }

  private synchronized boolean isComponentless() {
    return componentless;
  }
}
