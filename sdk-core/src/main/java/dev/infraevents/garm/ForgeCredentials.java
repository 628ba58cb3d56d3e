package dev.infraevents.garm;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.infraevents.Bytes;
import dev.infraevents.OpenEnum;
import dev.infraevents.WireName;
import dev.infraevents.internal.text.RecordText;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What GARM logs in to a forge with: the payload of {@code github_credentials} and {@code
 * gitea_credentials} events and part of other payloads. The server never writes the secret itself.
 *
 * <p>Delete: id, name and forge type (the latter since 0.2.0-beta1); for GitHub even if there were
 * no such credentials.
 *
 * @param id GARM's number, unique only among the credentials of one forge type; 0 when not set
 * @param name the name; empty when not set
 * @param description free text; empty when not set
 * @param apiBaseUrl copied from the endpoint; empty when not set
 * @param uploadBaseUrl copied from the endpoint, GitHub only; empty when not set
 * @param baseUrl copied from the endpoint; empty when not set
 * @param caBundle CA certificates copied from the endpoint, PEM; empty when not set
 * @param authType the kind of secret; not set in delete events
 * @param forgeType the kind of forge; not set by older servers. Since 0.2.0-alpha
 * @param repositories who uses it; empty in events, only the REST answer for one has it
 * @param organizations who uses it; empty in events, only the REST answer for one has it
 * @param enterprises who uses it; empty in events, only the REST answer for one has it
 * @param endpoint the forge; {@link ForgeEndpoint#EMPTY} in delete events
 * @param createdAt when it was created; null when not set. Since 0.1.6
 * @param updatedAt when it was last changed; null when not set. Since 0.1.6
 * @param rateLimit what the forge still allows; null in events, only the REST list has it. Since
 *     0.2.0-alpha
 */
public record ForgeCredentials(
    long id,
    String name,
    String description,
    String apiBaseUrl,
    String uploadBaseUrl,
    String baseUrl,
    Bytes caBundle,
    @JsonProperty("auth-type") OpenEnum<AuthType> authType,
    OpenEnum<ForgeType> forgeType,
    List<Repository> repositories,
    List<Organization> organizations,
    List<Enterprise> enterprises,
    ForgeEndpoint endpoint,
    @Nullable Instant createdAt,
    @Nullable Instant updatedAt,
    @Nullable RateLimit rateLimit)
    implements GarmPayload {

  /** No credentials: what the server writes as an object without an id. */
  public static final ForgeCredentials EMPTY =
      new ForgeCredentials(
          0,
          "",
          "",
          "",
          "",
          "",
          Bytes.EMPTY,
          OpenEnum.of(AuthType.class, ""),
          OpenEnum.of(ForgeType.class, ""),
          List.of(),
          List.of(),
          List.of(),
          ForgeEndpoint.EMPTY,
          null,
          null,
          null);

  @Override
  public String toString() {
    return RecordText.of(this);
  }

  /** The kind of a secret. */
  public enum AuthType implements WireName {
    /** A personal access token. */
    PAT("pat"),
    /** A GitHub app. */
    APP("app");

    private final String wireName;

    AuthType(String wireName) {
      this.wireName = wireName;
    }

    @Override
    public String wireName() {
      return wireName;
    }
  }

  /**
   * What a forge still allows in the current period.
   *
   * @param limit requests per period; 0 when not set
   * @param used requests made; 0 when not set
   * @param remaining requests left; 0 when not set
   * @param reset when the next period starts, in seconds since 1970; 0 when not set
   */
  public record RateLimit(long limit, long used, long remaining, long reset) {}
}
