package dev.infraevents.testkit.internal.tcp;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The open connections of one server, and what is done to all of them at once. */
public final class Wires {

  private record Drip(int bytes, Duration pause) {
    void on(Wire wire) {
      wire.drip(bytes, pause);
    }
  }

  private final Set<Wire> wires = ConcurrentHashMap.newKeySet();

  private volatile Drip drip = new Drip(0, Duration.ZERO);

  public void add(Wire wire) {
    wires.add(wire);
    drip.on(wire); // after it can be seen, so that no change passes it by
  }

  public void remove(Wire wire) {
    wires.remove(wire);
  }

  /** Those that are open now. */
  public List<Wire> all() {
    return List.copyOf(wires);
  }

  /**
   * Slows down what is written on all connections, open ones and later ones.
   *
   * @param bytes how many pass at a time; 0 to let everything pass again
   */
  public void drip(int bytes, Duration pause) {
    drip = new Drip(bytes, pause);
    wires.forEach(drip::on);
  }

  public void reset() {
    wires.forEach(Wire::reset);
  }

  public void freeze() {
    wires.forEach(Wire::freeze);
  }

  public void thaw() {
    wires.forEach(Wire::thaw);
  }

  public void drop() {
    wires.forEach(Wire::drop);
  }

  /** Drops those that are frozen: nothing that is sent on them would arrive. */
  public void dropFrozen() {
    wires.stream().filter(Wire::isFrozen).forEach(Wire::drop);
  }
}
