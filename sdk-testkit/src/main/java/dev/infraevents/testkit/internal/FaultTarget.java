package dev.infraevents.testkit.internal;

import dev.infraevents.testkit.Fault;
import java.time.Duration;

/**
 * What a fake is told by {@link FaultInjector} to carry out a {@link Fault}. What only some kinds
 * of servers can do is unknown to the others.
 */
public interface FaultTarget {

  void refuseConnections(int times);

  void refuseUpgrades(Fault.RefuseUpgrade fault);

  default void refuseCalls(Fault.RefuseCall fault) {
    throw FaultInjector.unknown(fault);
  }

  void resetConnections();

  void freezeConnections();

  void holdEvents();

  void truncateStreams();

  /** Sends every open stream what is no event at all. */
  void sendGarbage();

  /** Sends every open stream what begins like an event and breaks off. */
  void sendBrokenEvent();

  /**
   * Lets the next event suffer.
   *
   * @param fault one that is about an event; a drop is of this one only, whatever its number
   */
  void disturbNextEvent(Fault fault);

  void reorderEvents(int window, long seed);

  void slowDown(int bytes, Duration pause);

  default void closeStreams(Fault.WrongClose fault) {
    throw FaultInjector.unknown(fault);
  }

  default void endStreams(Fault.EndStreams fault) {
    throw FaultInjector.unknown(fault);
  }

  void restart(boolean staysDown);

  void expireTokens();
}
