package dev.infraevents.internal;

import dev.infraevents.SourceState;
import dev.infraevents.SourceStatus;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** One status for several connections. */
public final class StatusSummary {

  private static final List<SourceState> WORST_FIRST =
      List.of(
          SourceState.FAILED,
          SourceState.BACKING_OFF,
          SourceState.CONNECTING,
          SourceState.DRAINING,
          SourceState.STREAMING,
          SourceState.CLOSED,
          SourceState.IDLE);

  private StatusSummary() {}

  /**
   * Picks the one that needs most attention.
   *
   * @param all what there is
   * @return the worst of them, or idle if there is none
   */
  public static SourceStatus worstOf(Collection<SourceStatus> all) {
    return all.stream()
        .min(Comparator.comparingInt(status -> WORST_FIRST.indexOf(status.state())))
        .orElseGet(() -> new SourceStatus(SourceState.IDLE, Instant.now(), null, 0, null, 0));
  }
}
