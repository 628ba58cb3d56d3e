package dev.infraevents.foundries;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.Event;
import dev.infraevents.testkit.junit.LeakCheck;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(LeakCheck.class)
class FoundriesSecretsTest {

  @Test
  void keysAreNotShown() {
    PublicKeyChanged payload = Corpus.payload(PublicKeyChanged.class, "pubkey-change-new.json");

    assertThat(payload.toString())
        .contains("uuid=58e6e47d", "newPubKey=<182 characters>", "oldPubKey=<182 characters>")
        .doesNotContain("PUBLIC KEY", "MFkw", "NNNN", "OOOO");
  }

  @Test
  void logsAreNotShown() {
    AppsStateChanged payload =
        Corpus.payload(AppsStateChanged.class, "apps-state-changed-new.json");

    assertThat(payload.toString())
        .contains("apps={shop=ComposeApp[health=unhealthy", "state=exited", "logs=<")
        .doesNotContain("127.0.0.1", "GET /", "refused");
  }

  @Test
  void whatIsNotKnownIsNotShown() {
    for (String type :
        new String[] {
          "FIRST_SEEN",
          "CONFIG_APPLIED",
          "OTA_STARTED",
          "OTA_COMPLETED",
          "OTA_APPS_STATE_CHANGED",
          "PUBKEY_CHANGE",
          "LAST_SEEN",
          "NEW"
        }) {
      Event<FoundriesPayload> event =
          Corpus.event(
              "DEVICE_" + type,
              "{'Uuid':'d','Time':1,'hunter2':'hunter2','Changes':{'hunter2':1},"
                  + "'Target':['hunter2'],'NewPubKey':{'hunter2':1},'DeviceGroupId':'hunter2',"
                  + "'Apps':{'a':{'hunter2':'hunter2','services':[{'hunter2':1},'hunter2']}}}");

      assertThat(event + " " + event.payload()).doesNotContain("hunter2");
      if (event.payload() instanceof DeviceEvent known) {
        assertThat(known.warnings()).noneMatch(warning -> warning.contains("hunter2"));
      }
    }
  }

  @Test
  void aFailedUpdateIsShownAsOne() {
    assertThat(Corpus.payload(OtaCompleted.class, "ota-completed-old.json").toString())
        .contains("success=false");
    assertThat(Corpus.payload(OtaCompleted.class, "success-null.json").toString())
        .doesNotContain("success");
    assertThat(
            Corpus.event("DEVICE_FIRST_SEEN", "{'Uuid':'d','Time':1,'DeviceGroupId':0}").payload())
        .asString()
        .contains("deviceGroupId=0");
  }

  @ParameterizedTest
  @MethodSource("dev.infraevents.foundries.Corpus#typed")
  void toStringWorksForEveryCase(Corpus.Case known) {
    FoundriesPayload payload = Objects.requireNonNull(known.read().decode()).payload();

    assertThat(payload.toString())
        .startsWith(payload.getClass().getSimpleName() + "[uuid=")
        .endsWith("]");
  }
}
