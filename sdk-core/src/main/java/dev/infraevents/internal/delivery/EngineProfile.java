package dev.infraevents.internal.delivery;

import dev.infraevents.Capability;
import java.net.URI;
import java.util.Set;

/**
 * What the engine has to know of a source.
 *
 * @param source its address
 * @param capabilities what it can do
 * @param demandDriven whether it stops sending when there is no room
 */
public record EngineProfile(URI source, Set<Capability> capabilities, boolean demandDriven) {

  /** A source that is acknowledged delivers again what was not. */
  boolean redelivers() {
    return capabilities.contains(Capability.ACK);
  }
}
