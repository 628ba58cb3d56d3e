package dev.infraevents.internal.delivery;

/**
 * What the end of a delivery means for others; to be done once the lock is released.
 *
 * @param worker a worker has been reserved and is to be started
 * @param refusals how many refusals of room to take back
 * @param drained nothing is in flight, and nothing more will be taken
 */
record Exit(boolean worker, int refusals, boolean drained) {

  static final Exit NOTHING = new Exit(false, 0, false);
}
