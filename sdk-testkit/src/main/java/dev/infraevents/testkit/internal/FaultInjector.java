package dev.infraevents.testkit.internal;

import dev.infraevents.testkit.Fault;

/** Says what each {@link Fault} means. A new fault is a record there and a line here. */
public final class FaultInjector {

  private FaultInjector() {}

  public static void inject(Fault fault, FaultTarget target) {
    if (fault instanceof Fault.Refuse f) {
      target.refuseConnections(f.times());
    } else if (fault instanceof Fault.RefuseUpgrade f) {
      target.refuseUpgrades(f);
    } else if (fault instanceof Fault.RefuseCall f) {
      target.refuseCalls(f);
    } else if (fault instanceof Fault.Reset) {
      target.resetConnections();
    } else if (fault instanceof Fault.HalfOpen) {
      target.freezeConnections();
    } else if (fault instanceof Fault.Stall) {
      target.holdEvents();
    } else if (fault instanceof Fault.Truncate) {
      target.truncateStreams();
    } else if (fault instanceof Fault.SilentDrop f) {
      for (int i = 0; i < f.times(); i++) {
        target.disturbNextEvent(f);
      }
    } else if (fault instanceof Fault.Reorder f) {
      target.reorderEvents(f.window(), f.seed());
    } else if (fault instanceof Fault.SlowDrip f) {
      target.slowDown(f.bytes(), f.pause());
    } else if (fault instanceof Fault.WrongClose f) {
      target.closeStreams(f);
    } else if (fault instanceof Fault.EndStreams f) {
      target.endStreams(f);
    } else if (fault instanceof Fault.Restart f) {
      target.restart(f.staysDown());
    } else if (fault instanceof Fault.ExpireToken) {
      target.expireTokens();
    } else if (fault instanceof Fault.GarbageText) {
      target.sendGarbage();
    } else if (fault instanceof Fault.InvalidJson) {
      target.sendBrokenEvent();
    } else {
      target.disturbNextEvent(fault);
    }
  }

  /** What a fake throws for a fault that it does not know. */
  public static IllegalArgumentException unknown(Fault fault) {
    return new IllegalArgumentException("this fake does not know the fault " + fault);
  }
}
