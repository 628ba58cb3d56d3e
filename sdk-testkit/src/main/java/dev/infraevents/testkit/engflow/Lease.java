package dev.infraevents.testkit.engflow;

/** A delivery while its window is open. Everything is guarded by the queue's lock. */
final class Lease {

  final EngFlowNotification notification;
  final EngFlowReader reader;
  final long deadline; // by the queue's ticker

  private boolean acked;
  private boolean missed;

  Lease(EngFlowNotification notification, EngFlowReader reader, long deadline) {
    this.notification = notification;
    this.reader = reader;
    this.deadline = deadline;
  }

  boolean isOpen() {
    return !acked && !missed;
  }

  boolean isAcked() {
    return acked;
  }

  boolean isMissed() {
    return missed;
  }

  void ack() {
    acked = true;
  }

  void miss() {
    missed = true;
  }
}
