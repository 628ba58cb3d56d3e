package dev.infraevents;

/**
 * A typed key: the stable dotted name of a kind of event and the class of its payload.
 *
 * <p>Two keys are equal when both parts are. The constants of a source live beside its payloads,
 * for example in {@code dev.infraevents.garm.Garm}.
 *
 * @param <P> the payload class
 * @param name the dotted name, such as {@code garm.instance.create}; never blank
 * @param payloadType the class of the payload
 */
public record EventType<P>(String name, Class<P> payloadType) {

  /**
   * Checks the name.
   *
   * @param name the dotted name
   * @param payloadType the class of the payload
   * @throws IllegalArgumentException if the name is blank
   */
  public EventType {
    if (name.isBlank()) {
      throw new IllegalArgumentException("an event type needs a name");
    }
  }

  /**
   * Makes a key.
   *
   * @param <P> the payload class
   * @param name the dotted name
   * @param payloadType the class of the payload
   * @return the key
   */
  public static <P> EventType<P> of(String name, Class<P> payloadType) {
    return new EventType<>(name, payloadType);
  }

  @Override
  public String toString() {
    return name;
  }
}
