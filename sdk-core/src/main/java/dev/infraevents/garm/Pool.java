package dev.infraevents.garm;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.infraevents.OpenEnum;
import dev.infraevents.internal.json.Scalars;
import dev.infraevents.internal.text.RecordText;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pool of runners of one kind, for one owner. Exactly one of the four owners is set.
 *
 * <p>Delete: only the id.
 *
 * @param runnerPrefix what the names of its runners begin with; empty when not set
 * @param id GARM's UUID of it; empty when not set
 * @param providerName the provider that makes its runners; empty when not set
 * @param maxRunners the most runners it may have; 0 when not set
 * @param minIdleRunners how many runners wait for work; 0 when not set
 * @param image the image of its runners; empty when not set
 * @param flavor the size of its runners, in the provider's words; empty when not set
 * @param osType the operating system of its runners; not set in delete events
 * @param osArch the architecture of its runners; not set in delete events
 * @param tags the labels of jobs it takes, in no stable order; empty when not set
 * @param enabled whether it makes runners
 * @param instances its runners, without addresses, status messages and jobs, and with an empty
 *     provider name; empty when it has none
 * @param enableShell whether a shell can be opened on its runners. Since 0.2.0-beta1
 * @param generation raised when a change makes existing runners outdated; 0 at first. An unsigned
 *     number: print it with {@link Long#toUnsignedString(long)}. Since 0.2.0-beta1
 * @param repoId UUID of the repository it belongs to; empty when it belongs to none
 * @param repoName {@code owner/name} of that repository; empty when it belongs to none
 * @param orgId UUID of the organization it belongs to; empty when it belongs to none
 * @param orgName name of that organization; empty when it belongs to none
 * @param enterpriseId UUID of the enterprise it belongs to; empty when it belongs to none
 * @param enterpriseName name of that enterprise; empty when it belongs to none
 * @param forgeInstanceId UUID of the forge instance it belongs to; empty when it belongs to none.
 *     Since HEAD
 * @param endpoint the forge; {@link ForgeEndpoint#EMPTY} when not set. Since 0.2.0-alpha, which
 *     calls it {@code forge_type} on the wire
 * @param runnerBootstrapTimeout how long a runner may take to come up, in minutes; 0 when not set
 * @param createdAt when it was created; null when not set. Since 0.1.6
 * @param updatedAt when it was last changed; null when not set. Since 0.1.6
 * @param extraSpecs what the provider is told besides, any JSON and possibly secret; {@linkplain
 *     JsonNode#isMissingNode() missing} when not set. Do not change it
 * @param githubRunnerGroup the runner group at GitHub; empty when not set
 * @param priority higher ones are asked first by {@link PoolBalancing#PACK}; 0 when not set
 * @param templateId the number of the template for its runners; 0 when not set. Since 0.2.0-beta1
 * @param templateName the name of that template; empty when not set. Since 0.2.0-beta1
 * @param proxyId the number of the proxy for its runners; 0 when not set. Since HEAD
 * @param proxyName the name of that proxy; empty when not set. Since HEAD
 */
public record Pool(
    String runnerPrefix,
    String id,
    String providerName,
    long maxRunners,
    long minIdleRunners,
    String image,
    String flavor,
    OpenEnum<OsType> osType,
    OpenEnum<OsArch> osArch,
    List<Tag> tags,
    boolean enabled,
    List<Instance> instances,
    boolean enableShell,
    @JsonDeserialize(using = Scalars.Unsigned64.class) long generation,
    String repoId,
    String repoName,
    String orgId,
    String orgName,
    String enterpriseId,
    String enterpriseName,
    String forgeInstanceId,
    @JsonAlias("forge_type") ForgeEndpoint endpoint,
    long runnerBootstrapTimeout,
    @Nullable Instant createdAt,
    @Nullable Instant updatedAt,
    JsonNode extraSpecs,
    @JsonProperty("github-runner-group") String githubRunnerGroup,
    long priority,
    long templateId,
    String templateName,
    long proxyId,
    String proxyName)
    implements GarmPayload {

  @Override
  public String toString() {
    return RecordText.of(this);
  }
}
