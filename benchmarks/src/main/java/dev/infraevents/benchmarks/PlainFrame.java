package dev.infraevents.benchmarks;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one would write by hand: the fields of our records, Jackson's stock binding, jsr310 for the
 * times. Words stay strings, which is the cheapest that Jackson can do with them, and the envelope
 * is bound in one go, as if there were no other type of entity.
 */
record PlainFrame<P>(@JsonProperty("entity-type") String entityType, String operation, P payload) {

  static ObjectMapper mapper() {
    return JsonMapper.builder()
        .addModule(new JavaTimeModule())
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        .build();
  }

  record Instance(
      String id,
      @Nullable String providerId,
      @Nullable String providerName,
      long agentId,
      String name,
      String osType,
      @Nullable String osName,
      @Nullable String osVersion,
      String osArch,
      @Nullable List<Address> addresses,
      String status,
      String runnerStatus,
      @Nullable String poolId,
      long scaleSetId,
      @Nullable String providerFault,
      @Nullable List<StatusMessage> statusMessages,
      @Nullable Instant createdAt,
      @Nullable Instant updatedAt,
      @JsonProperty("github-runner-group") @Nullable String githubRunnerGroup,
      @Nullable Job job,
      @Nullable Instant heartbeat,
      @Nullable Capabilities capabilities,
      long generation) {}

  record Address(String address, String type) {}

  record StatusMessage(
      @Nullable Instant createdAt, String message, String eventType, String eventLevel) {}

  record Capabilities(boolean hasShell) {}

  record Job(
      long id,
      long workflowJobId,
      long scaleSetJobId,
      long runId,
      @Nullable String action,
      @Nullable String conclusion,
      @Nullable String status,
      @Nullable String name,
      @Nullable Instant startedAt,
      @Nullable Instant completedAt,
      @Nullable String githubRunnerId,
      @Nullable String runnerName,
      @Nullable String repositoryName,
      @Nullable String repositoryOwner,
      @Nullable List<String> labels) {}

  record Tag(String id, String name) {}

  record Endpoint(
      String name,
      @Nullable String description,
      @Nullable String apiBaseUrl,
      @Nullable String uploadBaseUrl,
      @Nullable String baseUrl,
      @Nullable Instant createdAt,
      @Nullable Instant updatedAt,
      @Nullable String endpointType) {}

  record Pool(
      @Nullable String runnerPrefix,
      String id,
      String providerName,
      long maxRunners,
      long minIdleRunners,
      String image,
      String flavor,
      String osType,
      String osArch,
      @Nullable List<Tag> tags,
      boolean enabled,
      @Nullable List<Instance> instances,
      @Nullable String repoId,
      @Nullable String repoName,
      @Nullable String orgId,
      @Nullable String orgName,
      @Nullable String enterpriseId,
      @Nullable String enterpriseName,
      long runnerBootstrapTimeout,
      @JsonProperty("github-runner-group") @Nullable String githubRunnerGroup,
      long priority,
      @Nullable Endpoint endpoint,
      @Nullable Instant createdAt,
      @Nullable Instant updatedAt,
      boolean enableShell,
      long generation,
      long templateId,
      @Nullable String templateName) {}
}
