package dev.infraevents.internal.connection;

import java.util.ArrayList;
import java.util.List;

/** What one change of state leads to, done once the lock is released. */
final class Effects {

  private final Outbox outbox;
  private final List<Runnable> calls = new ArrayList<>(2);

  Effects(Outbox outbox) {
    this.outbox = outbox;
  }

  /** Calls a transport. */
  void call(Runnable task) {
    calls.add(task);
  }

  /** Tells a listener, after everything it was to be told before. */
  void tell(Runnable message) {
    outbox.add(message);
  }

  void run() {
    calls.forEach(Outbox::run);
    outbox.flush();
  }
}
