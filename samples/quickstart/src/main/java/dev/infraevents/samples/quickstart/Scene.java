package dev.infraevents.samples.quickstart;

import dev.infraevents.EventSource;
import java.time.Duration;

/** A fake server with something to tell, and the source that listens to it. */
interface Scene extends AutoCloseable {

  /** The name of the source. */
  String name();

  /** What an application would build: connected to the fake. */
  EventSource<?> source();

  /**
   * Tells everything, once the source listens.
   *
   * @return how many events the source should bring
   */
  int play(Duration patience);

  /** Waits until the server has heard that its events were handled, if it cares. */
  default void awaitEnd(Duration patience) {}

  @Override
  void close();
}
