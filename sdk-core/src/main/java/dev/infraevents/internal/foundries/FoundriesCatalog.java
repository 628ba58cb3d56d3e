package dev.infraevents.internal.foundries;

import dev.infraevents.foundries.FoundriesPayload;
import dev.infraevents.spi.PayloadCatalog;
import java.util.Optional;

/** The events of Foundries.io, those of unknown types and without a type included. */
public final class FoundriesCatalog implements PayloadCatalog {

  /** For the service loader. */
  public FoundriesCatalog() {}

  @Override
  public Optional<Entry<?>> find(String typeName) {
    return EventKind.ofTypeName(typeName).map(FoundriesCatalog::entry);
  }

  private static <P extends FoundriesPayload> Entry<P> entry(EventKind<P> kind) {
    return new Entry<>(kind.type(), kind.decoder());
  }
}
