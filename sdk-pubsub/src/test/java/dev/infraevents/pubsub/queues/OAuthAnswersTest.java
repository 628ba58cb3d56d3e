package dev.infraevents.pubsub.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.infraevents.AuthenticationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.ProtocolException;
import dev.infraevents.RequestException;
import dev.infraevents.Token;
import dev.infraevents.pubsub.internal.HttpCalls;
import dev.infraevents.testkit.internal.DaemonThreads;
import dev.infraevents.testkit.internal.http.HttpResponse;
import dev.infraevents.testkit.internal.http.HttpServer;
import dev.infraevents.testkit.junit.LeakCheck;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the endpoint for tokens may answer. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class OAuthAnswersTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final String JSON = "application/json";

  private final DaemonThreads threads = new DaemonThreads("test-server");
  private final List<String> bodies = new ArrayList<>();
  private volatile HttpResponse answer = HttpResponse.of(200, JSON, "{}");
  private final HttpServer server =
      new HttpServer(
          request -> {
            bodies.add(request.body());
            return answer;
          },
          null,
          InstantSource.system(),
          threads);

  @BeforeEach
  void start() {
    server.port().listen();
  }

  @AfterEach
  void stop() {
    server.port().stopListening();
    server.wires().drop();
    threads.join();
  }

  @ParameterizedTest
  @CsvSource({
    "3600, 2026-01-01T01:00:00Z",
    "0.25, 2026-01-01T00:00:00.250Z",
    "35999.999999, 2026-01-01T09:59:59.999Z"
  })
  void lifetimeCountsFromNow(String seconds, Instant expiry) {
    answer = token(",\"expires_in\":" + seconds);

    assertThat(tokens().fetch()).isEqualTo(new Token("abc", expiry));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "null", "\"3600\"", "1e300"})
  void lifetimeThatIsNoneIsNotKnown(String seconds) {
    answer = token(",\"expires_in\":" + seconds);

    assertThat(tokens().fetch().expiresAt()).isNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403})
  void refusedLoginIsAnAuthenticationError(int status) {
    answer = HttpResponse.of(status, JSON, "{\"error\":\"invalid_client\",\"sent\":\"s3cr et\"}");

    var thrown = catchThrowableOfType(AuthenticationException.class, () -> tokens().fetch());

    assertThat(thrown.status()).isEqualTo(status);
    assertThat(thrown)
        .hasMessageContaining(status == 401 ? "without a word" : "invalid_client") // as the JDK is
        .hasMessageNotContaining("s3cr");
  }

  @ParameterizedTest
  @CsvSource({"201,false", "204,false", "302,false", "404,false", "429,true", "503,true"})
  void everyOtherStatusIsAnError(int status, boolean passing) {
    answer = token("").with("Location", "https://example.com/");
    answer = new HttpResponse(status, answer.headers(), answer.body());

    var thrown = catchThrowableOfType(RequestException.class, () -> tokens().fetch());

    assertThat(thrown.status()).isEqualTo(status);
    assertThat(thrown.isRetryable()).isEqualTo(passing);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "<html>", "[]", "{\"access_token\":\"\"}", "{\"access_token\":\"a b\"}"})
  void answerWithoutAUsableTokenIsRefused(String body) {
    answer = HttpResponse.of(200, JSON, body);

    assertThatThrownBy(() -> tokens().fetch()).isInstanceOf(ProtocolException.class);
  }

  @Test
  void refreshTokenIsKeptOverTroubleAndUntilAnotherComes() {
    OAuthTokens tokens = tokens();
    answer = token(",\"refresh_token\":\"first\"");
    tokens.fetch();
    answer = HttpResponse.of(503, JSON, "");
    assertThatThrownBy(tokens::fetch).isInstanceOf(RequestException.class);
    answer = token("");
    tokens.fetch();
    tokens.fetch();

    assertThat(bodies).hasSize(4);
    assertThat(bodies.subList(1, 4)).allMatch(body -> body.endsWith("&refresh_token=first"));
  }

  private static HttpResponse token(String more) {
    return HttpResponse.of(200, JSON, "{\"access_token\":\"abc\"" + more + "}");
  }

  private OAuthTokens tokens() {
    URI url = URI.create("http://127.0.0.1:" + server.port().number() + "/token/");
    var calls = new HttpCalls(ConnectionOptions.DEFAULT, Duration.ofSeconds(30), 10_000);
    return new OAuthTokens(new OAuthClient(url, "id", "s3cr et"), calls, () -> NOW);
  }
}
