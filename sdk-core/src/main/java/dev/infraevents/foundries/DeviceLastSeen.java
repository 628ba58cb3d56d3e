package dev.infraevents.foundries;

import com.fasterxml.jackson.databind.JsonNode;
import dev.infraevents.internal.text.RecordText;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A device has checked in. Devices do so every few minutes, so most events of a fleet are of this
 * kind: whoever does not need them should filter them out, which costs no decoding. Since September
 * 2025.
 *
 * @param uuid the device
 * @param time when the server noticed, in whole seconds
 * @param deviceGroupId the group of the device; null if it is in none. Since September 2025
 * @param changes what about the device has changed since it was seen last, an object whose keys and
 *     values are not documented; {@linkplain JsonNode#isMissingNode() missing} when not set. Do not
 *     change it
 * @param extras members that are unknown or of the wrong type
 * @param warnings what is odd about the event
 */
public record DeviceLastSeen(
    String uuid,
    Instant time,
    @Nullable Long deviceGroupId,
    JsonNode changes,
    Map<String, JsonNode> extras,
    List<String> warnings)
    implements DeviceEvent {

  @Override
  public String toString() {
    return RecordText.of(this, "extras");
  }
}
