package dev.infraevents.testkit.engflow;

import com.google.protobuf.Any;
import com.google.protobuf.Timestamp;
import dev.infraevents.grpc.proto.notification.Notification;
import dev.infraevents.grpc.proto.notification.PullNotificationRequest;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.engflow.EngFlowNotification.State;
import dev.infraevents.testkit.internal.Changes;
import dev.infraevents.testkit.internal.Reordering;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Predicate;

/**
 * A notification queue: what is published to it, who reads from it, and what became of each
 * notification. All methods are thread-safe.
 */
public final class EngFlowQueue {

  private final String name;
  private final FakeEngFlowBuilder settings;
  private final TimeSource time;
  private final Changes changes;
  private final Queue<Fault> nextFaults;
  private final EngFlowReceipts receipts = new EngFlowReceipts();
  private final PullDispatcher dispatcher;
  private final Reordering<EngFlowNotification> reordering;

  // All below guarded by dispatcher.
  private final List<EngFlowNotification> notifications = new ArrayList<>();
  private final Map<String, EngFlowNotification> byId = new HashMap<>();
  private final List<EngFlowReader> readers = new ArrayList<>();

  EngFlowQueue(
      String name,
      FakeEngFlowBuilder settings,
      TimeSource time,
      ScheduledExecutorService ioTimer,
      Changes changes,
      Queue<Fault> nextFaults) {
    this.name = name;
    this.settings = settings;
    this.time = time;
    this.changes = changes;
    this.nextFaults = nextFaults;
    this.dispatcher = new PullDispatcher(settings, time, receipts, changes);
    this.reordering = new Reordering<>(dispatcher::add, () -> false, ioTimer);
  }

  /**
   * What a client asks for.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * Begins to describe a notification about a build.
   *
   * @param buildId a UUID in the real system, which may have names and slashes before it
   * @return what publishes it
   */
  public NewNotification about(String buildId) {
    return new NewNotification(this, buildId);
  }

  /**
   * Publishes a notification with any payload, of a random id.
   *
   * @param payload such as one of a type that nobody knows
   * @return the id
   */
  public String publish(Any payload) {
    return publish(notification(UUID.randomUUID().toString(), payload));
  }

  /**
   * Publishes a notification as it is, with whatever may be wrong with it: without a payload, or
   * with an id that was used before. It goes to one reader at a time until one acknowledges it in
   * time.
   *
   * @param message the notification
   * @return its id
   */
  public String publish(Notification message) {
    Fault fault = nextFaults.poll();
    Notification sent = PayloadFaults.apply(fault, message);
    var notification = new EngFlowNotification(dispatcher, sent, fault instanceof Fault.Duplicate);
    synchronized (dispatcher) {
      notifications.add(notification);
      byId.put(sent.getId(), notification);
      dispatcher.expect();
    }
    if (fault instanceof Fault.SilentDrop) {
      dispatcher.discard(notification);
    } else {
      reordering.offer(notification);
    }
    changes.announce();
    return message.getId();
  }

  /**
   * Throws a notification away, as a server may do with one that is too old or has failed too
   * often. Deliveries on their way can still be acknowledged.
   *
   * @param id the notification's
   */
  public void discard(String id) {
    dispatcher.discard(notification(id));
    changes.announce();
  }

  /** Sends every reader a message with nothing in it. */
  public void sendEmptyMessage() {
    synchronized (dispatcher) {
      openReaders().forEach(r -> r.send(PullNotificationResponse.getDefaultInstance()));
    }
  }

  /**
   * Ends every open reader's call.
   *
   * @param status how; OK is possible
   */
  public void endStreams(Status status) {
    openReaders().forEach(reader -> dispatcher.end(reader, status));
    changes.announce();
  }

  /**
   * How acknowledgements are answered.
   *
   * @return the switches
   */
  public EngFlowReceipts receipts() {
    return receipts;
  }

  /**
   * One notification.
   *
   * @param id its id; of several with that id the one that was published last
   * @return what has become of it
   * @throws IllegalArgumentException if none with that id was published
   */
  public EngFlowNotification notification(String id) {
    synchronized (dispatcher) {
      EngFlowNotification found = byId.get(id);
      if (found == null) {
        throw new IllegalArgumentException("no notification has the id " + id);
      }
      return found;
    }
  }

  /**
   * All notifications.
   *
   * @return in the order in which they were published
   */
  public List<EngFlowNotification> notifications() {
    synchronized (dispatcher) {
      return List.copyOf(notifications);
    }
  }

  /**
   * All readers so far.
   *
   * @return open and closed ones, in the order of their first requests
   */
  public List<EngFlowReader> readers() {
    synchronized (dispatcher) {
      return List.copyOf(readers);
    }
  }

  /**
   * All acknowledgements so far, whatever became of them.
   *
   * @return in the order received, those with unknown tokens included
   */
  public List<EngFlowAck> acks() {
    return dispatcher.acks();
  }

  /**
   * Counts the notifications in a state.
   *
   * @param state the state
   * @return how many there are now
   */
  public int count(State state) {
    return dispatcher.count(state);
  }

  /**
   * Waits for anything that can be seen of this queue.
   *
   * @param condition looked at whenever something has changed, so it should be quick
   * @param timeout how long
   * @throws AssertionError if it does not hold in time
   */
  public void await(Predicate<? super EngFlowQueue> condition, Duration timeout) {
    changes.await(() -> condition.test(this), timeout, this::toString);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("EngFlowQueue[").append(name);
    for (State state : State.values()) {
      text.append(", ").append(state).append('=').append(count(state));
    }
    return text.append(", ").append(openReaders()).append(']').toString();
  }

  Notification notification(String id, Any payload) {
    Instant now = time.now();
    return Notification.newBuilder()
        .setId(id)
        .setTimestamp(
            Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()))
        .setPayload(payload)
        .build();
  }

  /** Publishes as many notifications as there are readers. */
  void publishToEach(Any payload) {
    openReaders().forEach(reader -> publish(payload));
  }

  TimeSource time() {
    return time;
  }

  PullDispatcher dispatcher() {
    return dispatcher;
  }

  Duration window(PullNotificationRequest first) {
    var options = first.getNotificationDeliveryOptions();
    if (!options.hasAcknowledgementDeadline()) {
      return settings.window;
    }
    var asked = options.getAcknowledgementDeadline();
    return Duration.ofSeconds(asked.getSeconds(), asked.getNanos());
  }

  void join(EngFlowReader reader) {
    synchronized (dispatcher) {
      readers.add(reader);
      dispatcher.join(reader);
    }
  }

  List<EngFlowReader> openReaders() {
    return readers().stream().filter(EngFlowReader::isOpen).toList();
  }

  void reorder(int window, long seed) {
    reordering.start(window, new Random(seed));
  }

  void close() {
    reordering.stop();
    readers().forEach(dispatcher::forget);
  }
}
