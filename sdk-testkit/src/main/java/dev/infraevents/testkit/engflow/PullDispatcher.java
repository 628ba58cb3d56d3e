package dev.infraevents.testkit.engflow;

import dev.infraevents.grpc.proto.notification.PullNotificationRequest;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse.AcknowledgeableNotification;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.engflow.EngFlowNotification.State;
import dev.infraevents.testkit.internal.Changes;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Shares the notifications of one queue among its readers. Each goes to one reader at a time; what
 * is not acknowledged within its window goes out again, behind what waits already.
 *
 * <p>Everything is guarded by the dispatcher itself, messages are sent with that lock held.
 */
final class PullDispatcher {

  private static final Status MISSED =
      Status.ABORTED.withDescription("a notification was not acknowledged in time");

  private final FakeEngFlowBuilder settings;
  private final TimeSource time;
  private final Changes changes;
  private final ReceiptDesk desk;

  private final Deque<EngFlowNotification> pending = new ArrayDeque<>(); // and discarded ones
  private final Map<String, Lease> leases = new HashMap<>(); // by token, for ever
  private final Deque<EngFlowReader> rotation = new ArrayDeque<>();
  private final List<EngFlowAck> acks = new ArrayList<>();
  private final Map<State, Integer> counts = new EnumMap<>(State.class);
  private boolean stalled;

  PullDispatcher(
      FakeEngFlowBuilder settings, TimeSource time, EngFlowReceipts receipts, Changes changes) {
    this.settings = settings;
    this.time = time;
    this.changes = changes;
    this.desk = new ReceiptDesk(receipts, time, this);
  }

  synchronized int count(State state) {
    return counts.getOrDefault(state, 0);
  }

  synchronized List<EngFlowAck> acks() {
    return List.copyOf(acks);
  }

  boolean isStalled() {
    return stalled;
  }

  synchronized void stall(boolean value) {
    stalled = value;
    dispatch();
    List.copyOf(rotation).forEach(desk::flush);
  }

  // Notifications.

  /** Counts a notification that will be added, now or when its time has come. */
  synchronized void expect() {
    counts.merge(State.PENDING, 1, Integer::sum);
  }

  synchronized boolean add(EngFlowNotification notification) {
    pending.add(notification);
    dispatch();
    return true;
  }

  synchronized void discard(EngFlowNotification notification) {
    if (notification.currentState() != State.ACKED) {
      become(notification, State.DISCARDED);
    }
  }

  private void become(EngFlowNotification notification, State state) {
    counts.merge(notification.currentState(), -1, Integer::sum);
    counts.merge(state, 1, Integer::sum);
    notification.become(state);
  }

  // Readers.

  synchronized void join(EngFlowReader reader) {
    rotation.add(reader);
    dispatch();
  }

  synchronized void ready(EngFlowReader reader) {
    dispatch();
    desk.flush(reader);
  }

  synchronized void halfClosed(EngFlowReader reader) {
    reader.halfClose();
    rotation.remove(reader);
    desk.flush(reader);
  }

  /** Ends a reader's call. */
  synchronized void end(EngFlowReader reader, Status status) {
    if (reader.end(status)) {
      left(reader);
    }
  }

  /** Takes note that a reader's call has ended. */
  synchronized void gone(EngFlowReader reader) {
    if (reader.gone(Status.CANCELLED)) {
      left(reader);
    }
  }

  private void left(EngFlowReader reader) {
    rotation.remove(reader);
    reader.receipts.clear();
    if (settings.releaseAtStreamEnd) {
      List<Lease> open = reader.leases.stream().filter(Lease::isOpen).toList();
      open.forEach(this::miss);
      dispatch();
    }
  }

  /** Forgets what a reader waits for: the server has ended. */
  synchronized void forget(EngFlowReader reader) {
    reader.delayed.forEach(receipt -> receipt.cancel(false));
    reader.delayed.clear();
    if (reader.timer != null) {
      reader.timer.cancel(false);
      reader.timer = null;
    }
  }

  // Deliveries.

  private void dispatch() {
    while (!stalled && !pending.isEmpty()) {
      if (pending.getFirst().currentState() != State.PENDING) {
        pending.removeFirst();
        continue;
      }
      EngFlowReader reader = nextReader();
      if (reader == null) {
        return;
      }
      EngFlowNotification notification = pending.removeFirst();
      become(notification, State.OUTSTANDING);
      deliver(notification, reader);
      if (notification.takeTwice()) {
        EngFlowReader another = nextReader();
        deliver(notification, another == null ? reader : another);
      }
    }
  }

  private @Nullable EngFlowReader nextReader() {
    for (int i = 0; i < rotation.size(); i++) {
      EngFlowReader reader = rotation.removeFirst();
      rotation.addLast(reader);
      if (reader.takesNotifications(settings.maxOutstanding)) {
        return reader;
      }
    }
    return null;
  }

  private void deliver(EngFlowNotification notification, EngFlowReader reader) {
    String token = UUID.randomUUID().toString();
    notification.delivered(reader, token);
    var lease = new Lease(notification, reader, time.nanoTime() + reader.window().toNanos());
    leases.put(token, lease);
    reader.leased(lease);
    if (reader.timer == null) {
      schedule(reader, lease);
    }
    var message =
        PullNotificationResponse.newBuilder()
            .setNotification(
                AcknowledgeableNotification.newBuilder()
                    .setToken(token)
                    .setNotification(notification.message()));
    desk.addMerged(reader, message);
    reader.send(message.build());
  }

  /** One timer for each reader is enough: its windows are equally long and end in order. */
  private void schedule(EngFlowReader reader, Lease first) {
    long delay = Math.max(0, first.deadline - time.nanoTime());
    reader.timer = time.timers().schedule(() -> windowsOver(reader), delay, TimeUnit.NANOSECONDS);
  }

  private void windowsOver(EngFlowReader reader) {
    synchronized (this) {
      reader.timer = null;
      Lease first = reader.leases.peek();
      boolean missed = false;
      while (first != null && !(first.isOpen() && first.deadline - time.nanoTime() > 0)) {
        if (first.isOpen()) {
          miss(first);
          missed = true;
        }
        reader.leases.remove();
        first = reader.leases.peek();
      }
      if (first != null) {
        schedule(reader, first);
      }
      if (missed && settings.endStreamOnMissedWindow) {
        end(reader, MISSED);
      }
      dispatch();
    }
    changes.announce();
  }

  /** A delivery has not been acknowledged, and can not be any more. */
  private void miss(Lease lease) {
    lease.miss();
    lease.reader.leaseOver();
    EngFlowNotification notification = lease.notification;
    if (notification.leaseOver() && notification.currentState() == State.OUTSTANDING) {
      become(notification, State.PENDING);
      pending.add(notification);
    }
  }

  // Acknowledgements.

  /** Takes a request that is not a reader's first. */
  synchronized void requested(EngFlowReader reader, PullNotificationRequest request) {
    if (reader.hasEnded()) {
      return; // with the stream its tokens are void
    }
    reader.requested(request);
    for (String token : request.getAcknowledgementTokensList()) {
      Status verdict = acknowledge(reader, token);
      if (desk.endsStream(verdict)) {
        end(reader, verdict);
        return;
      }
      desk.answer(reader, token, verdict);
    }
    dispatch();
    desk.flush(reader);
  }

  private Status acknowledge(EngFlowReader reader, String token) {
    Lease lease = leases.get(token);
    Status verdict = verdict(reader, lease);
    if (verdict.isOk() && lease != null) {
      lease.ack();
      reader.leaseOver();
      lease.notification.leaseOver();
      if (lease.notification.currentState() == State.OUTSTANDING) {
        become(lease.notification, State.ACKED);
      }
    }
    var ack = new EngFlowAck(token, reader.number(), time.now(), verdict.getCode().value());
    acks.add(ack);
    if (lease != null) {
      lease.notification.acknowledged(ack);
    }
    return verdict;
  }

  private Status verdict(EngFlowReader reader, @Nullable Lease lease) {
    if (lease == null) {
      return desk.badToken("unknown token");
    } else if (lease.reader != reader) {
      return desk.badToken("the token belongs to another stream");
    } else if (lease.isAcked()) {
      return desk.badToken("already acknowledged");
    } else if (lease.isMissed()) {
      return ReceiptDesk.LATE;
    } else if (lease.deadline - time.nanoTime() <= 0) {
      miss(lease);
      return ReceiptDesk.LATE;
    }
    return Status.OK;
  }
}
