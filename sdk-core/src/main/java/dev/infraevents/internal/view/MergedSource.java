package dev.infraevents.internal.view;

import dev.infraevents.Capability;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.EventHandler;
import dev.infraevents.EventSource;
import dev.infraevents.SourceStatus;
import dev.infraevents.Subscription;
import dev.infraevents.internal.StatusSummary;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Several sources as one.
 *
 * @param <P> a class that all their payloads share
 */
public final class MergedSource<P> implements EventSource<P> {

  private final List<EventSource<? extends P>> sources;
  private final Set<SharedHandler<P>> handlers = ConcurrentHashMap.newKeySet();

  /**
   * Merges sources.
   *
   * @param sources at least one
   */
  public MergedSource(List<EventSource<? extends P>> sources) {
    this.sources = sources;
  }

  @Override
  public Subscription subscribe(EventHandler<? super P> handler, DeliveryOptions options) {
    var shared = new SharedHandler<P>(handler, options.concurrency().parallelism());
    List<Subscription> parts = new ArrayList<>();
    try {
      for (EventSource<? extends P> source : sources) {
        parts.add(subscribe(source, shared, options));
      }
    } catch (RuntimeException e) {
      Closing.complete(parts, Subscription::close);
      throw e;
    }
    handlers.add(shared);
    var merged = new MergedSubscription(parts, shared);
    merged.completion().whenComplete((done, error) -> handlers.remove(shared));
    return merged;
  }

  @SuppressWarnings("unchecked") // a handler of a superclass takes the event as one of that class
  private static <Q> Subscription subscribe(
      EventSource<Q> source, SharedHandler<? super Q> handler, DeliveryOptions options) {
    return source.subscribe((EventHandler<Q>) (EventHandler<?>) handler, options);
  }

  @Override
  public SourceStatus status() {
    return StatusSummary.worstOf(sources.stream().map(EventSource::status).toList());
  }

  /** What all of them can do. */
  @Override
  public Set<Capability> capabilities() {
    Set<Capability> common = EnumSet.allOf(Capability.class);
    sources.forEach(source -> common.retainAll(source.capabilities()));
    return Set.copyOf(common);
  }

  @Override
  public void close() {
    if (handlers.stream().anyMatch(SharedHandler::isRunningHere)) {
      Closing.start(sources, EventSource::close); // other handlers may wait for this one to return
    } else {
      Closing.complete(sources, EventSource::close);
    }
  }

  @Override
  public String toString() {
    return "MergedSource" + sources;
  }
}
