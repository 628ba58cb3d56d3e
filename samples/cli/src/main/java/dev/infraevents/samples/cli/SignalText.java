package dev.infraevents.samples.cli;

import dev.infraevents.SourceSignal;
import dev.infraevents.SourceSignal.Closed;
import dev.infraevents.SourceSignal.Connected;
import dev.infraevents.SourceSignal.DeadlineNear;
import dev.infraevents.SourceSignal.Disconnected;
import dev.infraevents.SourceSignal.FilterRefused;
import dev.infraevents.SourceSignal.GapPossible;
import dev.infraevents.SourceSignal.HandlerFailed;
import dev.infraevents.SourceSignal.Lagging;
import dev.infraevents.SourceSignal.ReconcileFailed;
import dev.infraevents.SourceSignal.Reconciled;

/** Signals in words, for stderr. */
public final class SignalText {

  private SignalText() {}

  /**
   * Says what happened.
   *
   * @param signal the signal
   * @return one line
   */
  public static String of(SourceSignal signal) {
    return OneLine.collapsed(words(signal));
  }

  private static String words(SourceSignal signal) {
    if (signal instanceof Connected connected) {
      return "connected to " + connected.source();
    }
    if (signal instanceof Disconnected lost) {
      String next =
          lost.retryIn() == null ? "" : "; next attempt in " + lost.retryIn().toMillis() + " ms";
      return "disconnected: " + lost.cause().getMessage() + next;
    }
    if (signal instanceof GapPossible gap) {
      return "events may be missing from " + gap.from() + " to " + gap.to() + ": " + gap.reason();
    }
    if (signal instanceof Lagging lagging) {
      return "falling behind: " + lagging.buffered() + " events are waiting";
    }
    if (signal instanceof HandlerFailed failed) {
      return "event " + failed.eventId() + " failed: " + failed.cause().getMessage();
    }
    if (signal instanceof DeadlineNear near) {
      return "event "
          + near.eventId()
          + (near.passed() ? " took too long, it will come again" : " takes long");
    }
    if (signal instanceof Reconciled state) {
      return "state listed: " + state.listed() + " entities, " + state.delivered() + " were news";
    }
    if (signal instanceof ReconcileFailed failed) {
      return "state can not be listed: "
          + failed.cause().getMessage()
          + "; next attempt in "
          + failed.retryIn().toSeconds()
          + " s";
    }
    if (signal instanceof FilterRefused refused) {
      return refused.reason() + "; everything is received and filtered here";
    }
    if (signal instanceof Closed closed) {
      return "closed " + closed.source();
    }
    return signal.toString();
  }
}
