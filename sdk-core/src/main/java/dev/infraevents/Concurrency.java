package dev.infraevents;

/**
 * How many events are handled at once, and which of them keep their order. An event is in progress
 * until it is settled, so order holds for deferred deliveries too.
 *
 * @param order which events keep their order
 * @param parallelism how many events are in progress at most
 */
public record Concurrency(Order order, int parallelism) {

  /** Which events keep their order. */
  public enum Order {
    /** Events with the same subject. */
    PER_SUBJECT,
    /** Events start in the order of arrival, and nothing more is promised. */
    ARRIVAL
  }

  /**
   * Checks the number.
   *
   * @param order which events keep their order
   * @param parallelism how many events are in progress at most
   * @throws IllegalArgumentException if the parallelism is below 1
   */
  public Concurrency {
    if (parallelism < 1) {
      throw new IllegalArgumentException("parallelism must be at least 1, not " + parallelism);
    }
  }

  /**
   * One event after the other. The default.
   *
   * @return strict order
   */
  public static Concurrency serial() {
    return new Concurrency(Order.ARRIVAL, 1);
  }

  /**
   * Events of one subject one after the other, different subjects in parallel. Events without a
   * subject are unordered.
   *
   * @param parallelism how many at once
   * @return order per subject
   */
  public static Concurrency keyed(int parallelism) {
    return new Concurrency(Order.PER_SUBJECT, parallelism);
  }

  /**
   * As many at once as allowed, in no particular order.
   *
   * @param parallelism how many at once
   * @return no order
   */
  public static Concurrency unordered(int parallelism) {
    return new Concurrency(Order.ARRIVAL, parallelism);
  }
}
