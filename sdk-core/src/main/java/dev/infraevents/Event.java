package dev.infraevents;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened in a system, with a typed payload. Immutable and thread-safe.
 *
 * @param <P> the payload class
 */
public final class Event<P> implements Envelope {

  /**
   * The attribute of an event that did not come over the stream: how it was found, such as {@code
   * reconcile}.
   */
  public static final String ORIGIN = "origin";

  /** The attribute, {@code true}, of an event that is older than what was delivered before it. */
  public static final String STALE = "stale";

  /** The content type of JSON data. */
  public static final String JSON = "application/json";

  /** Names that a CloudEvent gives to something else. */
  private static final Set<String> TAKEN =
      Set.of(
          "specversion",
          "id",
          "source",
          "type",
          "subject",
          "time",
          "datacontenttype",
          "data",
          CloudEvents.RECEIVED_AT);

  private final EventType<P> type;
  private final URI source;
  private final @Nullable String subject;
  private final @Nullable Instant time;
  private final Instant receivedAt;
  private final P payload;
  private final Bytes data;
  private final String dataContentType;
  private final Bytes raw;
  private final Map<String, String> attributes;
  private @Nullable String
      id; // given, or derived once from the content; racy writes store equal text

  private Event(Builder<P> builder, URI source, P payload) {
    this.type = builder.type;
    this.source = source;
    this.payload = payload;
    this.subject = builder.subject;
    this.time = builder.time;
    this.receivedAt = builder.receivedAt == null ? Instant.now() : builder.receivedAt;
    this.raw = builder.raw;
    this.data = builder.data == null ? builder.raw : builder.data;
    this.dataContentType = builder.dataContentType;
    this.attributes = Map.copyOf(builder.attributes);
    this.id = builder.id;
  }

  /**
   * Starts an event.
   *
   * @param <P> the payload class
   * @param type its type
   * @return a builder that needs at least a source and a payload
   */
  public static <P> Builder<P> builder(EventType<P> type) {
    return new Builder<>(type);
  }

  /**
   * Says whether an attribute can have a name.
   *
   * @param name the name
   * @return true for lower-case letters and digits, unless that is the name of a core attribute of
   *     CloudEvents, such as {@code id}
   */
  public static boolean isAttributeName(String name) {
    return hasLegalCharacters(name) && !TAKEN.contains(name);
  }

  private static boolean hasLegalCharacters(String name) {
    boolean legal = !name.isEmpty();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      legal &= (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }
    return legal;
  }

  /**
   * What a consumer dedupes by. A source that numbers its messages gives its own id; for the others
   * (GARM, live Meshery events) it is derived from type and content when first asked for, so two
   * replicas that receive the same message derive the same id.
   *
   * @return the id, never empty
   */
  public String id() {
    String known = id;
    if (known == null) {
      known = contentId();
      id = known;
    }
    return known;
  }

  @Override
  public EventType<P> type() {
    return type;
  }

  @Override
  public URI source() {
    return source;
  }

  @Override
  public @Nullable String subject() {
    return subject;
  }

  /**
   * When it happened, by the source's clock.
   *
   * @return the time, or null where the source does not say
   */
  public @Nullable Instant time() {
    return time;
  }

  /**
   * When this process received it.
   *
   * @return the local time of arrival
   */
  public Instant receivedAt() {
    return receivedAt;
  }

  /**
   * The typed content.
   *
   * @return the payload
   */
  public P payload() {
    return payload;
  }

  /**
   * The source's own form of the payload, untouched: the {@code payload} object of a GARM frame,
   * for example. This is what travels as {@code data} in a CloudEvent.
   *
   * @return the payload as the source wrote it
   */
  public Bytes data() {
    return data;
  }

  /**
   * The media type of {@link #data()}.
   *
   * @return {@value #JSON} unless the source speaks something else
   */
  public String dataContentType() {
    return dataContentType;
  }

  /**
   * Exactly what arrived, including fields this version does not know.
   *
   * @return the whole message; of an entity that a reconciliation found, its entry in the list or
   *     the answer when it was read by itself
   */
  public Bytes raw() {
    return raw;
  }

  @Override
  public Map<String, String> attributes() {
    return attributes;
  }

  /**
   * Returns the payload if it is of a class.
   *
   * @param <Q> the wanted class
   * @param payloadType the wanted class
   * @return this event, typed
   * @throws ClassCastException if the payload is of another class
   */
  @SuppressWarnings("unchecked") // checked by the cast of the payload
  public <Q> Event<Q> as(Class<Q> payloadType) {
    if (!payloadType.isInstance(payload)) {
      throw new ClassCastException("the payload of " + this + " is no " + payloadType.getName());
    }
    return (Event<Q>) this;
  }

  /**
   * Adds a fact of the envelope.
   *
   * @param name as for {@link Builder#attribute}
   * @param value its text
   * @return a copy of this event with one more attribute, or another value of it
   */
  public Event<P> withAttribute(String name, String value) {
    Builder<P> copy = builder(type);
    copy.id = id;
    return copy.source(source)
        .subject(subject)
        .time(time)
        .receivedAt(receivedAt)
        .payload(payload)
        .data(data, dataContentType)
        .raw(raw)
        .attributes(attributes)
        .attribute(name, value)
        .build();
  }

  private String contentId() {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(type.name().getBytes(StandardCharsets.UTF_8));
      sha.update((byte) 0);
      sha.update(data.toByteArray());
      return HexFormat.of().formatHex(sha.digest(), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Names the event without its content, which may be secret. */
  @Override
  public String toString() {
    return "Event[type=" + type.name() + ", subject=" + subject + ", source=" + source + "]";
  }

  /**
   * Builds an {@link Event}. Not thread-safe.
   *
   * @param <P> the payload class
   */
  public static final class Builder<P> {
    private final EventType<P> type;
    private @Nullable String id;
    private @Nullable URI source;
    private @Nullable String subject;
    private @Nullable Instant time;
    private @Nullable Instant receivedAt;
    private @Nullable P payload;
    private @Nullable Bytes data;
    private String dataContentType = JSON;
    private Bytes raw = Bytes.EMPTY;
    private Map<String, String> attributes = Map.of(); // immutable, or our own TreeMap

    private Builder(EventType<P> type) {
      this.type = type;
    }

    /**
     * Sets the id; without it one is derived from the content.
     *
     * @param id what a consumer dedupes by
     * @return this
     */
    public Builder<P> id(String id) {
      if (id.isEmpty()) {
        throw new IllegalArgumentException("an event id must not be empty");
      }
      this.id = id;
      return this;
    }

    /**
     * Sets the source; required.
     *
     * @param source the address of the system that sent it, without user info
     * @return this
     */
    public Builder<P> source(URI source) {
      this.source = source;
      return this;
    }

    /**
     * Sets the entity the event is about.
     *
     * @param subject the entity's id, or null if unknown
     * @return this
     */
    public Builder<P> subject(@Nullable String subject) {
      this.subject = subject;
      return this;
    }

    /**
     * Sets when it happened.
     *
     * @param time by the source's clock, or null if the source does not say
     * @return this
     */
    public Builder<P> time(@Nullable Instant time) {
      this.time = time;
      return this;
    }

    /**
     * Sets when it was received; now, if not called.
     *
     * @param receivedAt the local time of arrival
     * @return this
     */
    public Builder<P> receivedAt(Instant receivedAt) {
      this.receivedAt = receivedAt;
      return this;
    }

    /**
     * Sets the typed content; required.
     *
     * @param payload the payload
     * @return this
     */
    public Builder<P> payload(P payload) {
      this.payload = payload;
      return this;
    }

    /**
     * Sets the source's own form of the payload; the raw message, if not called.
     *
     * @param data the payload as the source wrote it
     * @param contentType its media type, such as {@value Event#JSON}
     * @return this
     */
    public Builder<P> data(Bytes data, String contentType) {
      this.data = data;
      this.dataContentType = contentType;
      return this;
    }

    /**
     * Sets the whole message as it arrived.
     *
     * @param raw the message
     * @return this
     */
    public Builder<P> raw(Bytes raw) {
      this.raw = raw;
      return this;
    }

    /**
     * Adds a fact of the envelope.
     *
     * @param name lower-case letters and digits only, as CloudEvents demands of attribute names
     * @param value its text
     * @return this
     * @throws IllegalArgumentException if the name has other characters, or is that of a core
     *     attribute of CloudEvents, such as {@code id}
     */
    public Builder<P> attribute(String name, String value) {
      checkAttribute(name);
      Objects.requireNonNull(value, "value");
      if (!(attributes instanceof TreeMap)) {
        attributes = new TreeMap<>(attributes);
      }
      attributes.put(name, value);
      return this;
    }

    /**
     * Adds several facts of the envelope.
     *
     * @param more names and values, as for {@link #attribute}
     * @return this
     */
    public Builder<P> attributes(Map<String, String> more) {
      if (attributes.isEmpty()) {
        more.keySet().forEach(Builder::checkAttribute);
        attributes =
            Map.copyOf(more); // no copy of what is immutable, as the maps of our sources are
      } else {
        more.forEach(this::attribute);
      }
      return this;
    }

    private static void checkAttribute(String name) {
      if (!hasLegalCharacters(name)) {
        throw new IllegalArgumentException(
            "attribute names are lower-case letters and digits, not \"" + name + "\"");
      }
      if (TAKEN.contains(name)) {
        throw new IllegalArgumentException(
            "\"" + name + "\" means something else in a CloudEvent; choose another name");
      }
    }

    /**
     * Builds the event.
     *
     * @return an immutable event
     * @throws IllegalStateException if source or payload is missing
     */
    public Event<P> build() {
      if (source == null || payload == null) {
        throw new IllegalStateException("an event needs a source and a payload");
      }
      return new Event<>(this, source, payload);
    }
  }
}
