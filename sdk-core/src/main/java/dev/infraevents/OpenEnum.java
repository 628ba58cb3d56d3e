package dev.infraevents;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A word of a source that this version knows some values of. A server may be newer than this
 * library, so a value that is not in the enum is kept as the text that came, and is never an error.
 *
 * <pre>{@code
 * if (instance.status().is(Instance.Status.RUNNING)) ...
 * log.info("status {}", instance.status());
 * }</pre>
 *
 * <p>Immutable and thread-safe. Two are equal if they are of one enum and hold the same text.
 *
 * @param <E> the enum of the known values
 */
public final class OpenEnum<E extends Enum<E> & WireName> {

  // One object per known value, so that decoding allocates none.
  private static final ClassValue<Map<String, OpenEnum<?>>> KNOWN =
      new ClassValue<>() {
        @Override
        protected Map<String, OpenEnum<?>> computeValue(Class<?> type) {
          return instances(type);
        }
      };

  private final Class<E> type;
  private final String text;
  private final @Nullable E known;

  private OpenEnum(Class<E> type, String text, @Nullable E known) {
    this.type = type;
    this.text = text;
    this.known = known;
  }

  /**
   * Wraps a known value.
   *
   * @param <E> the enum
   * @param value the value
   * @return the value as an open one
   */
  public static <E extends Enum<E> & WireName> OpenEnum<E> of(E value) {
    return of(value.getDeclaringClass(), value.wireName());
  }

  /**
   * Takes a word as it came.
   *
   * @param <E> the enum of the known values
   * @param type the enum of the known values
   * @param text the word; empty if the field was not set
   * @return the word, recognised if it is exactly the wire name of one of the enum's constants
   */
  @SuppressWarnings("unchecked") // the map of a class holds its own values only
  public static <E extends Enum<E> & WireName> OpenEnum<E> of(Class<E> type, String text) {
    OpenEnum<?> shared = KNOWN.get(type).get(text);
    return shared != null ? (OpenEnum<E>) shared : new OpenEnum<>(type, text, null);
  }

  /**
   * The value, if this version knows it.
   *
   * @return the constant; empty if the field was not set or holds another word
   */
  public Optional<E> known() {
    return Optional.ofNullable(known);
  }

  /**
   * Compares with a known value.
   *
   * @param value the value asked for
   * @return whether this is that value
   */
  public boolean is(E value) {
    return known == value;
  }

  /**
   * The value, or another one in its place. Handy in a {@code switch}.
   *
   * @param other what stands for "not set" and for words this version does not know
   * @return the known value, or the other
   */
  public E orElse(E other) {
    return known != null ? known : other;
  }

  /**
   * Says whether the source gave any value.
   *
   * @return false if the text is empty
   */
  public boolean isSet() {
    return !text.isEmpty();
  }

  /**
   * The word as it came.
   *
   * @return the source's own word; empty if the field was not set
   */
  public String text() {
    return text;
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // the bounds of E can not be said of a Class<?>
  private static Map<String, OpenEnum<?>> instances(Class<?> type) {
    Map<String, OpenEnum<?>> instances = new HashMap<>();
    instances.put("", new OpenEnum(type, "", null));
    for (Object constant : type.getEnumConstants()) {
      String wireName = ((WireName) constant).wireName();
      instances.put(wireName, new OpenEnum(type, wireName, (Enum) constant));
    }
    return instances; // never changed again; Map.copyOf's would be slower to look things up in
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof OpenEnum<?> that && type == that.type && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** The word as it came. */
  @Override
  public String toString() {
    return text;
  }
}
