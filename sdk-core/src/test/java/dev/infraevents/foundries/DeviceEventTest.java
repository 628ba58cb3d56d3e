package dev.infraevents.foundries;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import dev.infraevents.Event;
import dev.infraevents.OpenEnum;
import dev.infraevents.testkit.junit.LeakCheck;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class DeviceEventTest {

  private static final String UUID = "58e6e47d-3d2c-415b-afa4-cdc5e0229355";
  private static final Instant OLD = Instant.ofEpochSecond(1650531600);
  private static final Instant NEW = Instant.ofEpochSecond(1757692800);
  private static final String TARGET = "intel-corei7-64-lmp-290";
  private static final String UPDATE = "290-5ab1a1f0-5b0d-4f0c-8c5a-3f6f1f5c8d11";

  /** The cases that are odd on purpose. */
  private static final Set<String> WITH_WARNINGS =
      Set.of(
          "group-name.json",
          "device-time-odd.json",
          "wrong-types.json",
          "wrong-types-of-update.json");

  @ParameterizedTest
  @MethodSource("dev.infraevents.foundries.Corpus#typed")
  void everyTypedCaseIsReadWithTheDeviceAndTheTime(Corpus.Case known) {
    Event<FoundriesPayload> event = Objects.requireNonNull(known.read().decode());
    DeviceEvent payload = event.as(DeviceEvent.class).payload();

    assertThat(payload.uuid()).isEqualTo(event.subject()).isEqualTo(known.read().subject());
    assertThat(payload.time()).isEqualTo(event.time()).isIn(OLD, NEW);
    assertThat(payload.warnings().isEmpty())
        .as("%s", payload.warnings())
        .isEqualTo(!WITH_WARNINGS.contains(known.file()));
  }

  @Test
  void readsTheFormsBefore2025() {
    assertThat(payload(DeviceFirstSeen.class, "first-seen-old.json"))
        .isEqualTo(new DeviceFirstSeen(UUID, OLD, null, Map.of(), List.of()));
    assertThat(payload(DeviceConfigApplied.class, "config-applied-old.json"))
        .isEqualTo(new DeviceConfigApplied(UUID, OLD, null, Map.of(), List.of()));
    assertThat(payload(OtaStarted.class, "ota-started-old.json"))
        .isEqualTo(new OtaStarted(UUID, OLD, null, TARGET, UPDATE, Map.of(), List.of()));
    assertThat(payload(OtaCompleted.class, "ota-completed-old.json"))
        .isEqualTo(new OtaCompleted(UUID, OLD, null, TARGET, UPDATE, false, Map.of(), List.of()));
  }

  @Test
  void readsTheFormsSince2025() {
    assertThat(payload(DeviceFirstSeen.class, "first-seen-new.json"))
        .isEqualTo(new DeviceFirstSeen(UUID, NEW, 42L, Map.of(), List.of()));
    assertThat(payload(DeviceConfigApplied.class, "config-applied-new.json"))
        .isEqualTo(new DeviceConfigApplied(UUID, NEW, 42L, Map.of(), List.of()));
    assertThat(payload(OtaStarted.class, "ota-started-new.json"))
        .isEqualTo(new OtaStarted(UUID, NEW, 42L, TARGET, UPDATE, Map.of(), List.of()));
    assertThat(payload(OtaCompleted.class, "ota-completed-new.json"))
        .isEqualTo(new OtaCompleted(UUID, NEW, 42L, TARGET, UPDATE, true, Map.of(), List.of()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"pubkey-change-old.json", "pubkey-change-new.json"})
  void readsKeys(String file) {
    PublicKeyChanged payload = payload(PublicKeyChanged.class, file);

    assertThat(payload.newPubKey())
        .startsWith("-----BEGIN PUBLIC KEY-----\nMFkw")
        .contains("NNNN")
        .endsWith("\n-----END PUBLIC KEY-----\n");
    assertThat(payload.oldPubKey()).contains("OOOO").hasSameSizeAs(payload.newPubKey());
  }

  @ParameterizedTest
  @ValueSource(strings = {"apps-state-changed-old.json", "apps-state-changed-new.json"})
  void readsApps(String file) {
    AppsStateChanged payload = payload(AppsStateChanged.class, file);
    ComposeApp app = payload.apps().get("shop");

    assertThat(payload.ostree()).isEqualTo("0f".repeat(32));
    assertThat(payload.deviceTime()).isEqualTo(Instant.parse("2025-09-12T15:59:58Z"));
    assertThat(payload.deviceTimeText()).isEqualTo("2025-09-12T15:59:58Z");
    assertThat(payload.appsKnown()).isTrue();
    assertThat(payload.apps()).hasSize(1);
    assertThat(app.health().is(Health.UNHEALTHY)).isTrue();
    assertThat(app.uri()).isEqualTo("hub.foundries.io/acme/shop@sha256:" + "ab".repeat(32));
    assertThat(app.services()).extracting(ComposeService::name).containsExactly("nginx", "db");
    assertThat(app.services().get(1))
        .isEqualTo(
            new ComposeService(
                "db",
                "cd".repeat(32),
                OpenEnum.of(ComposeService.State.RUNNING),
                "Up 2 hours",
                OpenEnum.of(Health.HEALTHY),
                "hub.foundries.io/acme/db@sha256:" + "ab".repeat(32),
                "",
                Map.of()));
    ComposeService nginx = app.services().get(0);
    assertThat(nginx.state().is(ComposeService.State.EXITED)).isTrue();
    assertThat(nginx.health().is(Health.UNHEALTHY)).isTrue();
    assertThat(nginx.status()).isEqualTo("Exited (137) 6 seconds ago");
  }

  @Test
  void readsChangesAsATree() {
    DeviceLastSeen payload = payload(DeviceLastSeen.class, "last-seen-new.json");

    assertThat(payload.changes().path("network").path("local_ipv4").asText()).isEqualTo("10.0.0.7");
    assertThat(payload.changes().path("is-prod").booleanValue()).isTrue();
    JsonNode empty = payload(DeviceLastSeen.class, "changes-empty.json").changes();
    assertThat(empty.isObject() && empty.isEmpty()).isTrue();
    assertThat(payload(DeviceLastSeen.class, "changes-absent.json").changes().isMissingNode())
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "42                    | 42 | false",
        "0                     | 0  | false",
        "'42'                  | 42 | false",
        "9223372036854775807   | 9223372036854775807 | false",
        "null                  |    | false",
        "''                    |    | false",
        "'canaries'            |    | true",
        "9223372036854775808   |    | true",
        "'9223372036854775808' |    | true",
        "4.5                   |    | true",
        "true                  |    | true",
        "[42]                  |    | true",
        "{'id':42}             |    | true"
      })
  void theGroupIsANumberInAnyForm(String json, Long group, boolean odd) {
    DeviceEvent payload = event("DEVICE_FIRST_SEEN", "'DeviceGroupId':" + json);

    assertThat(payload.deviceGroupId()).isEqualTo(group);
    assertThat(payload.warnings()).hasSize(odd ? 1 : 0);
    assertThat(payload.extras()).hasSize(odd ? 1 : 0);
    payload.warnings().forEach(warning -> assertThat(warning).startsWith("DeviceGroupId: "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "true   | true  |",
        "false  | false |",
        "null   |       |",
        "'true' |       | Success: expected a boolean, found a string",
        "1      |       | Success: expected a boolean, found a number"
      })
  void successMayBeUnknown(String json, Boolean success, String warning) {
    OtaCompleted payload = (OtaCompleted) event("DEVICE_OTA_COMPLETED", "'Success':" + json);

    assertThat(payload.success()).isEqualTo(success);
    assertThat(payload.warnings()).isEqualTo(warning == null ? List.of() : List.of(warning));
    assertThat(payload(OtaCompleted.class, "success-null.json").success()).isNull();
    assertThat(payload(OtaCompleted.class, "success-absent.json").success()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "apps-null.json,   false, 0",
    "apps-absent.json, false, 0",
    "apps-empty.json,  true,  0",
    "apps-many.json,   true,  40"
  })
  void noAppsIsNotTheSameAsNotKnown(String file, boolean known, int count) {
    AppsStateChanged payload = payload(AppsStateChanged.class, file);

    assertThat(payload.appsKnown()).isEqualTo(known);
    assertThat(payload.apps()).hasSize(count);
    assertThat(payload.apps().values()).allMatch(app -> app.services().size() == 5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'health':'healthy'}                      | healthy",
        "{'state':'unhealthy'}                     | unhealthy",
        "{'health':'','state':'unhealthy'}         | unhealthy",
        "{'health':null,'state':'unhealthy'}       | unhealthy",
        "{'health':7,'state':'unhealthy'}          | unhealthy",
        "{'health':'healthy','state':'unhealthy'}  | healthy",
        "{'health':'degraded'}                     | degraded",
        "{}                                        | ``",
        "null                                      | ``"
      })
  void theHealthOfAnAppMayBeCalledState(String app, String health) {
    AppsStateChanged payload = apps("{'a':" + app + "}");

    assertThat(payload.apps().get("a").health()).isEqualTo(OpenEnum.of(Health.class, health));
    assertThat(payload.apps().get("a").extras().keySet()).isSubsetOf("health");
  }

  @Test
  void aServiceMayHaveNoHealth() {
    List<ComposeService> services =
        payload(AppsStateChanged.class, "service-without-health.json")
            .apps()
            .get("shop")
            .services();

    assertThat(services)
        .extracting(service -> service.health().text())
        .containsExactly("unhealthy", "", "", "starting");
    assertThat(services.get(3).health().is(Health.STARTING)).isTrue();
    assertThat(services.get(0).logText()).isEqualTo("plain\n");
  }

  @Test
  void wordsThatThisVersionDoesNotKnowAreKept() {
    AppsStateChanged payload = apps("{'a':{'services':[{'state':'hibernating','health':'none'}]}}");
    ComposeService service = payload.apps().get("a").services().get(0);

    assertThat(service.state().text()).isEqualTo("hibernating");
    assertThat(service.state().known()).isEmpty();
    assertThat(service.health().text()).isEqualTo("none");
    assertThat(payload.warnings()).isEmpty();
    for (ComposeService.State state : ComposeService.State.values()) {
      assertThat(state.wireName()).isEqualTo(state.name().toLowerCase(Locale.ROOT));
    }
  }

  @Test
  void whatIsMissingIsNotSet() {
    OtaStarted payload = payload(OtaStarted.class, "missing-members.json");

    assertThat(payload).isEqualTo(new OtaStarted(UUID, OLD, null, "", "", Map.of(), List.of()));
    for (String type : List.of("LAST_SEEN", "PUBKEY_CHANGE", "OTA_APPS_STATE_CHANGED")) {
      assertThat(event("DEVICE_" + type, "'A':null").warnings()).isEmpty();
    }
  }

  @Test
  void unknownMembersAreKept() {
    OtaCompleted payload = payload(OtaCompleted.class, "extra-members.json");

    assertThat(payload.target()).isEqualTo(TARGET);
    assertThat(payload.extras()).containsOnlyKeys("Schema", "Reason", "uuid");
    assertThat(payload.extras().get("Reason").path("code").intValue()).isEqualTo(7);
    ComposeApp app =
        payload(AppsStateChanged.class, "extra-members-of-apps.json").apps().get("shop");
    assertThat(app.extras()).containsOnlyKeys("version");
    assertThat(app.services().get(0).extras()).isEqualTo(Map.of("restarts", IntNode.valueOf(3)));
  }

  @Test
  void aWrongTypeIsAbsentAndNamedAndKept() {
    OtaCompleted update = payload(OtaCompleted.class, "wrong-types-of-update.json");
    AppsStateChanged payload = payload(AppsStateChanged.class, "wrong-types.json");

    assertThat(update.target() + update.id() + update.success()).isEqualTo("null");
    assertThat(update.extras()).containsOnlyKeys("Target", "Id", "Success");
    assertThat(payload.warnings())
        .containsExactlyInAnyOrder(
            "DeviceGroupId: expected a number, found an array",
            "Ostree: expected a string, found a number",
            "DeviceTime: expected a string, found a number",
            "Apps[0]: expected an object, found a string",
            "Apps[1].health: expected a string, found a boolean",
            "Apps[1].services: expected an array, found an object",
            "Apps[2].services[0]: expected an object, found a string",
            "Apps[2].services[1].name: expected a string, found an array",
            "Apps[2].services[1].logs: expected a string, found an object");
    assertThat(payload.extras()).containsOnlyKeys("DeviceGroupId", "Ostree", "DeviceTime");
    assertThat(payload.apps()).containsOnlyKeys("a", "b", "c");
    assertThat(payload.apps().get("b").health().is(Health.HEALTHY)).isTrue();
    assertThat(payload.apps().get("c").services()).hasSize(1);
    assertThat(payload.deviceTime()).isNull();
  }

  @Test
  void appsOfTheWrongTypeAreNotKnown() {
    AppsStateChanged payload = apps("['a']");

    assertThat(payload.appsKnown()).isFalse();
    assertThat(payload.warnings()).containsExactly("Apps: expected an object, found an array");
    assertThat(event("DEVICE_LAST_SEEN", "'Changes':['a']").warnings())
        .containsExactly("Changes: expected an object, found an array");
    assertThat(event("DEVICE_PUBKEY_CHANGE", "'NewPubKey':7").warnings())
        .containsExactly("NewPubKey: expected a string, found a number");
  }

  @Test
  void warningsAreBounded() {
    AppsStateChanged payload = apps("{'a':{'services':[7" + ",7".repeat(1_000) + "]}}");

    assertThat(payload.warnings()).hasSize(20);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2025-09-12T15:59:58Z             | 2025-09-12T15:59:58Z",
        "2025-09-12T15:59:58.123456789Z   | 2025-09-12T15:59:58.123456789Z",
        "2025-09-12T15:59:58.1234567891Z  | 2025-09-12T15:59:58.123456789Z",
        "2025-09-12T15:59:58+02:00        | 2025-09-12T13:59:58Z",
        "2025-09-12T15:59:58+0200         | 2025-09-12T13:59:58Z",
        "2025-09-12T15:59:58-05           | 2025-09-12T20:59:58Z",
        "2025-09-12 15:59:58 +00:00       | 2025-09-12T15:59:58Z",
        "2025-09-12t15:59:58z             | 2025-09-12T15:59:58Z",
        "1970-01-01T00:00:07Z             | 1970-01-01T00:00:07Z",
        "2025-09-12T15:59:58              |",
        "2025-09-12                       |",
        "2025-13-12T15:59:58Z             |",
        "2025-09-12T15:59:60Z             |",
        "Thu Jan  1 00:00:07 1970         |",
        "soon                             |"
      })
  void theClockOfADeviceIsReadLeniently(String text, Instant instant) {
    AppsStateChanged payload =
        (AppsStateChanged) event("DEVICE_OTA_APPS_STATE_CHANGED", "'DeviceTime':'" + text + "'");

    assertThat(payload.deviceTime()).isEqualTo(instant);
    assertThat(payload.deviceTimeText()).isEqualTo(text);
    assertThat(payload.warnings())
        .isEqualTo(instant == null ? List.of("DeviceTime: is no RFC 3339 timestamp") : List.of());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, 1757692800, 253402300799L, -62167219200L})
  void theTimeIsInSeconds(long seconds) {
    Event<FoundriesPayload> event =
        Corpus.event("DEVICE_FIRST_SEEN", "{'Time':" + seconds + ",'Uuid':'d'}");

    assertThat(event.time()).isEqualTo(Instant.ofEpochSecond(seconds));
  }

  @Test
  void collectionsCanNotBeChanged() {
    AppsStateChanged payload = payload(AppsStateChanged.class, "apps-state-changed-new.json");
    ComposeApp app = payload.apps().get("shop");

    for (Runnable change :
        List.<Runnable>of(
            payload.apps()::clear,
            app.services()::clear,
            payload(OtaCompleted.class, "extra-members.json").extras()::clear,
            payload(OtaCompleted.class, "wrong-types-of-update.json").warnings()::clear)) {
      assertThat(catchThrowable(change::run)).isInstanceOf(UnsupportedOperationException.class);
    }
  }

  private static <P extends FoundriesPayload> P payload(Class<P> payloadType, String file) {
    return Corpus.payload(payloadType, file);
  }

  private static AppsStateChanged apps(String json) {
    return (AppsStateChanged) event("DEVICE_OTA_APPS_STATE_CHANGED", "'Apps':" + json);
  }

  private static DeviceEvent event(String eventType, String members) {
    String json = "{'Uuid':'d','Time':1757692800," + members + "}";
    return Corpus.event(eventType, json).as(DeviceEvent.class).payload();
  }
}
