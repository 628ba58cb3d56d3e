package dev.infraevents;

import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an event before its payload is decoded. Filters see this and nothing more, so
 * that an event nobody wants costs no decoding.
 */
public interface Envelope {

  /**
   * The kind of the event.
   *
   * @return the type
   */
  EventType<?> type();

  /**
   * The system that sent it, without user info.
   *
   * @return the source's address
   */
  URI source();

  /**
   * The entity the event is about: a runner instance, a build, a device. The default ordering key.
   *
   * @return the entity's id, or null where the source does not say
   */
  @Nullable String subject();

  /**
   * Further facts of the envelope. Names are lower-case letters and digits, as CloudEvents wants.
   *
   * @return an immutable map, empty if there is nothing more to say
   */
  Map<String, String> attributes();
}
