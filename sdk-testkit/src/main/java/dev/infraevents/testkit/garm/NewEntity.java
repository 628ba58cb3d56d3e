package dev.infraevents.testkit.garm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** What the server fills in when an entity is created. */
final class NewEntity {

  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  private static final int NAME_LENGTH = 12;

  private NewEntity() {}

  static void complete(Shape shape, ObjectNode entity, GarmStore store, GarmStamps stamps) {
    if (!entity.has("id") && shape.idKey().equals("id")) {
      setId(shape, entity, store);
    }
    if (!entity.has("created_at") && shape.has("created_at")) {
      entity.put("created_at", stamps.next());
    }
    if (!entity.has("updated_at") && shape.has("updated_at")) {
      entity.set("updated_at", entity.get("created_at"));
    }
    if (!entity.has("pool_balancing_type") && shape.has("pool_balancing_type")) {
      entity.put("pool_balancing_type", "roundrobin");
    }
    switch (shape.name()) {
      case "instance" -> putIfAbsent(entity, "name", "garm-" + randomName());
      case "github_endpoint" -> putIfAbsent(entity, "endpoint_type", "github");
      case "github_credentials" -> putIfAbsent(entity, "forge_type", "github");
      case "gitea_credentials" -> putIfAbsent(entity, "forge_type", "gitea");
      case "file_object" -> {
        if (!entity.has("tags")) {
          entity.set("tags", Json.array());
        }
      }
      default -> {}
    }
  }

  private static void setId(Shape shape, ObjectNode entity, GarmStore store) {
    if (!shape.hasNumbers()) {
      entity.put("id", UUID.randomUUID().toString());
    } else if (entity.has("workflow_job_id") && !store.version().has("0.2.0-beta1")) {
      entity.set("id", entity.get("workflow_job_id")); // it was the forge's number then
    } else {
      entity.put("id", store.nextNumber(shape));
    }
  }

  private static void putIfAbsent(ObjectNode entity, String key, String value) {
    if (!entity.has(key)) {
      entity.put(key, value);
    }
  }

  private static String randomName() {
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < NAME_LENGTH; i++) {
      name.append(LETTERS.charAt(ThreadLocalRandom.current().nextInt(LETTERS.length())));
    }
    return name.toString();
  }
}
