package dev.infraevents.internal.view;

import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/** Closes several things at once, so that their drain times do not add up. */
final class Closing {

  private Closing() {}

  /** Starts to close all. */
  static <T> List<Thread> start(Collection<? extends T> all, Consumer<? super T> close) {
    return all.stream().map(one -> closer(() -> close.accept(one))).toList();
  }

  /** Closes all and waits for it, unless interrupted. */
  static <T> void complete(Collection<? extends T> all, Consumer<? super T> close) {
    List<Thread> closers = start(all, close);
    try {
      for (Thread closer : closers) {
        closer.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Thread closer(Runnable task) {
    Thread closer = new Thread(task, "infra-events-close");
    closer.setDaemon(true);
    closer.start();
    return closer;
  }
}
