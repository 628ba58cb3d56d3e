package dev.infraevents.pubsub.push;

import java.util.List;

/** An Authorization header that must be refused, and why. */
record ForgedPush(RefusalReason reason, String name, List<String> authorization) {

  @Override
  public String toString() {
    return reason + ": " + name;
  }
}
