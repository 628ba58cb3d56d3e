package dev.infraevents.foundries;

import com.fasterxml.jackson.databind.JsonNode;
import dev.infraevents.internal.text.RecordText;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The apps of a device have changed coarsely: their names, the health or the URI of one of them, or
 * how many services it has. A service that turns unhealthy in an app that is so already sends no
 * event. It also comes after the device or its agent has been restarted.
 *
 * @param uuid the device
 * @param time when the server noticed, in whole seconds
 * @param deviceGroupId the group of the device; null if it is in none. Since September 2025
 * @param ostree hash of the OSTree commit that runs, 64 hexadecimal digits
 * @param deviceTime when the device noticed, by its own clock, which may be wrong; null if {@code
 *     deviceTimeText} is no RFC 3339 timestamp
 * @param deviceTimeText the same as it came
 * @param appsKnown false if the agent knew nothing of the apps; true if there just are none
 * @param apps by name
 * @param extras members that are unknown or of the wrong type
 * @param warnings what is odd about the event
 */
public record AppsStateChanged(
    String uuid,
    Instant time,
    @Nullable Long deviceGroupId,
    String ostree,
    @Nullable Instant deviceTime,
    String deviceTimeText,
    boolean appsKnown,
    Map<String, ComposeApp> apps,
    Map<String, JsonNode> extras,
    List<String> warnings)
    implements DeviceEvent {

  @Override
  public String toString() {
    return RecordText.of(this, "extras");
  }
}
