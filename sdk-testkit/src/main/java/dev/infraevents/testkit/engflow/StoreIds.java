package dev.infraevents.testkit.engflow;

import java.util.regex.Pattern;

/** The grammars of ids. */
final class StoreIds {

  private static final String UUID =
      "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";

  private static final Pattern INVOCATION = Pattern.compile(UUID);

  private static final Pattern BUILD =
      Pattern.compile("(?:[A-Za-z0-9](?:-?[A-Za-z0-9])*/)*" + UUID);

  private StoreIds() {}

  static boolean isValid(StoreRead read) {
    return (read.isOfBuild() ? BUILD : INVOCATION).matcher(read.id()).matches();
  }
}
