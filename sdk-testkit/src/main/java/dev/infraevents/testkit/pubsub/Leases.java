package dev.infraevents.testkit.pubsub;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Who holds what until when, in one subscription. Guarded by the queue's lock. */
final class Leases {

  private final String prefix;
  private final List<Lease> issued = new ArrayList<>(); // for ever, by number
  private final TreeSet<Lease> open = new TreeSet<>(Leases::byDeadline);

  /**
   * None yet.
   *
   * @param subscription tells the ack ids of this subscription from those of others
   */
  Leases(int subscription) {
    this.prefix = "fake-" + subscription + "-";
  }

  // By the difference: the ticker may overflow.
  private static int byDeadline(Lease a, Lease b) {
    int order = Long.signum(a.deadline - b.deadline);
    return order == 0 ? Long.compare(a.number, b.number) : order;
  }

  Lease issue(SubscriptionMessage message, @Nullable PubSubStream stream, long deadline) {
    int number = issued.size();
    var lease = new Lease(message, prefix + number, number, stream, deadline);
    issued.add(lease);
    open.add(lease);
    return lease;
  }

  /** The lease of an ack id, open or not; none if the id was never issued here. */
  @Nullable Lease find(String ackId) {
    if (!ackId.startsWith(prefix) || ackId.length() > prefix.length() + 9) {
      return null;
    }
    int number = 0;
    for (int i = prefix.length(); i < ackId.length(); i++) {
      int digit = ackId.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return null;
      }
      number = 10 * number + digit;
    }
    return number < issued.size() && issued.get(number).ackId.equals(ackId)
        ? issued.get(number)
        : null;
  }

  void extend(Lease lease, long deadline) {
    open.remove(lease);
    lease.deadline = deadline;
    open.add(lease);
  }

  void close(Lease lease) {
    open.remove(lease);
    lease.open = false;
    if (lease.stream != null) {
      lease.stream.leaseOver(lease);
    }
  }

  /** The one that ends first. */
  @Nullable Lease first() {
    return open.isEmpty() ? null : open.first();
  }

  List<Lease> open() {
    return List.copyOf(open);
  }
}
