package dev.infraevents.garm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.Bytes;
import dev.infraevents.Event;
import dev.infraevents.testkit.junit.LeakCheck;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class GarmSecretsTest {

  private static final String BASE64 =
      Base64.getEncoder()
          .encodeToString("echo hunter2 of a script".getBytes(StandardCharsets.UTF_8));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://user:hunter2@proxy:3128",
        "http://hunter2@proxy:3128",
        "user:hunter2@proxy:3128",
        "http://user:hunter2/x@proxy:3128",
        "http://user:p@hunter2@proxy:3128",
        "http://user:hun ter2 hunter2@proxy:3128",
        "HTTP://user:hunter2@proxy:3128/"
      })
  void aProxyIsShownWithoutUserInfo(String address) {
    Proxy proxy =
        Garm.PROXY.decode(
            Bytes.ofUtf8(
                "{\"id\":1,\"http_proxy\":\"%s\",\"https_proxy\":\"%1$s\"}".formatted(address)));

    assertThat(proxy.httpProxy()).isEqualTo(address);
    assertThat(proxy.toString())
        .contains("***@proxy:3128")
        .doesNotContain("hunter2")
        .doesNotContain("user:")
        .doesNotContain("hun ");
  }

  @Test
  void extraSpecsAreNotShown() {
    String payload = "{\"id\":\"p\",\"extra_specs\":{\"password\":\"hunter2\"}}";

    assertThat(Garm.POOL.decode(Bytes.ofUtf8(payload)).toString())
        .isEqualTo("Pool[id=p, extraSpecs=<json>]");
    assertThat(Garm.SCALE_SET.decode(Bytes.ofUtf8("{\"extra_specs\":[\"hunter2\"]}")).toString())
        .doesNotContain("hunter2");
  }

  @Test
  void scriptsAndFaultsAreNotShown() {
    assertThat(Garm.TEMPLATE.decode(Bytes.ofUtf8("{\"data\":\"" + BASE64 + "\"}")).toString())
        .isEqualTo("Template[data=Bytes[size=24]]");
    assertThat(Frames.instance("{\"provider_fault\":\"" + BASE64 + "\"}").toString())
        .contains("providerFault=<24 characters>")
        .doesNotContain("hunter2");
  }

  @Test
  void urlsAreShownWithoutUserInfo() {
    String url = "https://user:hunter2@host/a%20b?x=$1";
    ForgeEndpoint endpoint =
        Garm.GITHUB_ENDPOINT.decode(
            Bytes.ofUtf8(
                "{\"name\":\"e\",\"base_url\":\"" + url + "\",\"description\":\"ask me@host\"}"));

    assertThat(endpoint.baseUrl()).isEqualTo(url);
    assertThat(endpoint.toString())
        .isEqualTo(
            "ForgeEndpoint[name=e, description=ask me@host, baseUrl=https://***@host/a%20b?x=$1]");
    assertThat(Garm.CONTROLLER.decode(Bytes.ofUtf8("{\"agent_url\":\"" + url + "\"}")).toString())
        .doesNotContain("hunter2");
    assertThat(Frames.instance("{\"job\":{\"workflow_run_url\":\"" + url + "\"}}").toString())
        .contains("Job[workflowRunUrl=https://***@host")
        .doesNotContain("hunter2");
  }

  @Test
  void unknownEntitiesAreNotShown() {
    Event<GarmPayload> event =
        Frames.event(Frames.frame("vault", "create", "{\"key\":\"hunter2\"}"));

    assertThat(event.payload().toString()).doesNotContain("hunter2").contains("vault");
    assertThat(event.toString()).doesNotContain("hunter2");
  }

  @ParameterizedTest
  @MethodSource("dev.infraevents.garm.Frames#recorded")
  void toStringWorksForEverythingRecorded(String frame) {
    GarmPayload payload = Frames.event(frame).payload();

    assertThat(payload.toString())
        .startsWith(payload.getClass().getSimpleName() + "[")
        .endsWith("]");
  }

  @Test
  void longTextsAreShownInNoTime() {
    String text = "a:b://".repeat(200_000);

    assertThat(Frames.instance("{\"name\":\"" + text + "\"}").toString())
        .hasSizeGreaterThan(1_000_000);
  }
}
