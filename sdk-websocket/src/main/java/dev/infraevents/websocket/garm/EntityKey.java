package dev.infraevents.websocket.garm;

import dev.infraevents.Event;
import dev.infraevents.garm.EntityType;
import dev.infraevents.garm.Garm;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.garm.UnknownEntity;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An entity: its subject is unique within its type only. */
record EntityKey(EntityType<?> type, String id) {

  /** Of an entity by its subject. GARM matches the names of endpoints without regard to case. */
  static EntityKey of(EntityType<?> type, String subject) {
    return new EntityKey(type, isNamed(type) ? subject.toLowerCase(Locale.ROOT) : subject);
  }

  static @Nullable EntityKey of(Event<GarmPayload> event) {
    String subject = event.subject();
    if (subject == null || event.payload() instanceof UnknownEntity) {
      return null;
    }
    String name = event.attributes().getOrDefault(Garm.ENTITY_TYPE, "");
    return Garm.entityType(name).<EntityKey>map(type -> of(type, subject)).orElse(null);
  }

  /** Whether another entity can get the same identity after a delete. */
  boolean isReusable() {
    return isNamed(type);
  }

  private static boolean isNamed(EntityType<?> type) {
    return type == Garm.GITHUB_ENDPOINT;
  }
}
