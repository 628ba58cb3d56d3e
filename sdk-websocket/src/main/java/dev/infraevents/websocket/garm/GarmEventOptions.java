package dev.infraevents.websocket.garm;

import org.jspecify.annotations.Nullable;

/**
 * How the events of a source are kept true.
 *
 * @param reconciliation how state is listed, or null if it is not
 * @param deliverStale whether outdated events are delivered, marked
 * @param maxTrackedEntities how many entities are remembered for that
 */
record GarmEventOptions(
    @Nullable GarmReconciliation reconciliation, boolean deliverStale, int maxTrackedEntities) {

  static final GarmEventOptions DEFAULT = new GarmEventOptions(null, false, 100_000);
}
