package dev.infraevents.spi;

import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.EventType;
import java.util.Optional;

/**
 * The event types of one source and how their payloads are read, so that an event that travelled as
 * a CloudEvent comes back typed. Found with {@link java.util.ServiceLoader}; thread-safe.
 */
public interface PayloadCatalog {

  /**
   * Finds a type by its name.
   *
   * @param typeName the name, such as {@code garm.instance.create}
   * @return the type and its decoder; empty if the name is not of this source
   */
  Optional<Entry<?>> find(String typeName);

  /**
   * A type and how its payload is read.
   *
   * @param <P> the payload class
   * @param type the type
   * @param decoder reads the payload
   */
  record Entry<P>(EventType<P> type, Decoder<? extends P> decoder) {}

  /**
   * Reads a payload.
   *
   * @param <P> the payload class
   */
  @FunctionalInterface
  interface Decoder<P> {

    /**
     * Reads a payload.
     *
     * @param data the source's own form of it, as in {@link dev.infraevents.Event#data()}
     * @return the payload
     * @throws DecodingException if it is malformed; the message quotes nothing of it
     */
    P decode(Bytes data) throws DecodingException;
  }
}
