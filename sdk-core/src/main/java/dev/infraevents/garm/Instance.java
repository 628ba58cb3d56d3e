package dev.infraevents.garm;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.infraevents.OpenEnum;
import dev.infraevents.WireName;
import dev.infraevents.internal.json.Scalars;
import dev.infraevents.internal.text.RecordText;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A runner: the machine and the runner program on it. It belongs to a pool or to a scale set.
 *
 * <p>Updates also come when nothing changed, for every heartbeat of an agent. Delete: id, name,
 * provider id, agent id and the pool or scale set; it also ends the job the runner carried, for
 * which no event comes.
 *
 * @param id GARM's UUID of it; empty when not set
 * @param providerId the provider's id of the machine; empty until the provider reports it
 * @param providerName the provider; empty in delete events and in a pool's list. Since 0.2.0-alpha
 * @param agentId the forge's number of the runner; 0 when not set
 * @param name its name, which is unique; empty when not set
 * @param osType its operating system; not set if the server does not say
 * @param osName the distribution, such as {@code ubuntu}; empty when not set
 * @param osVersion the version of the distribution; empty when not set
 * @param osArch its architecture; not set if the server does not say
 * @param addresses its network addresses; empty until known, and in a pool's list
 * @param status what the provider says of the machine; not set in delete events
 * @param runnerStatus what the forge says of the runner program; not set in delete events
 * @param poolId UUID of its pool; empty when it belongs to a scale set
 * @param scaleSetId GARM's number of its scale set, which is {@link ScaleSet#id} and not {@link
 *     ScaleSet#scaleSetId}; 0 when it belongs to a pool. Since 0.2.0-alpha
 * @param providerFault the provider's error text; empty when there is none. The next update clears
 *     it
 * @param statusMessages the newest 30 messages of its setup; empty when it has none, and in a
 *     pool's list
 * @param createdAt when it was created; null when not set. Since 0.1.6
 * @param updatedAt when it was last changed; null when not set
 * @param githubRunnerGroup the runner group at GitHub; empty when not set
 * @param job the job it carries, without the runner's name; null when it carries none, and in a
 *     pool's list
 * @param heartbeat when its agent last reported; null before. Since 0.2.0-beta1
 * @param capabilities what its agent can do; {@link Capabilities#NONE} without an agent. Since
 *     0.2.0-beta1
 * @param generation the generation of its pool when it was created; 0 for scale sets. An unsigned
 *     number: print it with {@link Long#toUnsignedString(long)}. Since 0.2.0-beta1
 */
public record Instance(
    String id,
    String providerId,
    String providerName,
    long agentId,
    String name,
    OpenEnum<OsType> osType,
    String osName,
    String osVersion,
    OpenEnum<OsArch> osArch,
    List<Address> addresses,
    OpenEnum<Status> status,
    OpenEnum<RunnerStatus> runnerStatus,
    String poolId,
    long scaleSetId,
    @JsonDeserialize(using = Scalars.Base64Text.class) String providerFault,
    List<StatusMessage> statusMessages,
    @Nullable Instant createdAt,
    @Nullable Instant updatedAt,
    @JsonProperty("github-runner-group") String githubRunnerGroup,
    @Nullable Job job,
    @Nullable Instant heartbeat,
    Capabilities capabilities,
    @JsonDeserialize(using = Scalars.Unsigned64.class) long generation)
    implements GarmPayload {

  /** Shows what is set; of the provider's error text, which may hold anything, only the length. */
  @Override
  public String toString() {
    return RecordText.of(this, "providerFault");
  }

  /**
   * A network address of a runner.
   *
   * @param address an IPv4 or IPv6 address or a name; empty when not set
   * @param type who can reach it; not set if the server does not say
   */
  public record Address(String address, OpenEnum<Type> type) {

    /** Who can reach an address. */
    public enum Type implements WireName {
      /** Everyone. */
      PUBLIC("public"),
      /** Only its own network. */
      PRIVATE("private");

      private final String wireName;

      Type(String wireName) {
        this.wireName = wireName;
      }

      @Override
      public String wireName() {
        return wireName;
      }
    }
  }

  /**
   * What the agent on a runner can do.
   *
   * @param hasShell whether a shell can be opened
   */
  public record Capabilities(boolean hasShell) {

    /** No agent, or one that can do nothing. */
    public static final Capabilities NONE = new Capabilities(false);
  }

  /** The state of the machine, as the provider sees it. */
  public enum Status implements WireName {
    /** To be created. */
    PENDING_CREATE("pending_create"),
    /** The provider is creating it. */
    CREATING("creating"),
    /** It runs. */
    RUNNING("running"),
    /** It does not run. */
    STOPPED("stopped"),
    /** Something failed; see the provider fault. GARM tries again. */
    ERROR("error"),
    /** To be deleted. */
    PENDING_DELETE("pending_delete"),
    /** To be deleted, whatever the provider says. */
    PENDING_FORCE_DELETE("pending_force_delete"),
    /** The provider is deleting it. */
    DELETING("deleting"),
    /** The provider has deleted it. */
    DELETED("deleted"),
    /** The provider does not know. */
    UNKNOWN("unknown");

    private final String wireName;

    Status(String wireName) {
      this.wireName = wireName;
    }

    @Override
    public String wireName() {
      return wireName;
    }
  }

  /** The state of the runner program, as the forge sees it. */
  public enum RunnerStatus implements WireName {
    /** Not heard of yet. */
    PENDING("pending"),
    /** It is being installed. */
    INSTALLING("installing"),
    /** It waits for a job. */
    IDLE("idle"),
    /** It runs a job. */
    ACTIVE("active"),
    /** It has done its job. */
    TERMINATED("terminated"),
    /** Its setup failed. */
    FAILED("failed"),
    /** The forge does not reach it. */
    OFFLINE("offline"),
    /** The forge reaches it. */
    ONLINE("online"),
    /** The forge does not know. */
    UNKNOWN("unknown");

    private final String wireName;

    RunnerStatus(String wireName) {
      this.wireName = wireName;
    }

    @Override
    public String wireName() {
      return wireName;
    }
  }
}
