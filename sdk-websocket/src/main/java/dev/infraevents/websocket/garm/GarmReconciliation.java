package dev.infraevents.websocket.garm;

import dev.infraevents.ConfigurationException;
import dev.infraevents.garm.EntityType;
import java.time.Duration;
import java.util.List;

/**
 * How state is listed to find what the stream has missed. Immutable.
 *
 * <p>GARM drops events without a word when a buffer of its own is full, and sends nothing again
 * after an outage. With a reconciliation, the types of entities that the filter wants are listed
 * over the REST API after each connect and in intervals. What differs from what the handler was
 * told becomes an event with the attribute {@code origin=reconcile}; what does not differ becomes
 * none. So at first the handler is told of everything that exists.
 *
 * <ul>
 *   <li>An entity that the handler does not know: {@code create}; or {@code update}, if the filter
 *       wants that and no {@code create}.
 *   <li>One that has changed: {@code update}, with the state of now; what it was in between is
 *       lost.
 *   <li>One that is gone: {@code delete}, of which only the identity is set, and the name of an
 *       instance. The job that an instance carried ends with it, at once: GARM removes it without
 *       an event.
 * </ul>
 *
 * <p>Cost: one list per type and interval (two for endpoints), and one request for each instance,
 * pool, scale set or template that is new or has changed unnoticed, because their lists leave
 * something out. The pools of 0.1.5 have no time stamp to show that, so each of them is asked for
 * every time.
 *
 * <p>GARM does not acknowledge a filter, and what changes before it is in effect is not sent. So
 * after a connect the state is listed at once, and again {@value #SETTLING_SECONDS} s after the
 * filter was sent, unless an event has shown before the first listing that the filter was in
 * effect. GARM applies a filter when it reads it, a round trip after it was sent; and it sends an
 * event only after its change can be listed. So whatever changes before the second listing is in
 * it, and whatever changes after that is sent.
 */
public final class GarmReconciliation {

  static final int SETTLING_SECONDS = 5;

  /** Every 5 minutes, everything the filter wants. */
  public static final GarmReconciliation DEFAULT =
      new GarmReconciliation(Duration.ofMinutes(5), List.of());

  private final Duration interval;
  private final List<EntityType<?>> only;

  private GarmReconciliation(Duration interval, List<EntityType<?>> only) {
    this.interval = interval;
    this.only = only;
  }

  /**
   * Sets the interval.
   *
   * @param interval from the end of one reconciliation to the next, at least a second
   * @return a reconciliation of everything the filter wants
   * @throws ConfigurationException if it is shorter
   */
  public static GarmReconciliation every(Duration interval) {
    if (interval.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new ConfigurationException(
          "a reconciliation lists the server's state: leave it at least 1 s", null);
    }
    return new GarmReconciliation(interval, List.of());
  }

  /**
   * Limits it to some types of entities; of the others, what the stream misses stays missed.
   *
   * @param entityTypes the types to list, if the filter wants them
   * @return a copy of this
   * @throws ConfigurationException if there is none, or one that GARM does not list, as users are
   */
  public GarmReconciliation only(EntityType<?>... entityTypes) {
    if (entityTypes.length == 0) {
      throw new ConfigurationException("a reconciliation needs at least one entity type", null);
    }
    for (EntityType<?> type : entityTypes) {
      GarmRoutes routes = GarmRoutes.of(type);
      if (routes.lists().isEmpty() && routes.single().isEmpty()) {
        throw new ConfigurationException(
            "GARM has no list of entities of type " + type + ": leave it out", null);
      }
    }
    return new GarmReconciliation(interval, List.of(entityTypes));
  }

  Duration interval() {
    return interval;
  }

  boolean covers(EntityType<?> type) {
    return only.isEmpty() || only.contains(type);
  }

  @Override
  public String toString() {
    return "GarmReconciliation[every " + interval + ", " + (only.isEmpty() ? "all" : only) + "]";
  }
}
