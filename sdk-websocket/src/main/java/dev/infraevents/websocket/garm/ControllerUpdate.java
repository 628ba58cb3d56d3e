package dev.infraevents.websocket.garm;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The addresses by which others reach a GARM server. Until they are set it answers 409 {@code
 * urls_required} to almost everything: metadata and callback URL on every version, the webhook URL
 * as well on 0.1.5.
 *
 * @param metadataUrl where runners fetch their setup, such as {@code
 *     https://garm.example.com/api/v1/metadata}; null to leave it as it is
 * @param callbackUrl where runners report to, such as {@code
 *     https://garm.example.com/api/v1/callbacks}; null to leave it as it is
 * @param webhookUrl where forges send webhooks to, such as {@code
 *     https://garm.example.com/webhooks}; null to leave it as it is
 */
public record ControllerUpdate(
    @Nullable String metadataUrl, @Nullable String callbackUrl, @Nullable String webhookUrl) {

  /** What is sent: the fields that are set. */
  Map<String, String> fields() {
    Map<String, String> fields = new LinkedHashMap<>();
    put(fields, "metadata_url", metadataUrl);
    put(fields, "callback_url", callbackUrl);
    put(fields, "webhook_url", webhookUrl);
    return fields;
  }

  private static void put(Map<String, String> fields, String key, @Nullable String value) {
    if (value != null) {
      fields.put(key, value);
    }
  }

  /** Shows which are set, and not the addresses: they may hold user info. */
  @Override
  public String toString() {
    return "ControllerUpdate" + fields().keySet();
  }
}
