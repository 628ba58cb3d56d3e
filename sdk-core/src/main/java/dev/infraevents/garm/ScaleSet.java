package dev.infraevents.garm;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.infraevents.OpenEnum;
import dev.infraevents.WireName;
import dev.infraevents.internal.json.Scalars;
import dev.infraevents.internal.text.RecordText;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A runner scale set of GitHub: like a pool, but GitHub says how many runners it wants. Exactly one
 * of the three owners is set. Since 0.2.0-alpha.
 *
 * <p>Updates that the server's message loop causes come without tags and endpoint though the scale
 * set has both: do not overwrite what is known with them. Delete: the full object, also without
 * tags and endpoint.
 *
 * @param runnerPrefix what the names of its runners begin with; empty when not set
 * @param createdAt when it was created; null when not set. Since 0.2.0-beta1
 * @param updatedAt when it was last changed; null when not set. Since 0.2.0-beta1
 * @param id GARM's number of it; 0 when not set
 * @param scaleSetId the forge's number of it; 0 when not set
 * @param name its name; empty when not set
 * @param disableUpdate whether its runners may not update themselves
 * @param state how far its creation or deletion is; not set if the server does not say
 * @param extendedState an explanation of the state; empty when not set
 * @param providerName the provider that makes its runners; empty when not set
 * @param maxRunners the most runners it may have; 0 when not set
 * @param minIdleRunners how many runners wait for work; 0 when not set
 * @param image the image of its runners; empty when not set
 * @param flavor the size of its runners, in the provider's words; empty when not set
 * @param osType the operating system of its runners; not set if the server does not say
 * @param osArch the architecture of its runners; not set if the server does not say
 * @param enabled whether it makes runners
 * @param instances its runners, without addresses, status messages and jobs, and with an empty
 *     provider name; empty when it has none
 * @param desiredRunnerCount how many runners the forge wants; 0 when not set
 * @param enableShell whether a shell can be opened on its runners. Since 0.2.0-beta1
 * @param generation raised when a change makes existing runners outdated; 0 at first. An unsigned
 *     number: print it with {@link Long#toUnsignedString(long)}. Since 0.2.0-beta1
 * @param endpoint the forge; {@link ForgeEndpoint#EMPTY} when not sent. Since 0.2.0-beta1
 * @param runnerBootstrapTimeout how long a runner may take to come up, in minutes; 0 when not set
 * @param extraSpecs what the provider is told besides, any JSON and possibly secret; {@linkplain
 *     JsonNode#isMissingNode() missing} when not set. Do not change it
 * @param githubRunnerGroup the runner group at GitHub; empty when not set
 * @param tags its labels; empty when not sent. Since 0.2.0-beta1
 * @param statusMessages always empty: the server has the field and never fills it
 * @param repoId UUID of the repository it belongs to; empty when it belongs to none
 * @param repoName {@code owner/name} of that repository; empty when it belongs to none
 * @param orgId UUID of the organization it belongs to; empty when it belongs to none
 * @param orgName name of that organization; empty when it belongs to none
 * @param enterpriseId UUID of the enterprise it belongs to; empty when it belongs to none
 * @param enterpriseName name of that enterprise; empty when it belongs to none
 * @param templateId the number of the template for its runners; 0 when not set. Since 0.2.0-beta1
 * @param templateName the name of that template; empty when not set. Since 0.2.0-beta1
 * @param proxyId the number of the proxy for its runners; 0 when not set. Since HEAD
 * @param proxyName the name of that proxy; empty when not set. Since HEAD
 */
public record ScaleSet(
    String runnerPrefix,
    @Nullable Instant createdAt,
    @Nullable Instant updatedAt,
    long id,
    long scaleSetId,
    String name,
    boolean disableUpdate,
    OpenEnum<State> state,
    String extendedState,
    String providerName,
    long maxRunners,
    long minIdleRunners,
    String image,
    String flavor,
    OpenEnum<OsType> osType,
    OpenEnum<OsArch> osArch,
    boolean enabled,
    List<Instance> instances,
    long desiredRunnerCount,
    boolean enableShell,
    @JsonDeserialize(using = Scalars.Unsigned64.class) long generation,
    ForgeEndpoint endpoint,
    long runnerBootstrapTimeout,
    JsonNode extraSpecs,
    @JsonProperty("github-runner-group") String githubRunnerGroup,
    List<Tag> tags,
    List<StatusMessage> statusMessages,
    String repoId,
    String repoName,
    String orgId,
    String orgName,
    String enterpriseId,
    String enterpriseName,
    long templateId,
    String templateName,
    long proxyId,
    String proxyName)
    implements GarmPayload {

  @Override
  public String toString() {
    return RecordText.of(this);
  }

  /** How far the creation or deletion of a scale set is. */
  public enum State implements WireName {
    /** To be created at the forge. */
    PENDING_CREATE("pending_create"),
    /** Exists at the forge. */
    CREATED("created"),
    /** Something failed; see the extended state. */
    ERROR("error"),
    /** To be deleted. */
    PENDING_DELETE("pending_delete"),
    /** To be deleted, whatever the forge says. */
    PENDING_FORCE_DELETE("pending_force_delete");

    private final String wireName;

    State(String wireName) {
      this.wireName = wireName;
    }

    @Override
    public String wireName() {
      return wireName;
    }
  }
}
