package dev.infraevents.foundries;

import com.fasterxml.jackson.databind.JsonNode;
import dev.infraevents.internal.text.RecordText;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A device has applied a new configuration.
 *
 * @param uuid the device
 * @param time when the server noticed, in whole seconds
 * @param deviceGroupId the group of the device; null if it is in none. Since September 2025
 * @param extras members that are unknown or of the wrong type
 * @param warnings what is odd about the event
 */
public record DeviceConfigApplied(
    String uuid,
    Instant time,
    @Nullable Long deviceGroupId,
    Map<String, JsonNode> extras,
    List<String> warnings)
    implements DeviceEvent {

  @Override
  public String toString() {
    return RecordText.of(this, "extras");
  }
}
