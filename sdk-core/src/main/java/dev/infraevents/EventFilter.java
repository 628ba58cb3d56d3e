package dev.infraevents;

import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A predicate over the envelope, evaluated before the payload is decoded. Filters of one source,
 * such as GARM's, implement it too, and can then also be evaluated by the server.
 *
 * <p>Must be fast, thread-safe and free of side effects: it runs on the thread that reads the
 * connection. An event for which it throws is let through.
 */
@FunctionalInterface
public interface EventFilter {

  /**
   * Decides.
   *
   * @param envelope what is known before decoding
   * @return whether the event is wanted
   */
  boolean test(Envelope envelope);

  /**
   * Lets everything through.
   *
   * @return a filter that is always true
   */
  static EventFilter all() {
    return envelope -> true;
  }

  /**
   * Selects by type.
   *
   * @param types the wanted types
   * @return a filter on the type's name
   */
  static EventFilter types(EventType<?>... types) {
    Set<String> names = Arrays.stream(types).map(EventType::name).collect(Collectors.toSet());
    return envelope -> names.contains(envelope.type().name());
  }

  /**
   * Selects by entity.
   *
   * @param subject the wanted subject
   * @return a filter on the subject
   */
  static EventFilter subject(String subject) {
    Objects.requireNonNull(subject, "subject");
    return envelope -> subject.equals(envelope.subject());
  }

  /**
   * Selects by a fact of the envelope.
   *
   * @param name the attribute
   * @param value its wanted value
   * @return a filter on one attribute
   */
  static EventFilter attribute(String name, String value) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(value, "value");
    return envelope -> value.equals(envelope.attributes().get(name));
  }

  /**
   * Both.
   *
   * @param other the second condition
   * @return a filter that wants what this and the other want
   */
  default EventFilter and(EventFilter other) {
    Objects.requireNonNull(other, "other");
    return envelope -> test(envelope) && other.test(envelope);
  }

  /**
   * Either.
   *
   * @param other the second condition
   * @return a filter that wants what this or the other wants
   */
  default EventFilter or(EventFilter other) {
    Objects.requireNonNull(other, "other");
    return envelope -> test(envelope) || other.test(envelope);
  }

  /**
   * The opposite.
   *
   * @return a filter that wants what this does not
   */
  default EventFilter negate() {
    return envelope -> !test(envelope);
  }
}
