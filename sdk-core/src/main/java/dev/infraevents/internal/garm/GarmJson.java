package dev.infraevents.internal.garm;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import dev.infraevents.garm.ForgeCredentials;
import dev.infraevents.garm.ForgeEndpoint;
import dev.infraevents.garm.Instance;
import dev.infraevents.garm.PoolManagerStatus;
import dev.infraevents.internal.json.Json;
import java.util.Map;

/** How GARM writes its payloads. */
public final class GarmJson {

  private static final ObjectMapper MAPPER =
      Json.mapper(
          PropertyNamingStrategies.SNAKE_CASE,
          Map.of(
              ForgeEndpoint.class, ForgeEndpoint.EMPTY,
              ForgeCredentials.class, ForgeCredentials.EMPTY,
              PoolManagerStatus.class, PoolManagerStatus.EMPTY,
              Instance.Capabilities.class, Instance.Capabilities.NONE));

  private GarmJson() {}

  /**
   * Prepares reading.
   *
   * @param payloadType a record
   * @return what reads it
   */
  public static ObjectReader reader(Class<?> payloadType) {
    return MAPPER.readerFor(payloadType);
  }
}
