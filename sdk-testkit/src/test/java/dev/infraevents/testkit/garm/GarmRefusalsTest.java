package dev.infraevents.testkit.garm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.testkit.junit.LeakCheck;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The guards, their order and their answers, byte for byte. */
@ExtendWith(LeakCheck.class)
class GarmRefusalsTest {

  private static final Instant NOW = Instant.parse("2026-08-01T02:03:04Z");
  private static final String DATE = "Date: Sat, 01 Aug 2026 02:03:04 GMT\r\n";

  private static final String UNAUTHENTICATED =
      json(401, "Unauthorized", "{\"error\":\"Authentication failed\",\"details\":\"\"}\n");
  private static final String NO_SUCH_ROUTE =
      json(404, "Not Found", "{\"error\":\"Not found\",\"details\":\"Resource not found\"}\n");
  private static final String INIT_REQUIRED =
      json(409, "Conflict", "{\"error\":\"init_required\",\"details\":\"Missing superuser\"}\n");
  private static final String URLS_REQUIRED =
      json(
          409,
          "Conflict",
          "{\"error\":\"urls_required\",\"details\":\"Missing required URLs. Make sure you update"
              + " the metadata and callback URLs\"}\n");
  private static final String NOT_ADMIN =
      "HTTP/1.1 401 Unauthorized\r\n"
          + "Content-Type: text/plain; charset=utf-8\r\n"
          + "X-Content-Type-Options: nosniff\r\n"
          + DATE
          + "Content-Length: 13\r\n\r\n"
          + "Unauthorized\n";
  private static final String OUTSIDE =
      "HTTP/1.1 404 Not Found\r\n"
          + "Content-Type: text/plain\r\n"
          + DATE
          + "Content-Length: 19\r\n\r\n"
          + "404 page not found\n";

  private FakeGarm garm = start(builder -> builder);

  private static FakeGarm start(UnaryOperator<FakeGarmBuilder> setting) {
    var builder = FakeGarm.builder().clock(InstantSource.fixed(NOW)).user("viewer", "v");
    return setting.apply(builder).start();
  }

  private void restart(UnaryOperator<FakeGarmBuilder> setting) {
    garm.close();
    garm = start(setting);
  }

  @AfterEach
  void close() {
    garm.close();
  }

  @Test
  void missingToken() throws IOException {
    assertThat(upgrade()).isEqualTo(UNAUTHENTICATED);
  }

  @Test
  void tokensThatAreNotValidAreAllAnsweredAlike() throws IOException {
    for (String token :
        List.of(
            "garbage",
            "a.b.c",
            "",
            garm.token().expired().mint(),
            garm.token().mintBadlySigned(),
            garm.token().generation(7).mint(),
            garm.token().forMetrics().mint(),
            garm.token().mint() + ".x")) {
      assertThat(upgrade("Authorization: Bearer " + token)).as(token).isEqualTo(UNAUTHENTICATED);
    }
  }

  @Test
  void aTokenIsRefusedFromTheSecondOfItsExpiry() throws IOException {
    String last = garm.token().expiresAt(NOW.plusSeconds(1)).mint();
    String late = garm.token().expiresAt(NOW).mint();

    assertThat(upgrade("Authorization: Bearer " + last)).startsWith("HTTP/1.1 101 ");
    assertThat(upgrade("Authorization: Bearer " + late)).isEqualTo(UNAUTHENTICATED);
  }

  @Test
  void aDisabledUserAndAnOldGenerationAreRefused() throws IOException {
    String viewer = garm.token().user("viewer").mint();
    String admin = garm.token().mint();
    garm.disableUser("viewer");
    garm.changePassword(garm.username(), "another");

    assertThat(upgrade("Authorization: Bearer " + viewer)).isEqualTo(UNAUTHENTICATED);
    assertThat(upgrade("Authorization: Bearer " + admin)).isEqualTo(UNAUTHENTICATED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"HS256", "HS384", "HS512"})
  void everyHmacIsAccepted(String algorithm) throws IOException {
    String token = garm.token().algorithm(algorithm).mint();

    assertThat(upgrade("Authorization: Bearer " + token)).startsWith("HTTP/1.1 101 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer", "bearer", "Basic", "anything"})
  void theFirstWordOfTheHeaderIsNotLookedAt(String word) throws IOException {
    String value = word + " " + garm.token().mint();

    assertThat(upgrade("Authorization: " + value)).startsWith("HTTP/1.1 101 ");
  }

  @Test
  void theHeaderHasToBeTwoWordsSplitOnSingleSpaces() throws IOException {
    String token = garm.token().mint();

    assertThat(upgrade("Authorization: Bearer  " + token)).isEqualTo(UNAUTHENTICATED);
    assertThat(upgrade("Authorization: " + token)).isEqualTo(UNAUTHENTICATED);
    assertThat(upgrade("Authorization: Bearer " + token + " x")).isEqualTo(UNAUTHENTICATED);
  }

  @Test
  void theCookieCountsOnlyWithoutAHeader() throws IOException {
    String cookie = "Cookie: a=b; garm_token=" + garm.token().mint();

    assertThat(upgrade(cookie)).startsWith("HTTP/1.1 101 ");
    assertThat(upgrade(cookie, "Authorization:")).startsWith("HTTP/1.1 101 ");
    assertThat(upgrade(cookie, "Authorization: Bearer x")).isEqualTo(UNAUTHENTICATED);
  }

  @Test
  void aTokenAnywhereElseIsNotFound() throws IOException {
    String token = garm.token().mint();
    String query = "?token=" + token + "&access_token=" + token;

    assertThat(at("/api/v1/ws/events" + query)).isEqualTo(UNAUTHENTICATED);
    assertThat(upgrade("Sec-WebSocket-Protocol: " + token)).isEqualTo(UNAUTHENTICATED);
  }

  @Test
  void whatATokenSaysAboutAdminRightsIsIgnored() throws IOException {
    String viewer = garm.token().user("viewer").mint();

    assertThat(upgrade("Authorization: Bearer " + viewer)).isEqualTo(NOT_ADMIN);
  }

  @Test
  void beforeTheFirstRunEverythingIsRefusedWhateverTheToken() throws IOException {
    restart(builder -> builder.initialised(false));

    assertThat(upgrade()).isEqualTo(INIT_REQUIRED);
    assertThat(upgrade("Authorization: Bearer " + garm.token().mint())).isEqualTo(INIT_REQUIRED);
    assertThat(request("POST", "/api/v1/auth/login", "{}")).isEqualTo(INIT_REQUIRED);
    assertThat(request("GET", "/api/v1/controller", "")).isEqualTo(INIT_REQUIRED);
  }

  @Test
  void withoutUrlsOnlyTheLoginAndTheControllerAnswer() throws IOException {
    restart(builder -> builder.urlsConfigured(false));
    String bearer = "Authorization: Bearer " + garm.token().mint();

    assertThat(upgrade()).isEqualTo(URLS_REQUIRED);
    assertThat(upgrade(bearer)).isEqualTo(URLS_REQUIRED);
    assertThat(request("GET", "/api/v1/nowhere", "", bearer)).isEqualTo(URLS_REQUIRED);
    assertThat(request("GET", "/api/v1/auth/login", "")).isEqualTo(URLS_REQUIRED);
    assertThat(request("GET", "/api/v1/controller", "", bearer)).startsWith("HTTP/1.1 200 OK\r\n");
    assertThat(request("POST", "/api/v1/auth/login", credentials())).startsWith("HTTP/1.1 200 OK");
  }

  @Test
  void foreignOrigin() throws IOException {
    assertThat(authorised("Origin: https://elsewhere.example"))
        .isEqualTo(handshakeError("403 Forbidden", "", "Forbidden\n"));
    assertThat(authorised("Origin: null"))
        .isEqualTo(handshakeError("403 Forbidden", "", "Forbidden\n"));
  }

  @Test
  void ownOriginPasses() throws IOException {
    String own = garm.url().replace("http://", "https://");

    assertThat(authorised("Origin: " + own)).startsWith("HTTP/1.1 101 ");
  }

  @Test
  void theGuardsComeBeforeTheHandshake() throws IOException {
    assertThat(request("GET", "/api/v1/ws/events", "")).isEqualTo(UNAUTHENTICATED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "no Connection      | Upgrade: websocket",
        "no upgrade in it   | Connection: keep-alive;Upgrade: websocket",
        "no version         | Connection: Upgrade;Upgrade: websocket;Sec-WebSocket-Key: @",
        "old version        | Connection: Upgrade;Upgrade: websocket;Sec-WebSocket-Key: @;"
            + "Sec-WebSocket-Version: 8",
        "no key             | Connection: Upgrade;Upgrade: websocket;Sec-WebSocket-Version: 13",
        "short key          | Connection: Upgrade;Upgrade: websocket;Sec-WebSocket-Version: 13;"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZQ==",
        "key not in base64  | Connection: Upgrade;Upgrade: websocket;Sec-WebSocket-Version: 13;"
            + "Sec-WebSocket-Key: ????????????????????????",
      })
  void badHandshake(String what, String fields) throws IOException {
    assertThat(handshake(fields))
        .as(what)
        .isEqualTo(handshakeError("400 Bad Request", "", "Bad Request\n"));
  }

  @Test
  void connectionUpgradeWithoutUpgrade() throws IOException {
    assertThat(handshake("Connection: Upgrade"))
        .isEqualTo(
            handshakeError("426 Upgrade Required", "Upgrade: websocket\r\n", "Upgrade Required\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/ws/events", "/garm/api/v1/ws/events", "/api/v2", "/api/v1x", "/ui"})
  void pathsOutsideOfTheApi(String path) throws IOException {
    assertThat(at(path)).isEqualTo(OUTSIDE);
  }

  @Test
  void wrongPathsInTheApiAreGuarded() throws IOException {
    String bearer = "Authorization: Bearer " + garm.token().mint();

    assertThat(request("GET", "/api/v1/nowhere", "")).isEqualTo(UNAUTHENTICATED);
    assertThat(request("GET", "/api/v1/nowhere", "", bearer)).isEqualTo(NO_SUCH_ROUTE);
    assertThat(request("GET", "/api/v1", "", bearer)).isEqualTo(NO_SUCH_ROUTE);
    assertThat(request("POST", "/api/v1/ws/events", "", bearer)).isEqualTo(NO_SUCH_ROUTE);
    assertThat(request("GET", "/api/v1/auth/login", "", bearer)).isEqualTo(NO_SUCH_ROUTE);
    assertThat(request("DELETE", "/api/v1/controller", "", bearer)).isEqualTo(NO_SUCH_ROUTE);
  }

  @ParameterizedTest
  @CsvSource({
    "//api/v1/ws/events,          /api/v1/ws/events",
    "/api/v1//ws///events?a=b,    /api/v1/ws/events?a=b",
    "/api/v1/./ws/x/../events,    /api/v1/ws/events",
    "/api/v1/ws//events/,         /api/v1/ws/events/",
  })
  void uncleanPathsAreRedirected(String path, String location) throws IOException {
    assertThat(at(path))
        .isEqualTo(
            "HTTP/1.1 301 Moved Permanently\r\nLocation: "
                + location
                + "\r\n"
                + DATE
                + "Content-Length: 0\r\n\r\n");
  }

  @Test
  void behindAProxyOnlyThePrefixLeadsAnywhere() throws IOException {
    restart(builder -> builder.pathPrefix("/garm"));
    String bearer = "Authorization: Bearer " + garm.token().mint();

    assertThat(garm.url()).endsWith("/garm");
    assertThat(at("/garm/api/v1/ws/events", bearer)).startsWith("HTTP/1.1 101 ");
    assertThat(at("/garm/api/v1/controller", bearer)).startsWith("HTTP/1.1 200 OK\r\n");
    assertThat(at("/api/v1/ws/events", bearer)).isEqualTo(OUTSIDE);
    assertThat(at("/garmx/api/v1/ws/events", bearer)).isEqualTo(OUTSIDE);
    assertThat(at("/garm", bearer)).isEqualTo(OUTSIDE);
  }

  @Test
  void nothingAsksForAuthenticationByHeader() throws IOException {
    assertThat(upgrade()).doesNotContainIgnoringCase("WWW-Authenticate");
  }

  private String credentials() {
    return "{\"username\":\"" + garm.username() + "\",\"password\":\"" + garm.password() + "\"}";
  }

  private String upgrade(String... fields) throws IOException {
    return at("/api/v1/ws/events", fields);
  }

  private String authorised(String field) throws IOException {
    return upgrade("Authorization: Bearer " + garm.token().mint(), field);
  }

  private String at(String path, String... fields) throws IOException {
    try (RawClient client = RawClient.connect(garm)) {
      return client.upgradeAt(path, fields);
    }
  }

  /** Asks for the events with a good token and only these handshake fields. */
  private String handshake(String fields) throws IOException {
    String all =
        fields.replace("@", RawClient.KEY) + ";Authorization: Bearer " + garm.token().mint();
    return request("GET", "/api/v1/ws/events", "", all.split(";"));
  }

  private String request(String method, String path, String body, String... fields)
      throws IOException {
    try (RawClient client = RawClient.connect(garm)) {
      return client.request(method, path, body, fields);
    }
  }

  private static String json(int status, String reason, String body) {
    return "HTTP/1.1 "
        + status
        + " "
        + reason
        + "\r\nContent-Type: application/json\r\n"
        + DATE
        + "Content-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  private static String handshakeError(String status, String field, String body) {
    return "HTTP/1.1 "
        + status
        + "\r\nContent-Type: text/plain; charset=utf-8\r\nSec-Websocket-Version: 13\r\n"
        + field
        + "X-Content-Type-Options: nosniff\r\n"
        + DATE
        + "Content-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }
}
