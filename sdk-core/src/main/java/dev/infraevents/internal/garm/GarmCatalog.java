package dev.infraevents.internal.garm;

import dev.infraevents.EventType;
import dev.infraevents.garm.EntityType;
import dev.infraevents.garm.Garm;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.garm.LogLine;
import dev.infraevents.garm.Metrics;
import dev.infraevents.garm.UnknownEntity;
import dev.infraevents.spi.PayloadCatalog;
import java.util.Optional;

/** The events of GARM, those of unknown entities and operations included, its log and metrics. */
public final class GarmCatalog implements PayloadCatalog {

  private static final String PREFIX = "garm.";

  /** For the service loader. */
  public GarmCatalog() {}

  @Override
  public Optional<Entry<?>> find(String typeName) {
    if (typeName.equals(Garm.LOG.name())) {
      return Optional.of(new Entry<>(Garm.LOG, LogLine::decode));
    }
    if (typeName.equals(Garm.METRICS.name())) {
      return Optional.of(new Entry<>(Garm.METRICS, Metrics::decode));
    }
    // No type of entity that we know has a dot in its name; one that we do not know might.
    int first = typeName.indexOf('.', PREFIX.length());
    int last = typeName.lastIndexOf('.');
    if (!typeName.startsWith(PREFIX) || first <= PREFIX.length()) {
      return Optional.empty();
    }
    return Optional.of(
        Garm.entityType(typeName.substring(PREFIX.length(), first))
            .<Entry<?>>map(entityType -> known(typeName, entityType))
            .orElseGet(() -> unknown(typeName, typeName.substring(PREFIX.length(), last))));
  }

  private static <P extends GarmPayload> Entry<P> known(String typeName, EntityType<P> entityType) {
    return new Entry<>(EventType.of(typeName, entityType.payloadType()), entityType::decode);
  }

  private static Entry<UnknownEntity> unknown(String typeName, String name) {
    return new Entry<>(
        EventType.of(typeName, UnknownEntity.class), data -> new UnknownEntity(name, data));
  }
}
