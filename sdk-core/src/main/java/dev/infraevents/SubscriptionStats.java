package dev.infraevents;

/**
 * The books of a subscription, read at one instant. They balance: {@code received} is the sum of
 * {@code delivered}, {@code filtered}, {@code deduplicated}, {@code dropped}, {@code undecodable}
 * and {@code inFlight}.
 *
 * @param received messages taken from the source
 * @param delivered events whose handler ran and which were settled, well or badly
 * @param filtered events that were kept back here: by a filter, or because they were outdated
 * @param deduplicated events recognised as a repetition, whose handler did not run again
 * @param dropped events that were taken but whose handling never ran to an end: overflow, a passed
 *     deadline, given up at close
 * @param undecodable messages that could not be read
 * @param inFlight events waiting or being handled now
 * @param inFlightBytes the size of those, in bytes
 * @param failed the part of {@code delivered} that was not handled well
 * @param retried how often a handler was called again after a failure
 */
public record SubscriptionStats(
    long received,
    long delivered,
    long filtered,
    long deduplicated,
    long dropped,
    long undecodable,
    long inFlight,
    long inFlightBytes,
    long failed,
    long retried) {

  /** Books with nothing in them. */
  public static final SubscriptionStats NONE = new SubscriptionStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /**
   * Checks the books.
   *
   * @return whether every received message is accounted for
   */
  public boolean balances() {
    return received == delivered + filtered + deduplicated + dropped + undecodable + inFlight;
  }

  /**
   * Adds two books.
   *
   * @param other the other subscription's
   * @return the sums
   */
  public SubscriptionStats plus(SubscriptionStats other) {
    return new SubscriptionStats(
        received + other.received,
        delivered + other.delivered,
        filtered + other.filtered,
        deduplicated + other.deduplicated,
        dropped + other.dropped,
        undecodable + other.undecodable,
        inFlight + other.inFlight,
        inFlightBytes + other.inFlightBytes,
        failed + other.failed,
        retried + other.retried);
  }

  /**
   * The balance line.
   *
   * @return {@code received=.. delivered=.. filtered=.. deduplicated=.. dropped=.. undecodable=..}
   */
  public String balanceLine() {
    return "received=%d delivered=%d filtered=%d deduplicated=%d dropped=%d undecodable=%d"
        .formatted(received, delivered, filtered, deduplicated, dropped, undecodable);
  }
}
