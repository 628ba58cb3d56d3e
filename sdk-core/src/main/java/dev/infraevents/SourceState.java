package dev.infraevents;

import java.util.EnumSet;
import java.util.Set;

/** Where a connection stands, with the transitions that are legal. */
public enum SourceState {
  /** Nobody is subscribed. */
  IDLE,
  /** A connection is being opened. */
  CONNECTING,
  /** Connected; events flow when there are any. */
  STREAMING,
  /** Waiting for the next attempt to connect. */
  BACKING_OFF,
  /** Taking no more events; those that were taken are being finished. */
  DRAINING,
  /** Ended as asked, or because the source has no more events. */
  CLOSED,
  /** Ended by an error that no retry can mend. */
  FAILED;

  /**
   * Says whether nothing follows this state.
   *
   * @return true for {@link #CLOSED} and {@link #FAILED}
   */
  public boolean isFinal() {
    return this == CLOSED || this == FAILED;
  }

  /**
   * Says whether a change is legal.
   *
   * @param next the state to go to
   * @return whether a connection in this state may go there
   */
  public boolean canBecome(SourceState next) {
    return successors().contains(next);
  }

  private Set<SourceState> successors() {
    return switch (this) {
      case IDLE -> EnumSet.of(CONNECTING, DRAINING);
      case CONNECTING -> EnumSet.of(STREAMING, BACKING_OFF, DRAINING);
      case STREAMING -> EnumSet.of(CONNECTING, BACKING_OFF, DRAINING);
      case BACKING_OFF -> EnumSet.of(CONNECTING, DRAINING);
      case DRAINING -> EnumSet.of(CLOSED, FAILED);
      case CLOSED, FAILED -> EnumSet.noneOf(SourceState.class);
    };
  }
}
