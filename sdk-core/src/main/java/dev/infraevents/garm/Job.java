package dev.infraevents.garm;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.infraevents.OpenEnum;
import dev.infraevents.WireName;
import dev.infraevents.internal.json.Scalars;
import dev.infraevents.internal.text.RecordText;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A job of a workflow that GARM was told of.
 *
 * <p>A job that a runner carried vanishes with that runner, without a delete event. Delete: the
 * full object; before 0.2.0-beta1 only the id.
 *
 * @param id GARM's number of it; before 0.2.0-beta1 the forge's number; 0 when not set
 * @param workflowJobId the forge's number of it; 0 for jobs of scale sets. Since 0.2.0-beta1
 * @param scalesetJobId the forge's id of it, for jobs of scale sets; else empty. Since 0.2.0-beta1
 * @param runId the forge's number of the workflow run; 0 when not set
 * @param action what made GARM write it, in the words of {@link Status}, or the forge's own word
 *     for jobs of scale sets; empty when not set
 * @param conclusion how it ended; not set before, and the forge's own word for jobs of scale sets
 * @param status how far it is; not set if the server does not say
 * @param name its name; empty when not set
 * @param startedAt when it started; null when not known
 * @param completedAt when it ended; null when not known
 * @param runnerId the forge's number of its runner; 0 when not set
 * @param runnerName the name of its runner, only for runners of GARM, and not yet in the event that
 *     first links the two; empty when not set
 * @param runnerGroupId the forge's number of the runner group; 0 when not set
 * @param runnerGroupName the name of the runner group; empty when not set
 * @param repositoryName the name of its repository; empty when not set
 * @param repositoryOwner the owner of its repository; empty when not set
 * @param workflowRunUrl the page of the workflow run; empty when not set. Since 0.2.0-beta1
 * @param labels what it wants of a runner; empty when not set
 * @param repoId UUID of the repository in GARM; empty when not set. Several of the four owners may
 *     be set
 * @param orgId UUID of the organization in GARM; empty when not set
 * @param enterpriseId UUID of the enterprise in GARM; empty when not set
 * @param forgeInstanceId UUID of the forge instance in GARM; empty when not set. Since HEAD
 * @param lockedBy UUID of the owner that is making a runner for it; empty when it is free
 * @param createdAt when it was created; null when not set
 * @param updatedAt when it was last changed; null when not set
 */
public record Job(
    long id,
    long workflowJobId,
    String scalesetJobId,
    long runId,
    String action,
    OpenEnum<Conclusion> conclusion,
    OpenEnum<Status> status,
    String name,
    @JsonAlias("StartedAt") @Nullable Instant startedAt,
    @JsonAlias("CompletedAt") @Nullable Instant completedAt,
    long runnerId,
    String runnerName,
    long runnerGroupId,
    String runnerGroupName,
    @JsonAlias("RepositoryName") String repositoryName,
    @JsonAlias("RepositoryOwner") String repositoryOwner,
    String workflowRunUrl,
    @JsonAlias("Labels") List<String> labels,
    String repoId,
    String orgId,
    String enterpriseId,
    String forgeInstanceId,
    @JsonAlias("LockedBy") @JsonDeserialize(using = Scalars.Uuid.class) String lockedBy,
    @Nullable Instant createdAt,
    @Nullable Instant updatedAt)
    implements GarmPayload {

  @Override
  public String toString() {
    return RecordText.of(this);
  }

  /** How far a job is. */
  public enum Status implements WireName {
    /** It waits for a runner. */
    QUEUED("queued"),
    /** It runs. */
    IN_PROGRESS("in_progress"),
    /** It is over; see its conclusion. */
    COMPLETED("completed");

    private final String wireName;

    Status(String wireName) {
      this.wireName = wireName;
    }

    @Override
    public String wireName() {
      return wireName;
    }
  }

  /** How a job ended, in the words of GitHub's webhooks. */
  public enum Conclusion implements WireName {
    /** It succeeded. */
    SUCCESS("success"),
    /** It failed. */
    FAILURE("failure"),
    /** Neither. */
    NEUTRAL("neutral"),
    /** Someone cancelled it. */
    CANCELLED("cancelled"),
    /** It was not run. */
    SKIPPED("skipped"),
    /** It took too long. */
    TIMED_OUT("timed_out"),
    /** It waits for a person. */
    ACTION_REQUIRED("action_required");

    private final String wireName;

    Conclusion(String wireName) {
      this.wireName = wireName;
    }

    @Override
    public String wireName() {
      return wireName;
    }
  }
}
