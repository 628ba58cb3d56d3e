package dev.infraevents.garm;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.infraevents.Bytes;
import dev.infraevents.internal.json.Scalars;
import dev.infraevents.internal.text.RecordText;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the GARM server itself. There is one, and it only ever is updated.
 *
 * @param controllerId UUID of the server; empty when not set
 * @param hostname its host name; empty in events, REST has it
 * @param metadataUrl where runners fetch their setup; empty when not set
 * @param callbackUrl where runners report to; empty when not set
 * @param webhookUrl where forges send webhooks to; empty when not set
 * @param controllerWebhookUrl the same with the controller's id in it; empty when not set
 * @param agentUrl where agents connect to; empty when not set. Since 0.2.0-beta1
 * @param garmAgentReleasesUrl where agents are downloaded from; empty when not set. Since
 *     0.2.0-beta1
 * @param enableAgentToolsSync whether the server keeps copies of the agent. Since 0.2.0-beta1
 * @param garmAgentVersion the version of the agent to use; empty when not set. Since HEAD
 * @param allowInsecureGarmAgent whether agents may connect without TLS. Since HEAD
 * @param minimumJobAgeBackoff how old a job must be before GARM makes a runner for it, in seconds;
 *     0 when not set
 * @param version the version of the server, free text; empty when not set
 * @param caCertBundle the CA certificates that runners trust, PEM; empty when not set. Since
 *     0.2.0-beta1
 * @param cachedGarmAgentReleaseFetchedAt when the list of agents was fetched; null when not set.
 *     Since 0.2.0-beta1
 */
public record Controller(
    @JsonDeserialize(using = Scalars.Uuid.class) String controllerId,
    String hostname,
    String metadataUrl,
    String callbackUrl,
    String webhookUrl,
    String controllerWebhookUrl,
    String agentUrl,
    String garmAgentReleasesUrl,
    boolean enableAgentToolsSync,
    String garmAgentVersion,
    boolean allowInsecureGarmAgent,
    long minimumJobAgeBackoff,
    String version,
    Bytes caCertBundle,
    @Nullable Instant cachedGarmAgentReleaseFetchedAt)
    implements GarmPayload {

  /**
   * Not known: the server keeps no times of its settings.
   *
   * @return null
   */
  @Override
  public @Nullable Instant updatedAt() {
    return null;
  }

  @Override
  public String toString() {
    return RecordText.of(this);
  }
}
