package dev.infraevents.testkit.internal;

import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.internal.http.HttpResponse;
import java.time.Duration;

/** What a fake has to be able to do for {@link FaultInjector} to carry out any {@link Fault}. */
public interface FaultTarget {

  void refuseConnections(int times);

  void refuseUpgrades(int times, HttpResponse answer);

  void resetConnections();

  void freezeConnections();

  void holdEvents();

  void truncateStreams();

  void sendText(String text);

  void mangleNextEvent(EventFault fault);

  void reorderEvents(int window, long seed);

  void slowDown(int bytes, Duration pause);

  void closeStreams(int code, String reason);

  void restart(boolean staysDown);

  void expireTokens();
}
