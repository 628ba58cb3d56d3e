package dev.infraevents.garm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.NamingBase;
import dev.infraevents.Bytes;
import dev.infraevents.Event;
import dev.infraevents.OpenEnum;
import dev.infraevents.internal.garm.GarmJson;
import dev.infraevents.testkit.junit.LeakCheck;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Payloads that a recording without a forge does not have, and those of old servers. */
@ExtendWith(LeakCheck.class)
class GarmSamplesTest {

  private static final List<String> SAMPLES = Frames.lines("/recordings/garm-samples.ndjson");

  static List<String> samples() {
    return SAMPLES;
  }

  @ParameterizedTest
  @MethodSource("samples")
  void everySampleDecodesTypedAndWithoutKeysLeftOut(String frame) throws Exception {
    Event<GarmPayload> event = Frames.event(frame);
    EntityType<?> entityType =
        Garm.entityType(event.attributes().get(Garm.ENTITY_TYPE)).orElseThrow();

    assertThat(event.payload()).isInstanceOf(entityType.payloadType());
    assertThat(event.data().utf8())
        .isEqualTo(frame.substring(frame.indexOf(":{") + 1, frame.length() - 1));
    assertThatCode(
            () ->
                GarmJson.reader(entityType.payloadType())
                    .with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .readValue(event.data().utf8()))
        .doesNotThrowAnyException();
  }

  @Test
  void thePoolDeleteHasOnlyItsId() {
    Pool pool = sample(0, Pool.class).payload();

    assertThat(pool).isEqualTo(onlyId(pool.id()));
    assertThat(pool.id()).isEqualTo("d453b4e0-53fe-43aa-bf42-81158a3d6d77");
  }

  @Test
  void thePoolDeleteOf015IsTheSame() {
    Pool pool = sample(8, Pool.class).payload();

    assertThat(pool).isEqualTo(onlyId("33284917-1d96-418e-bdfd-1fad165e5617"));
  }

  @Test
  void theEndpoint() {
    Event<ForgeEndpoint> event = sample(1, ForgeEndpoint.class);

    assertThat(event.payload())
        .isEqualTo(
            new ForgeEndpoint(
                "ghes",
                "lab",
                "https://ghes.example/api/v3/",
                "https://ghes.example/api/uploads/",
                "https://ghes.example",
                Bytes.EMPTY,
                Instant.parse("2026-01-02T03:04:05.123456789Z"),
                Instant.parse("2026-01-02T03:04:05.123456789Z"),
                "",
                false,
                OpenEnum.of(ForgeType.GITHUB)));
    assertThat(event.subject()).isEqualTo("ghes");
    assertThat(event.time()).isEqualTo("2026-01-02T03:04:05.123456789Z");
  }

  @Test
  void theCredentialsDelete() {
    Event<ForgeCredentials> event = sample(2, ForgeCredentials.class);

    assertThat(event.subject()).isEqualTo("github/1");
    assertThat(event.time()).isNull();
    assertThat(event.payload().name()).isEqualTo("pat1");
    assertThat(event.payload().forgeType()).isEqualTo(OpenEnum.of(ForgeType.GITHUB));
    assertThat(event.payload().endpoint()).isEqualTo(ForgeEndpoint.EMPTY);
    assertThat(event.payload().rateLimit()).isNull();
  }

  @Test
  void theOrganization() {
    Organization organization = sample(3, Organization.class).payload();

    assertThat(organization.name()).isEqualTo("acme");
    assertThat(organization.credentialsId()).isEqualTo(1);
    assertThat(organization.credentials().authType())
        .isEqualTo(OpenEnum.of(ForgeCredentials.AuthType.PAT));
    assertThat(organization.credentials().endpoint().name()).isEqualTo("ghes");
    assertThat(organization.poolManagerStatus())
        .isEqualTo(new PoolManagerStatus(false, "pool manager is starting up"));
    assertThat(organization.poolBalancingType()).isEqualTo(OpenEnum.of(PoolBalancing.ROUND_ROBIN));
    assertThat(organization.updatedAt()).isEqualTo("2026-01-02T03:04:07.500Z");
  }

  @Test
  void theScaleSet() {
    Event<ScaleSet> event = sample(4, ScaleSet.class);
    ScaleSet scaleSet = event.payload();

    assertThat(event.subject()).isEqualTo("1");
    assertThat(scaleSet.scaleSetId()).isEqualTo(42);
    assertThat(scaleSet.state()).isEqualTo(OpenEnum.of(ScaleSet.State.PENDING_CREATE));
    assertThat(scaleSet.maxRunners()).isEqualTo(3);
    assertThat(scaleSet.minIdleRunners()).isEqualTo(1);
    assertThat(scaleSet.enabled()).isTrue();
    assertThat(scaleSet.osArch()).isEqualTo(OpenEnum.of(OsArch.AMD64));
    assertThat(scaleSet.runnerBootstrapTimeout()).isEqualTo(20);
    assertThat(scaleSet.extraSpecs().path("a").asInt()).isEqualTo(1);
    assertThat(scaleSet.githubRunnerGroup()).isEqualTo("Default");
    assertThat(scaleSet.tags()).extracting(Tag::name).containsExactly("l1");
    assertThat(scaleSet.statusMessages()).isEmpty();
    assertThat(scaleSet.repoName()).isEqualTo("acme/widgets");
    assertThat(scaleSet.endpoint().name()).isEqualTo("github.com");
  }

  @Test
  void theInstance() {
    Instance instance = sample(5, Instance.class).payload();

    assertThat(instance.agentId()).isEqualTo(77);
    assertThat(instance.addresses())
        .containsExactly(
            new Instance.Address("10.0.0.5", OpenEnum.of(Instance.Address.Type.PRIVATE)));
    assertThat(instance.status()).isEqualTo(OpenEnum.of(Instance.Status.RUNNING));
    assertThat(instance.runnerStatus()).isEqualTo(OpenEnum.of(Instance.RunnerStatus.IDLE));
    assertThat(instance.statusMessages())
        .containsExactly(
            new StatusMessage(
                Instant.parse("2026-01-02T03:04:09.052225928Z"),
                "runner ready",
                OpenEnum.of(MessageType.STATUS),
                OpenEnum.of(MessageLevel.INFO)));
    assertThat(instance.createdAt()).isEqualTo("2026-01-02T03:03:58.248567466Z");
    assertThat(instance.updatedAt()).isEqualTo("2026-01-02T03:04:10.100Z");
    assertThat(instance.heartbeat()).isNull();
    assertThat(instance.capabilities()).isEqualTo(Instance.Capabilities.NONE);
  }

  @Test
  void theInstanceDelete() {
    Event<Instance> event = sample(6, Instance.class);

    assertThat(event.subject()).isEqualTo("6cb157a6-59b5-4785-af3e-c5d6aba3c7b2");
    assertThat(event.time()).isNull();
    assertThat(event.payload().poolId()).isEqualTo("e49df71d-4499-4b10-9bf7-618a8ae7dc99");
    assertThat(event.payload().status().isSet()).isFalse();
  }

  @Test
  void theJob() {
    Job job = sample(7, Job.class).payload();

    assertThat(job.name()).isEqualTo("build <x>");
    assertThat(job.workflowJobId()).isEqualTo(9001);
    assertThat(job.status()).isEqualTo(OpenEnum.of(Job.Status.QUEUED));
    assertThat(job.conclusion().isSet()).isFalse();
    assertThat(job.completedAt()).isNull();
    assertThat(job.labels()).containsExactly("a", "b");
    assertThat(job.lockedBy()).isEmpty();
  }

  @Test
  void theJobOf015HasGoNames() {
    Job job = sample(9, Job.class).payload();

    assertThat(job.id()).isEqualTo(9001);
    assertThat(job.startedAt()).isEqualTo("2026-01-02T03:04:05Z");
    assertThat(job.completedAt()).isNull();
    assertThat(job.repositoryName()).isEqualTo("widgets");
    assertThat(job.repositoryOwner()).isEqualTo("acme");
    assertThat(job.labels()).containsExactly("a", "b");
    assertThat(job.lockedBy()).isEmpty();
    assertThat(job.conclusion().isSet()).isFalse();
  }

  // The tables of the server at HEAD, plus the old names of job fields and of a pool's endpoint.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dev.infraevents.garm.ForgeEndpoint | "
            + "name description api_base_url upload_base_url base_url ca_cert_bundle "
            + "created_at updated_at tools_metadata_url use_internal_tools_metadata "
            + "endpoint_type",
        "dev.infraevents.garm.ForgeCredentials | "
            + "id name description api_base_url upload_base_url base_url ca_bundle "
            + "auth-type forge_type repositories organizations enterprises endpoint "
            + "created_at updated_at rate_limit",
        "dev.infraevents.garm.ForgeCredentials$RateLimit | " + "limit used remaining reset",
        "dev.infraevents.garm.Repository | "
            + "id owner name pool credentials_name credentials_id credentials "
            + "agent_mode pool_manager_status pool_balancing_type endpoint created_at "
            + "updated_at events",
        "dev.infraevents.garm.Organization | "
            + "id name pool credentials_name credentials credentials_id "
            + "pool_manager_status pool_balancing_type endpoint created_at updated_at "
            + "events agent_mode",
        "dev.infraevents.garm.Enterprise | "
            + "id name pool credentials_name credentials credentials_id "
            + "pool_manager_status pool_balancing_type endpoint created_at updated_at "
            + "events agent_mode",
        "dev.infraevents.garm.ForgeInstance | "
            + "id pool credentials_name credentials credentials_id "
            + "pool_manager_status pool_balancing_type endpoint created_at updated_at "
            + "events agent_mode",
        "dev.infraevents.garm.EntityEvent | " + "id created_at event_type event_level message",
        "dev.infraevents.garm.PoolManagerStatus | " + "running failure_reason",
        "dev.infraevents.garm.Pool | "
            + "runner_prefix id provider_name max_runners min_idle_runners image "
            + "flavor os_type os_arch tags enabled instances enable_shell generation "
            + "repo_id repo_name org_id org_name enterprise_id enterprise_name "
            + "forge_instance_id endpoint runner_bootstrap_timeout created_at "
            + "updated_at extra_specs github-runner-group priority template_id "
            + "template_name proxy_id proxy_name",
        "dev.infraevents.garm.Tag | " + "id name",
        "dev.infraevents.garm.ScaleSet | "
            + "runner_prefix created_at updated_at id scale_set_id name "
            + "disable_update state extended_state provider_name max_runners "
            + "min_idle_runners image flavor os_type os_arch enabled instances "
            + "desired_runner_count enable_shell generation endpoint "
            + "runner_bootstrap_timeout extra_specs github-runner-group tags "
            + "status_messages repo_id repo_name org_id org_name enterprise_id "
            + "enterprise_name template_id template_name proxy_id proxy_name",
        "dev.infraevents.garm.Instance | "
            + "id provider_id provider_name agent_id name os_type os_name os_version "
            + "os_arch addresses status runner_status pool_id scale_set_id "
            + "provider_fault status_messages created_at updated_at github-runner-group"
            + " job heartbeat capabilities generation",
        "dev.infraevents.garm.Instance$Address | " + "address type",
        "dev.infraevents.garm.Instance$Capabilities | " + "has_shell",
        "dev.infraevents.garm.StatusMessage | " + "created_at message event_type event_level",
        "dev.infraevents.garm.Job | "
            + "id workflow_job_id scaleset_job_id run_id action conclusion status "
            + "name started_at completed_at runner_id runner_name runner_group_id "
            + "runner_group_name repository_name repository_owner workflow_run_url "
            + "labels repo_id org_id enterprise_id forge_instance_id locked_by "
            + "created_at updated_at",
        "dev.infraevents.garm.Controller | "
            + "controller_id hostname metadata_url callback_url webhook_url "
            + "controller_webhook_url agent_url garm_agent_releases_url "
            + "enable_agent_tools_sync garm_agent_version allow_insecure_garm_agent "
            + "minimum_job_age_backoff version ca_cert_bundle "
            + "cached_garm_agent_release_fetched_at",
        "dev.infraevents.garm.Template | "
            + "id created_at updated_at name description os_type forge_type data "
            + "owner_id",
        "dev.infraevents.garm.Proxy | "
            + "id created_at updated_at name description http_proxy https_proxy "
            + "no_proxy username",
        "dev.infraevents.garm.FileObject | "
            + "id created_at updated_at name description size tags sha256 file_type",
        "dev.infraevents.garm.User | "
            + "id created_at updated_at email username full_name enabled is_admin"
      })
  void theRecordsHaveExactlyTheKeysOfTheServer(Class<?> record, String keys) {
    Set<String> properties = new TreeSet<>();
    Arrays.stream(record.getRecordComponents()).map(GarmSamplesTest::key).forEach(properties::add);

    assertThat(properties).containsExactlyInAnyOrder(keys.strip().split(" "));
  }

  private static String key(RecordComponent component) {
    JsonProperty named = component.getAccessor().getAnnotation(JsonProperty.class);
    return named != null
        ? named.value()
        : ((NamingBase) PropertyNamingStrategies.SNAKE_CASE).translate(component.getName());
  }

  private static Pool onlyId(String id) {
    return Garm.POOL.decode(Bytes.ofUtf8("{\"id\":\"" + id + "\"}"));
  }

  private static <P extends GarmPayload> Event<P> sample(int line, Class<P> type) {
    return Frames.event(SAMPLES.get(line)).as(type);
  }
}
