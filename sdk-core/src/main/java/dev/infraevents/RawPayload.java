package dev.infraevents;

/**
 * The payload of an event whose type this version of the library does not know. Nothing is dropped
 * for being unknown: it is delivered as what it is.
 *
 * <p>Each source has its own implementation; {@code router.onPayload(RawPayload.class, ...)}
 * catches them all.
 */
public interface RawPayload {

  /**
   * The name the source gave the type.
   *
   * @return the source's own word, unchanged; may be empty if the source gave none
   */
  String typeName();

  /**
   * The payload as it arrived.
   *
   * @return the source's own bytes
   */
  Bytes content();
}
