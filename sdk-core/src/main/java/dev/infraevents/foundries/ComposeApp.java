package dev.infraevents.foundries;

import com.fasterxml.jackson.databind.JsonNode;
import dev.infraevents.OpenEnum;
import dev.infraevents.internal.text.RecordText;
import java.util.List;
import java.util.Map;

/**
 * A compose app on a device.
 *
 * @param health whether all its services are healthy; read from {@code state} where there is no
 *     {@code health}, as that is how devices call it
 * @param uri where it comes from, pinned: {@code ...@sha256:...}; may be empty
 * @param services its services
 * @param extras members that are unknown or of the wrong type
 */
public record ComposeApp(
    OpenEnum<Health> health,
    String uri,
    List<ComposeService> services,
    Map<String, JsonNode> extras) {

  @Override
  public String toString() {
    return RecordText.of(this, "extras");
  }
}
