package dev.infraevents.grpc;

import dev.infraevents.Subscription;
import java.util.ArrayList;
import java.util.List;

/** Ends reads at the same time, so that their drain times do not add up. */
final class ReadEnds {

  private record Closing(Subscription read, Thread closer) {
    boolean isComplete() {
      return read.completion().toCompletableFuture().isDone();
    }
  }

  private ReadEnds() {}

  /**
   * Closes all and waits for it, unless interrupted; inside the handler of one, it does not wait
   * for that one.
   */
  static void closeTogether(List<Subscription> reads) {
    List<Closing> all = new ArrayList<>();
    for (Subscription read : reads) {
      all.add(new Closing(read, Background.run("infra-events-event-store-close", read::close)));
    }
    for (Closing one : all) {
      if (!one.isComplete()) {
        one.read().close(); // a read knows its own handler: there this returns at once
      }
    }
    all.stream().filter(Closing::isComplete).forEach(one -> join(one.closer()));
  }

  private static void join(Thread closer) {
    try {
      closer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
