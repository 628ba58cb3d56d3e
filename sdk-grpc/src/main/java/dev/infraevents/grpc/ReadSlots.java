package dev.infraevents.grpc;

import dev.infraevents.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets only so many reads run at a time; the others wait in the order in which they came, and no
 * thread waits with them. Thread-safe; no subscription is called under the lock.
 */
final class ReadSlots {

  private record Read(Subscription subscription, Runnable start) {
    // Each is itself: two reads of the same are two.
    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  private final int limit;

  // All below guarded by this.
  private final Set<Read> running = new LinkedHashSet<>();
  private final Set<Read> waiting = new LinkedHashSet<>();
  private boolean closed;

  ReadSlots(int limit) {
    this.limit = limit;
  }

  /** Starts a read, now or when it is its turn; one that ends before that is forgotten. */
  void enter(Subscription subscription, Runnable start) {
    Read read = new Read(subscription, start);
    boolean late;
    boolean now;
    synchronized (this) {
      late = closed;
      now = !closed && running.size() < limit;
      if (now) {
        running.add(read);
      } else if (!closed) {
        waiting.add(read);
      }
    }
    if (late) {
      subscription.close(Duration.ZERO);
      return;
    }
    subscription.completion().whenComplete((done, error) -> left(read));
    if (now) {
      start.run();
    }
  }

  private void left(Read read) {
    Read next;
    synchronized (this) {
      waiting.remove(read);
      next = running.remove(read) ? takeNext() : null;
    }
    if (next != null) {
      next.start().run();
    }
  }

  private @Nullable Read takeNext() {
    Iterator<Read> queue = waiting.iterator();
    if (closed || !queue.hasNext()) {
      return null;
    }
    Read next = queue.next();
    queue.remove();
    running.add(next);
    return next;
  }

  synchronized void failIfClosed() {
    if (closed) {
      throw new IllegalStateException("the client is closed: build another");
    }
  }

  /** Lets no more in. What is left is to be closed. */
  synchronized List<Subscription> close() {
    closed = true;
    List<Subscription> open = new ArrayList<>();
    waiting.forEach(read -> open.add(read.subscription()));
    running.forEach(read -> open.add(read.subscription()));
    return open;
  }
}
