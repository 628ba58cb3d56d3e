package dev.infraevents.samples.garm;

import dev.infraevents.ConfigurationException;
import dev.infraevents.garm.EntityType;
import dev.infraevents.garm.Garm;
import dev.infraevents.garm.GarmFilter;
import dev.infraevents.garm.Operation;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Reads {@code --entity} flags: {@code instance:create,delete} or {@code pool}. */
final class EntityFlags {

  private EntityFlags() {}

  static GarmFilter filter(List<String> flags) {
    if (flags.isEmpty()) {
      return GarmFilter.everything();
    }
    GarmFilter.Builder filter = GarmFilter.builder();
    for (String flag : flags) {
      int colon = flag.indexOf(':');
      String type = colon < 0 ? flag : flag.substring(0, colon);
      filter.on(
          entityType(flag, type),
          colon < 0 ? new Operation[0] : operations(flag, flag.substring(colon + 1)));
    }
    return filter.build();
  }

  private static EntityType<?> entityType(String flag, String name) {
    return Garm.entityType(name)
        .orElseThrow(
            () ->
                new ConfigurationException(
                    "--entity " + flag + ": the entity types are " + Garm.entityTypes(), null));
  }

  private static Operation[] operations(String flag, String list) {
    return Arrays.stream(list.split(",", -1))
        .map(word -> operation(flag, word))
        .toArray(Operation[]::new);
  }

  private static Operation operation(String flag, String word) {
    try {
      return Operation.valueOf(word.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          "--entity " + flag + ": \"" + word + "\" is none of create, update, delete", null);
    }
  }
}
