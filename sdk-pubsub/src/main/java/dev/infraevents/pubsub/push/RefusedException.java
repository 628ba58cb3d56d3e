package dev.infraevents.pubsub.push;

/** Ends a verification. Without a stack trace: whoever sends forged tokens must not cost much. */
final class RefusedException extends Exception {

  private static final long serialVersionUID = 1L;

  private final RefusalReason reason;

  RefusedException(RefusalReason reason) {
    super(reason.name(), null, false, false);
    this.reason = reason;
  }

  RefusalReason reason() {
    return reason;
  }
}
