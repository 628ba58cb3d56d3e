package dev.infraevents.testkit;

import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.infraevents.Capability;
import dev.infraevents.SourceSignal.Connected;
import dev.infraevents.SourceSignal.Disconnected;
import dev.infraevents.SourceSignal.GapPossible;
import dev.infraevents.SourceSignal.Undecodable;
import dev.infraevents.SourceState;
import dev.infraevents.SourceStatus;
import dev.infraevents.testkit.junit.VirtualTime;
import java.time.Duration;

/** Takes a run through a fault, up to the moment at which events have to arrive again. */
final class FaultDrive {

  private FaultDrive() {}

  /**
   * Lets a fault happen, ends it, and checks what has been said about it.
   *
   * @param time what a half-open connection is noticed in; it moves for no other fault
   */
  static void suffer(ContractRun<?> run, Fault fault, VirtualTime time) {
    int before = run.connections();
    if (fault instanceof Fault.HalfOpen) {
      halfOpen(run, fault, time);
    } else if (fault instanceof Fault.Refuse
        || fault instanceof Fault.RefuseUpgrade
        || fault instanceof Fault.RefuseCall) {
      inject(run, fault);
      inject(run, Fault.reset()); // what is refused are the attempts to connect again
      run.awaitConnection(before + 1);
    } else if (fault instanceof Fault.Restart restart && restart.staysDown()) {
      inject(run, fault);
      run.probe.awaitSignals(Disconnected.class, 3); // more than one attempt was in vain
      run.fixture.server().heal();
      run.awaitConnection(before + 1);
    } else if (cutsConnections(fault)) {
      inject(run, fault);
      run.awaitConnection(before + 1);
    } else if (fault instanceof Fault.GarbageText || fault instanceof Fault.InvalidJson) {
      garbage(run, fault);
    } else {
      disturbed(run, fault);
    }
    if (run.connections() > before) {
      lossIsSaid(run);
    }
  }

  private static boolean cutsConnections(Fault fault) {
    return fault instanceof Fault.Reset
        || fault instanceof Fault.Truncate
        || fault instanceof Fault.WrongClose
        || fault instanceof Fault.EndStreams
        || fault instanceof Fault.Restart
        || fault instanceof Fault.ExpireToken;
  }

  private static void inject(ContractRun<?> run, Fault fault) {
    run.fixture.server().inject(fault);
  }

  private static void halfOpen(ContractRun<?> run, Fault fault, VirtualTime time) {
    int before = run.connections();
    inject(run, fault);
    long dead = run.subscription.status().epoch();
    run.probe.await(
        "end of the dead connection",
        () -> {
          // In small steps: a reader that is still busy with an event is alive until it is done.
          time.advance(Duration.ofSeconds(5));
          SourceStatus now = run.subscription.status();
          return now.epoch() > dead || now.state() != SourceState.STREAMING;
        });
    run.fixture.server().heal();
    run.probe.await(
        "new connection",
        () -> {
          // Each attempt that failed, and only that, is followed by a wait.
          if (run.subscription.status().state() == SourceState.BACKING_OFF) {
            time.advance(Duration.ofMillis(20));
          }
          return run.connections() > before;
        });
    run.awaitConnection(before + 1);
  }

  private static void garbage(ContractRun<?> run, Fault fault) {
    int before = run.probe.signals(Undecodable.class).size();
    inject(run, fault);
    run.probe.awaitSignals(Undecodable.class, before + 1);
    run.probe.await(
        "dead letter of the garbage",
        () -> run.probe.deadLetters().stream().anyMatch(letter -> letter.event() == null));
    run.probe
        .deadLetters()
        .forEach(letter -> assertFalse(letter.raw().isEmpty(), "a dead letter without its bytes"));
  }

  /** A fault of one event, or of the way it takes. What comes after it is what counts. */
  private static void disturbed(ContractRun<?> run, Fault fault) {
    inject(run, fault);
    String event = run.emit();
    run.fixture.server().heal();
    if (fault instanceof Fault.Stall) {
      run.probe.awaitSubject(event);
    } else if (fault instanceof Fault.BadUtf8
        || fault instanceof Fault.Oversize
        || fault instanceof Fault.Fragment) {
      run.probe.await(
          "word of what became of " + event,
          () ->
              run.probe.timesHandled(event) > 0
                  || !run.probe.signals(Undecodable.class).isEmpty()
                  || !run.probe.signals(GapPossible.class).isEmpty());
    }
  }

  private static void lossIsSaid(ContractRun<?> run) {
    assertFalse(run.probe.signals(Disconnected.class).isEmpty(), "nobody said that it was lost");
    var all = run.probe.signals(Connected.class);
    boolean canResume = run.capabilities().contains(Capability.RESUME);
    if (!canResume || !all.subList(1, all.size()).stream().allMatch(Connected::resumed)) {
      run.probe.awaitSignals(GapPossible.class, 1);
      for (GapPossible gap : run.probe.signals(GapPossible.class)) {
        assertFalse(gap.from().isAfter(gap.to()), () -> "a gap that ends before it begins: " + gap);
      }
    }
  }
}
