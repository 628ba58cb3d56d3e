package dev.infraevents.foundries;

import com.fasterxml.jackson.databind.JsonNode;
import dev.infraevents.internal.text.RecordText;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The public key of a device has changed: its certificate was rotated.
 *
 * @param uuid the device
 * @param time when the server noticed, in whole seconds
 * @param deviceGroupId the group of the device; null if it is in none. Since September 2025
 * @param newPubKey the key from now on, PEM; of any algorithm. Not shown by {@code toString}
 * @param oldPubKey the key before, PEM. Not shown by {@code toString}
 * @param extras members that are unknown or of the wrong type
 * @param warnings what is odd about the event
 */
public record PublicKeyChanged(
    String uuid,
    Instant time,
    @Nullable Long deviceGroupId,
    String newPubKey,
    String oldPubKey,
    Map<String, JsonNode> extras,
    List<String> warnings)
    implements DeviceEvent {

  @Override
  public String toString() {
    return RecordText.of(this, "extras", "newPubKey", "oldPubKey");
  }
}
