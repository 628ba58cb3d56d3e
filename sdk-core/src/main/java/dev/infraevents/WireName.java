package dev.infraevents;

/** A constant of an enum that stands for one word of a source's protocol. */
public interface WireName {

  /**
   * The word on the wire.
   *
   * @return the source's own spelling, such as {@code pending_delete}
   */
  String wireName();
}
