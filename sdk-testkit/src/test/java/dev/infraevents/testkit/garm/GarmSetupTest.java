package dev.infraevents.testkit.garm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The first run, and the URLs of the controller. */
@ExtendWith(LeakCheck.class)
class GarmSetupTest {

  private static final String GOOD =
      "{\"username\":\"jane\",\"email\":\"jane@example.com\","
          + "\"password\":\"S0me-Long-Passw0rd\",\"full_name\":\"Jane Admin\"}";
  private static final String URLS_REQUIRED = "{\"error\":\"urls_required\",";

  private FakeGarm garm = start(builder -> builder.initialised(false).urlsConfigured(false));

  private static FakeGarm start(Consumer<FakeGarmBuilder> setting) {
    FakeGarmBuilder builder = FakeGarm.builder();
    setting.accept(builder);
    return builder.start();
  }

  private void restart(Consumer<FakeGarmBuilder> setting) {
    garm.close();
    garm = start(setting);
  }

  @AfterEach
  void close() {
    garm.close();
  }

  @ParameterizedTest
  @EnumSource
  void aNewServerIsSetUpStepByStep(GarmVersion version) throws IOException {
    restart(builder -> builder.version(version).initialised(false).urlsConfigured(false));
    boolean old = version == GarmVersion.V0_1_5;
    assertThat(request("GET", "/pools", ""))
        .startsWith("409 ")
        .contains(old ? URLS_REQUIRED : "{\"error\":\"init_required\",");
    assertThat(request("POST", "/auth/login", GOOD))
        .startsWith(old ? "401 {\"error\":\"Not Authorized\"" : "409 {\"error\":\"init_required\"");

    JsonNode user = Json.requireObject(request("POST", "/first-run", GOOD).substring(4));
    List<String> keys = new ArrayList<>();
    user.fieldNames().forEachRemaining(keys::add);
    assertThat(keys)
        .containsExactly(
            "id",
            "created_at",
            "updated_at",
            "email",
            "username",
            "full_name",
            "enabled",
            "is_admin");
    assertThat(user.path("full_name").asText()).isEqualTo("Jane Admin");
    assertThat(request("POST", "/first-run", GOOD))
        .isEqualTo("409 {\"error\":\"Conflict\",\"details\":\"already initialized\"}\n");

    String login = request("POST", "/auth/login", GOOD);
    String bearer = "Authorization: Bearer " + login.split("\"")[3];
    assertThat(request("GET", "/pools", "", bearer)).contains(URLS_REQUIRED);
    assertThat(request("GET", "/controller", "", bearer)).doesNotContain("metadata_url\":\"h");
    assertThat(request("GET", "/controller-info", "", bearer)).startsWith("200 ");
    request("PUT", "/controller", "{\"metadata_url\":\"http://g/m\"}", bearer);
    assertThat(request("GET", "/pools", "", bearer)).contains(URLS_REQUIRED);
    request("PUT", "/controller/", "{\"callback_url\":\"http://g/c\"}", bearer);
    if (old) {
      assertThat(request("GET", "/pools", "", bearer)).contains(URLS_REQUIRED);
      request("PUT", "/controller", "{\"webhook_url\":\"http://g/w\"}", bearer);
    }
    assertThat(request("GET", "/pools", "", bearer)).isEqualTo("200 []\n");
    assertThat(request("GET", "/controller", "", bearer).contains("\"agent_url\":\"http://g\""))
        .isEqualTo(!old);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'[]'|invalid request",
        "not json|invalid request",
        "{}|missing username or email",
        "{'username':'a'}|missing username or email",
        "{'username':'a','email':'x'}|invalid email address",
        "{'username':'a b','email':'a@b.c'}|invalid username",
        "{'username':'a','email':'a@b.c','password':'short'}|password is too weak",
        "{'username':'a','email':'a@b.c','password':'longbutlowercase'}|password is too weak",
      },
      quoteCharacter = '"')
  void aFirstRunThatIsRefused(String body, String details) throws IOException {
    assertThat(request("POST", "/first-run", body.replace('\'', '"')))
        .isEqualTo("400 {\"error\":\"Bad Request\",\"details\":\"" + details + "\"}\n");
    assertThat(request("POST", "/first-run", GOOD)).startsWith("200 ");
  }

  @Test
  void aUserNameOf65CharactersIsTooLong() throws IOException {
    assertThat(request("POST", "/first-run", GOOD.replace("\"jane\"", "\"" + "j".repeat(65) + '"')))
        .contains("invalid username");
  }

  @Test
  void aChangeOfTheControllerIsEmittedWithoutItsHostName() throws IOException {
    restart(builder -> {});
    String bearer = "Authorization: Bearer " + garm.token().mint();
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      String answer =
          request("PUT", "/controller", "{\"minimum_job_age_backoff\":31,\"id\":1}", bearer);
      assertThat(answer).startsWith("200 ").contains("\"hostname\":").contains(":31,");
      assertThat(client.next())
          .contains("{\"entity-type\":\"controller\",\"operation\":\"update\"")
          .contains("\"minimum_job_age_backoff\":31,")
          .doesNotContain("hostname");
      request("PUT", "/controller", "{\"minimum_job_age_backoff\":31}", bearer);
      assertThat(client.barrier("nothing has changed")).isEmpty();
      assertThat(request("PUT", "/controller", "[]", bearer)).startsWith("400 ");
    }
  }

  @Test
  void anEmittedControllerIsAnsweredWithTheHostName() throws IOException {
    restart(builder -> {});
    String bearer = "Authorization: Bearer " + garm.token().mint();
    garm.emit("controller", "update", "{\"controller_id\":\"c\",\"version\":\"v9\"}");
    assertThat(request("GET", "/controller", "", bearer))
        .contains("\"hostname\":\"fake-garm\"")
        .contains("\"version\":\"v9\"");
    assertThat(request("GET", "/pools", "", bearer)).startsWith("200 "); // the URLs stay set
  }

  private String request(String method, String path, String body, String... fields)
      throws IOException {
    try (RawClient client = RawClient.connect(garm)) {
      String response = client.request(method, "/api/v1" + path, body, fields);
      int status = response.indexOf(' ') + 1;
      return response.substring(status, status + 4)
          + response.substring(response.indexOf("\r\n\r\n") + 4);
    }
  }
}
