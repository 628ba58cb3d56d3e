package dev.infraevents.testkit.garm;

import java.util.List;
import java.util.Set;

/** An accepted filter. */
record FilterRule(boolean everything, List<Entry> entries) {

  /** One entry; no operations means all of them. */
  record Entry(String entityType, Set<String> operations) {

    boolean matches(String type, String operation) {
      return entityType.equals(type) && (operations.isEmpty() || operations.contains(operation));
    }
  }

  boolean matches(String type, String operation) {
    return everything || entries.stream().anyMatch(entry -> entry.matches(type, operation));
  }
}
