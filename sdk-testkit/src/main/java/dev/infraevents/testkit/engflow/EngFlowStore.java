package dev.infraevents.testkit.engflow;

import dev.infraevents.testkit.internal.Changes;
import dev.infraevents.testkit.internal.grpc.GrpcService;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The event store of a {@link FakeEngFlow}: the events of builds and invocations, and those who
 * read them.
 *
 * <pre>{@code
 * fake.store().invocation(invocationId).append(10_000).complete();
 * }</pre>
 *
 * <p>A reader gets what there is and, unless it asked to stop there, what is appended afterwards,
 * as fast as it takes it. All methods are thread-safe.
 */
public final class EngFlowStore {

  private final Map<String, StoredStream> builds = new ConcurrentHashMap<>();
  private final Map<String, StoredStream> invocations = new ConcurrentHashMap<>();
  private final List<StoreRead> reads = new CopyOnWriteArrayList<>();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger mostOpen = new AtomicInteger();
  private final Changes changes;
  private volatile boolean rejectsInstanceNames;
  private volatile boolean stalled;

  EngFlowStore(Changes changes) {
    this.changes = changes;
  }

  GrpcService service() {
    return new StoreService(this);
  }

  /**
   * The events of a build as a whole, its invocations included.
   *
   * @param buildId a UUID, which may have a path of names before it
   * @return the stream of that build; a new one, empty and open, if there was none
   */
  public StoredStream build(String buildId) {
    return builds.computeIfAbsent(buildId, id -> StoredStream.ofBuild(id, changes));
  }

  /**
   * The events of an invocation of a build that has no other.
   *
   * @param invocationId a UUID
   * @return the stream of that invocation; a new one, empty and open, if there was none
   */
  public StoredStream invocation(String invocationId) {
    StoredStream known = invocations.get(invocationId);
    return known != null ? known : invocation(UUID.randomUUID().toString(), invocationId);
  }

  /**
   * The events of one of the invocations of a build. What is appended to it is appended to the
   * build as well, where it has another token.
   *
   * @param buildId a UUID, which may have a path of names before it
   * @param invocationId a UUID
   * @return the stream of that invocation; a new one, empty and open, if there was none
   */
  public StoredStream invocation(String buildId, String invocationId) {
    StoredStream build = build(buildId);
    return invocations.computeIfAbsent(
        invocationId, id -> StoredStream.ofInvocation(id, build, changes));
  }

  /**
   * From now on every call that names an instance is refused with {@code INVALID_ARGUMENT}, as a
   * cluster with {@code --incompatible_reject_instance_name} does.
   */
  public void rejectInstanceNames() {
    rejectsInstanceNames = true;
  }

  /**
   * All calls so far.
   *
   * @return in the order they came, refused ones included
   */
  public List<StoreRead> reads() {
    return List.copyOf(reads);
  }

  /**
   * Counts the calls that have not ended.
   *
   * @return the number now
   */
  public int openReads() {
    return open.get();
  }

  /**
   * Counts the calls that were open at the same time.
   *
   * @return the largest number so far
   */
  public int mostOpenReads() {
    return mostOpen.get();
  }

  /**
   * Waits for anything that can be seen on the store.
   *
   * @param condition looked at whenever something has changed
   * @param timeout how long
   * @throws AssertionError if it does not hold in time
   */
  public void await(Predicate<? super EngFlowStore> condition, Duration timeout) {
    changes.await(() -> condition.test(this), timeout, this::toString);
  }

  @Override
  public String toString() {
    return "EngFlowStore" + reads;
  }

  void begin(StoreRead read) {
    reads.add(read);
    int now = open.incrementAndGet();
    mostOpen.accumulateAndGet(now, Math::max);
    Status refusal = refusal(read);
    StoredStream stream = stream(read);
    if (refusal != null) {
      read.end(refusal);
    } else if (stream == null || stream.takeNotFound()) {
      read.end(Status.NOT_FOUND.withDescription("there is no such stream"));
    } else {
      stream.serve(read);
    }
    changes.announce();
  }

  void stall(boolean on) {
    stalled = on;
    if (!on) {
      reads.forEach(StoreRead::pump);
    }
  }

  boolean isStalled() {
    return stalled;
  }

  void ended() {
    open.decrementAndGet();
    changes.announce();
  }

  void announce() {
    changes.announce();
  }

  private @Nullable StoredStream stream(StoreRead read) {
    return (read.isOfBuild() ? builds : invocations).get(read.id());
  }

  private @Nullable Status refusal(StoreRead read) {
    if (rejectsInstanceNames && !read.instanceName().isEmpty()) {
      return Status.INVALID_ARGUMENT.withDescription("instance_name must not be set");
    }
    String field = read.isOfBuild() ? "build_id" : "invocation_id";
    if (read.id().isEmpty()) {
      return Status.INVALID_ARGUMENT.withDescription(field + " is missing");
    }
    return StoreIds.isValid(read)
        ? null
        : Status.INVALID_ARGUMENT.withDescription(field + " is malformed");
  }
}
