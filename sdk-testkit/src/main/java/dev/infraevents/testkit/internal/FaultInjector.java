package dev.infraevents.testkit.internal;

import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.internal.http.HttpResponse;

/** Says what each {@link Fault} means. A new fault is a record there and a line here. */
public final class FaultInjector {

  private static final String GARBAGE = "upstream connect error or disconnect";
  private static final String BROKEN_EVENT =
      "{\"entity-type\":\"instance\",\"operation\":\"update\",\"payload\":{\"id\":";

  private FaultInjector() {}

  public static void inject(Fault fault, FaultTarget target) {
    if (fault instanceof Fault.Refuse f) {
      target.refuseConnections(f.times());
    } else if (fault instanceof Fault.RefuseUpgrade f) {
      target.refuseUpgrades(f.times(), new HttpResponse(f.status(), f.headers(), f.body()));
    } else if (fault instanceof Fault.Reset) {
      target.resetConnections();
    } else if (fault instanceof Fault.HalfOpen) {
      target.freezeConnections();
    } else if (fault instanceof Fault.Stall) {
      target.holdEvents();
    } else if (fault instanceof Fault.Truncate) {
      target.truncateStreams();
    } else if (fault instanceof Fault.BadUtf8) {
      target.mangleNextEvent(EventFault.badUtf8());
    } else if (fault instanceof Fault.Oversize f) {
      target.mangleNextEvent(EventFault.oversize(f.bytes()));
    } else if (fault instanceof Fault.Fragment f) {
      target.mangleNextEvent(EventFault.fragment(f.pieces()));
    } else if (fault instanceof Fault.SilentDrop f) {
      for (int i = 0; i < f.times(); i++) {
        target.mangleNextEvent(EventFault.drop());
      }
    } else if (fault instanceof Fault.Duplicate) {
      target.mangleNextEvent(EventFault.duplicate());
    } else if (fault instanceof Fault.Reorder f) {
      target.reorderEvents(f.window(), f.seed());
    } else if (fault instanceof Fault.SlowDrip f) {
      target.slowDown(f.bytes(), f.pause());
    } else if (fault instanceof Fault.WrongClose f) {
      target.closeStreams(f.code(), f.reason());
    } else if (fault instanceof Fault.Restart f) {
      target.restart(f.staysDown());
    } else if (fault instanceof Fault.ExpireToken) {
      target.expireTokens();
    } else if (fault instanceof Fault.GarbageText) {
      target.sendText(GARBAGE);
    } else if (fault instanceof Fault.InvalidJson) {
      target.sendText(BROKEN_EVENT);
    } else {
      throw new IllegalArgumentException("unknown fault: " + fault);
    }
  }
}
