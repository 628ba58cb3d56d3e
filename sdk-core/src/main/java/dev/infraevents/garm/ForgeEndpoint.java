package dev.infraevents.garm;

import dev.infraevents.Bytes;
import dev.infraevents.OpenEnum;
import dev.infraevents.internal.text.RecordText;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The address of a code forge: the payload of {@code github_endpoint} events, those of Gitea
 * included, and part of other payloads.
 *
 * <p>Delete: only the name, as the caller of the API typed it (GARM matches names without regard to
 * case), and even if there was no such endpoint. A name can be used again for a new endpoint: tell
 * them apart by {@link #createdAt}.
 *
 * @param name the identity, there is no number; empty only in an endpoint that is part of another
 *     payload and not set
 * @param description free text; empty when not set
 * @param apiBaseUrl base URL of the forge's API; empty when not set
 * @param uploadBaseUrl base URL for uploads, GitHub only; empty when not set
 * @param baseUrl base URL of the forge's pages; empty when not set
 * @param caCertBundle the CA certificates to trust, PEM; empty when not set
 * @param createdAt when it was created; null when not set. Since 0.1.6
 * @param updatedAt when it was last changed; null when not set. Since 0.1.6
 * @param toolsMetadataUrl where the list of runner downloads is, Gitea only; empty when not set.
 *     Since 0.2.0-beta1
 * @param useInternalToolsMetadata whether GARM's own list of downloads is used, Gitea only; false
 *     when not set. Since 0.2.0-beta1
 * @param endpointType the kind of forge; not set in delete events. Since 0.2.0-alpha
 */
public record ForgeEndpoint(
    String name,
    String description,
    String apiBaseUrl,
    String uploadBaseUrl,
    String baseUrl,
    Bytes caCertBundle,
    @Nullable Instant createdAt,
    @Nullable Instant updatedAt,
    String toolsMetadataUrl,
    boolean useInternalToolsMetadata,
    OpenEnum<ForgeType> endpointType)
    implements GarmPayload {

  /** No endpoint: what the server writes as an object without a name. */
  public static final ForgeEndpoint EMPTY =
      new ForgeEndpoint(
          "", "", "", "", "", Bytes.EMPTY, null, null, "", false, OpenEnum.of(ForgeType.class, ""));

  @Override
  public String toString() {
    return RecordText.of(this);
  }
}
