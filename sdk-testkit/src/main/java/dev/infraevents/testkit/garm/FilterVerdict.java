package dev.infraevents.testkit.garm;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What GARM makes of a message from a client: every message is taken for a filter. */
sealed interface FilterVerdict {

  /** The message replaces the filter so far. */
  record Accepted(FilterRule rule) implements FilterVerdict {}

  /** The message asks for nothing; the filter so far stays. */
  record Ignored() implements FilterVerdict {}

  /** The connection is closed; the text says why, if it arrives. */
  record Rejected(String text) implements FilterVerdict {}

  /** Judges a message. */
  static FilterVerdict of(String message, GarmVersion version) {
    try {
      return of(Json.parse(message).orElseThrow(WrongTypeException::new), version);
    } catch (WrongTypeException e) {
      return new Rejected("failed to unmarshal filter");
    }
  }

  private static FilterVerdict of(JsonNode message, GarmVersion version) throws WrongTypeException {
    if (message.isNull()) {
      return new Ignored();
    }
    require(message.isObject());
    JsonNode everything = Json.field(message, "send-everything");
    require(Json.isUnset(everything) || everything.isBoolean());
    List<FilterRule.Entry> entries = entries(Json.field(message, "filters"));
    if (everything.asBoolean()) { // then the entries are not even looked at
      return new Accepted(new FilterRule(true, List.of()));
    }
    if (entries.isEmpty()) {
      return new Ignored();
    }
    return entries.stream().allMatch(entry -> isValid(entry, version))
        ? new Accepted(new FilterRule(false, entries))
        : new Rejected("invalid filter");
  }

  private static List<FilterRule.Entry> entries(JsonNode filters) throws WrongTypeException {
    require(Json.isUnset(filters) || filters.isArray());
    List<FilterRule.Entry> entries = new ArrayList<>();
    for (JsonNode filter : filters) {
      require(filter.isNull() || filter.isObject());
      Set<String> operations = new TreeSet<>();
      JsonNode list = Json.field(filter, "operations");
      require(Json.isUnset(list) || list.isArray());
      for (JsonNode operation : list) {
        operations.add(text(operation));
      }
      entries.add(new FilterRule.Entry(text(Json.field(filter, "entity-type")), operations));
    }
    return entries;
  }

  private static boolean isValid(FilterRule.Entry entry, GarmVersion version) {
    return version.knows(entry.entityType())
        && Set.of("create", "update", "delete").containsAll(entry.operations());
  }

  private static String text(JsonNode value) throws WrongTypeException {
    require(Json.isUnset(value) || value.isTextual());
    return Json.isUnset(value) ? "" : value.textValue();
  }

  private static void require(boolean condition) throws WrongTypeException {
    if (!condition) {
      throw new WrongTypeException();
    }
  }

  /** The message is not JSON, or a value in it is of another type than GARM's. */
  final class WrongTypeException extends Exception {
    private static final long serialVersionUID = 1L;
  }
}
