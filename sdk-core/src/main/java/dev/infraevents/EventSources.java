package dev.infraevents;

import dev.infraevents.internal.view.MergedSource;
import java.util.ArrayList;
import java.util.List;

/** Works on several sources at once. */
public final class EventSources {

  private EventSources() {}

  /**
   * Makes one source of several: one handler, one subscription, one set of options. The {@link
   * Concurrency} holds over all of them, so a serial handler is never called twice at a time; only
   * a deferred delivery counts for its own source alone. Each source keeps its own connection,
   * buffer and guarantees. When one fails for good the others are closed and the merged
   * subscription fails with its error.
   *
   * @param <P> a class that all their payloads share
   * @param sources what to merge; closing the merged source closes them
   * @return the merged source
   * @throws IllegalArgumentException if there is none
   */
  @SafeVarargs
  public static <P> EventSource<P> merge(EventSource<? extends P>... sources) {
    List<EventSource<? extends P>> all = new ArrayList<>();
    for (EventSource<? extends P> source : sources) {
      all.add(source);
    }
    return merge(all);
  }

  /**
   * As {@link #merge(EventSource...)}.
   *
   * @param <P> a class that all their payloads share
   * @param sources what to merge
   * @return the merged source
   * @throws IllegalArgumentException if there is none
   */
  public static <P> EventSource<P> merge(List<? extends EventSource<? extends P>> sources) {
    if (sources.isEmpty()) {
      throw new IllegalArgumentException("nothing to merge");
    }
    return new MergedSource<>(List.copyOf(sources));
  }
}
