package dev.infraevents.testkit.garm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The login, the controller, and HTTP itself. */
@ExtendWith(LeakCheck.class)
class GarmRestTest {

  private static final Instant NOW = Instant.parse("2026-08-01T02:03:04.567Z");
  private static final String LOGIN = "/api/v1/auth/login";
  private static final String NOT_AUTHORIZED = "{\"error\":\"Not Authorized\",\"details\":\"\"}\n";
  private static final String INVALID =
      "{\"error\":\"Bad Request\",\"details\":\"invalid request\"}\n";

  @RegisterExtension
  final FakeGarmExtension extension =
      new FakeGarmExtension(
          FakeGarm.builder()
              .admin("root", "s3cret")
              .user("viewer", "v")
              .tokenTimeToLive(Duration.ofHours(2))
              .clock(InstantSource.fixed(NOW)));

  private FakeGarm garm;

  @BeforeEach
  void setUp() {
    garm = extension.server();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"username\":\"root\",\"password\":\"s3cret\"}",
        "{\"username\":\"root@example.com\",\"password\":\"s3cret\"}",
        "{\"Username\":\"root\",\"PASSWORD\":\"s3cret\",\"more\":[1]}",
        "{\"username\":\"root\",\"password\":\"s3cret\"} trailing",
      })
  void login(String body) throws Exception {
    String response = request("POST", LOGIN, body);

    assertThat(response)
        .startsWith(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                + "Date: Sat, 01 Aug 2026 02:03:04 GMT\r\nContent-Length: ");
    assertThat(body(response)).startsWith("{\"token\":\"").endsWith("\"}\n");
    assertThat(garm.logins()).isEqualTo(1);
  }

  @Test
  void aTrailingSlashIsAccepted() throws Exception {
    assertThat(request("POST", LOGIN + "/", credentials("root", "s3cret")))
        .startsWith("HTTP/1.1 200 OK\r\n");
  }

  @Test
  void theTokenOfALoginHoldsTheClaimsOfTheRealOne() throws Exception {
    String[] parts = loginToken().split("\\.");

    assertThat(decoded(parts[0])).isEqualTo("{\"alg\":\"HS256\",\"typ\":\"JWT\"}");
    JsonNode claims = new ObjectMapper().readTree(decoded(parts[1]));
    List<String> names = new ArrayList<>();
    claims.fieldNames().forEachRemaining(names::add);
    assertThat(names)
        .containsExactly(
            "user",
            "token_id",
            "full_name",
            "is_admin",
            "read_metrics",
            "generation",
            "iss",
            "exp");
    assertThat(claims.get("user").asText()).hasSize(36);
    assertThat(claims.get("token_id").asText()).hasSize(16);
    assertThat(claims.get("is_admin").asBoolean()).isTrue();
    assertThat(claims.get("read_metrics").asBoolean(true)).isFalse();
    assertThat(claims.get("generation").asLong()).isZero();
    assertThat(claims.get("iss").asText()).isEqualTo("garm");
    assertThat(claims.get("exp").asLong()).isEqualTo(NOW.getEpochSecond() + 7200);
  }

  @Test
  void theTokenOfALoginOpensTheStream() throws Exception {
    RawClient.upgraded(garm, loginToken()).close();

    assertThat(garm.upgradeRequests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "not json", "[]", "\"root\"", "17", "{\"username\":5}", "{"})
  void aBodyThatIsNotCredentials(String body) throws Exception {
    String response = request("POST", LOGIN, body);

    assertThat(response).startsWith("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json");
    assertThat(body(response)).isEqualTo(INVALID);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "null",
        "{\"username\":\"root\"}",
        "{\"password\":\"s3cret\"}",
        "{\"username\":\"\",\"password\":\"s3cret\"}",
        "{\"username\":\"root\",\"password\":null}",
        "{\"username\":\"root\",\"password\":\"wrong\"}",
        "{\"username\":\"nobody\",\"password\":\"s3cret\"}",
      })
  void credentialsThatAreNotRight(String body) throws Exception {
    String response = request("POST", LOGIN, body);

    assertThat(response).startsWith("HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json");
    assertThat(body(response)).isEqualTo(NOT_AUTHORIZED);
    assertThat(garm.logins()).isZero();
  }

  @Test
  void aDisabledUserCanNotLogIn() throws Exception {
    garm.disableUser("root");

    assertThat(body(request("POST", LOGIN, credentials("root", "s3cret"))))
        .isEqualTo(NOT_AUTHORIZED);
  }

  @Test
  void aChangedPasswordRaisesTheGeneration() throws Exception {
    garm.changePassword("root", "n3w");

    assertThat(body(request("POST", LOGIN, credentials("root", "s3cret"))))
        .isEqualTo(NOT_AUTHORIZED);
    String token = body(request("POST", LOGIN, credentials("root", "n3w"))).split("\"")[3];
    assertThat(decoded(token.split("\\.")[1])).contains("\"generation\":1,");
    RawClient.upgraded(garm, token).close();
  }

  @Test
  void someoneWithoutAdminRightsCanLogInAndNoMore() throws Exception {
    String response = body(request("POST", LOGIN, credentials("viewer", "v")));
    String token = response.split("\"")[3];

    assertThat(request("GET", "/api/v1/controller", "", "Authorization: Bearer " + token))
        .startsWith("HTTP/1.1 401 Unauthorized\r\nContent-Type: text/plain; charset=utf-8\r\n")
        .endsWith("\r\n\r\nUnauthorized\n");
  }

  @Test
  void theControllerSpeaksOfItself() throws Exception {
    String bearer = "Authorization: Bearer " + garm.token().mint();

    String response = request("GET", "/api/v1/controller/", "", bearer);

    assertThat(response).startsWith("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n");
    assertThat(body(response))
        .startsWith("{\"controller_id\":\"")
        .contains("\"metadata_url\":\"" + garm.url() + "/api/v1/metadata\"")
        .contains("\"version\":\"v0.0.0-head\"")
        .endsWith("}\n");
  }

  @Test
  void theControllerHasTheKeysOfTheRecordedOneInTheirOrder() throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    String recorded =
        GarmRecording.head().frames().stream()
            .filter(frame -> frame.startsWith("{\"entity-type\":\"controller\""))
            .findFirst()
            .orElseThrow();
    String bearer = "Authorization: Bearer " + garm.token().mint();
    String served = body(request("GET", "/api/v1/controller", "", bearer));

    List<String> expected = new ArrayList<>();
    mapper.readTree(recorded).get("payload").fieldNames().forEachRemaining(expected::add);
    expected.add(1, "hostname"); // over REST only
    List<String> names = new ArrayList<>();
    mapper.readTree(served).fieldNames().forEachRemaining(names::add);
    assertThat(names).isEqualTo(expected);
  }

  @Test
  void oneConnectionCarriesOneRequestAfterAnother() throws Exception {
    try (RawClient client = RawClient.connect(garm)) {
      String first = client.request("POST", LOGIN, credentials("root", "s3cret"));
      String second = client.request("HEAD", "/nowhere", "");
      String third = client.upgrade(body(first).split("\"")[3]);

      assertThat(first).startsWith("HTTP/1.1 200 OK\r\n");
      assertThat(second).startsWith("HTTP/1.1 404 Not Found\r\n").doesNotContain("Connection:");
      assertThat(third).startsWith("HTTP/1.1 101 ");
    }
  }

  @Test
  void aRequestToCloseIsFollowed() throws Exception {
    try (RawClient client = RawClient.connect(garm)) {
      String response = client.request("GET", "/nowhere", "", "Connection: close");

      assertThat(response).contains("\r\nConnection: close\r\n\r\n");
      assertThatExceptionOfType(EOFException.class).isThrownBy(client::response);
    }
  }

  @Test
  void aBodyMayComeInChunks() throws Exception {
    String body = credentials("root", "s3cret");
    String chunks =
        "5\r\n"
            + body.substring(0, 5)
            + "\r\n"
            + Integer.toHexString(body.length() - 5)
            + "\r\n"
            + body.substring(5)
            + "\r\n0\r\n\r\n";
    try (RawClient client = RawClient.connect(garm)) {
      client.send(
          RawClient.utf8(
              "POST " + LOGIN + " HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks));

      assertThat(client.response()).startsWith("HTTP/1.1 200 OK\r\n");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET\r\n\r\n",
        "GET / HTTP/2\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
      })
  void whatIsNotHttpIsAnsweredAndHungUp(String request) throws Exception {
    try (RawClient client = RawClient.connect(garm)) {
      client.send(RawClient.utf8(request));

      assertThat(
              new String(client.socket().getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo(
              "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
                  + "Connection: close\r\n\r\n400 Bad Request");
    }
  }

  @Test
  void requestsAreKeptAsReceivedAndShowNoSecrets() throws Exception {
    request("POST", LOGIN + "?q=1", credentials("root", "s3cret"), "x-Custom:  a b ");

    var request = garm.requests().get(0);
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.target()).isEqualTo(LOGIN + "?q=1");
    assertThat(request.path()).isEqualTo(LOGIN);
    assertThat(request.body()).isEqualTo(credentials("root", "s3cret"));
    assertThat(request.header("X-CUSTOM")).contains("a b");
    assertThat(request.header("missing")).isEmpty();
    assertThat(request.headers().get(0).name()).isEqualTo("Host");
    assertThat(request.headers().get(1).name()).isEqualTo("x-Custom");
    assertThat(request).hasToString("POST " + LOGIN);
    assertThat(request.headers().get(1)).hasToString("x-Custom: ...");
    assertThat(garm.upgradeRequests()).isEmpty();
  }

  private String loginToken() throws IOException {
    return body(request("POST", LOGIN, credentials("root", "s3cret"))).split("\"")[3];
  }

  private static String credentials(String username, String password) {
    return "{\"username\":\"" + username + "\",\"password\":\"" + password + "\"}";
  }

  private static String decoded(String part) {
    return new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8);
  }

  private static String body(String response) {
    return response.substring(response.indexOf("\r\n\r\n") + 4);
  }

  private String request(String method, String path, String body, String... fields)
      throws IOException {
    try (RawClient client = RawClient.connect(garm)) {
      return client.request(method, path, body, fields);
    }
  }
}
