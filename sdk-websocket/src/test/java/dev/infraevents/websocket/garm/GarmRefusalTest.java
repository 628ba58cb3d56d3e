package dev.infraevents.websocket.garm;

import static dev.infraevents.websocket.garm.GarmTests.QUICK;
import static dev.infraevents.websocket.garm.GarmTests.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.infraevents.AuthenticationException;
import dev.infraevents.ConfigurationException;
import dev.infraevents.HandshakeException;
import dev.infraevents.RequestException;
import dev.infraevents.SourceException;
import dev.infraevents.SourceSignal.Disconnected;
import dev.infraevents.SourceState;
import dev.infraevents.Subscription;
import dev.infraevents.TransportException;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.junit.LeakCheck;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class GarmRefusalTest {

  private static final String LOGIN = "/api/v1/auth/login";

  private final Received received = new Received();

  private <E extends SourceException> E failure(GarmEventSource.Builder builder, Class<E> kind) {
    try (var source = builder.connection(QUICK).build();
        Subscription subscription = source.subscribe(received)) {
      var thrown =
          catchThrowableOfType(
              CompletionException.class,
              () -> subscription.completion().toCompletableFuture().join());
      assertThat(subscription.status().state()).isEqualTo(SourceState.FAILED);
      assertThatThrownBy(() -> subscription.awaitStreaming(Duration.ZERO)).isInstanceOf(kind);
      return kind.cast(thrown.getCause());
    }
  }

  private SourceException firstTrouble(GarmEventSource.Builder builder) {
    try (var source = builder.connection(QUICK).build();
        Subscription subscription = source.subscribe(received)) {
      SourceException cause = received.awaitSignals(Disconnected.class, 2).get(0).cause();
      assertThat(subscription.status().state()).isNotEqualTo(SourceState.FAILED);
      return cause;
    }
  }

  @Test
  void wrongPasswordFailsAtOnce() {
    try (var server = FakeGarm.start()) {
      var wrong = GarmCredentials.password(server.username(), "Wr0ng-secret");
      var error = failure(source(server).credentials(wrong), AuthenticationException.class);
      assertThat(error).hasMessageContaining("wrong user name or password");
      assertThat(error.toString() + wrong).doesNotContain("Wr0ng-secret");
      assertThat(server.requests()).extracting(ReceivedRequest::path).containsExactly(LOGIN);
    }
  }

  @Test
  void nonAdminIsToldSo() {
    try (var server = FakeGarm.builder().user("bob", "bobs-secret").start()) {
      var error =
          failure(
              source(server).credentials(GarmCredentials.password("bob", "bobs-secret")),
              AuthenticationException.class);
      assertThat(error).hasMessageContaining("no admin").hasMessageContaining("Unauthorized");
      assertThat(error.status()).isEqualTo(401);
      assertThat(server.upgradeRequests()).as("one try, and one with a new token").hasSize(2);
    }
  }

  @Test
  void nonAdminWithAReadyTokenIsToldSoToo() {
    try (var server = FakeGarm.builder().user("bob", "bobs-secret").start()) {
      var token = GarmCredentials.token(server.token().user("bob").mint());
      var error = failure(source(server).credentials(token), AuthenticationException.class);
      assertThat(error).hasMessageContaining("no admin");
    }
  }

  @Test
  void expiredReadyTokenIsToldSo() {
    try (var server = FakeGarm.start()) {
      String expired = server.token().expired().mint();
      var error =
          failure(
              source(server).credentials(GarmCredentials.token(expired)),
              AuthenticationException.class);
      assertThat(error).hasMessageContaining("the token expired at");
      assertThat(error.getMessage()).doesNotContain(expired);
    }
  }

  @Test
  void badlySignedTokenIsRefused() {
    try (var server = FakeGarm.start()) {
      String forged = server.token().mintBadlySigned();
      var error =
          failure(
              source(server).credentials(GarmCredentials.token(forged)),
              AuthenticationException.class);
      assertThat(error)
          .hasMessageContaining("Authentication failed")
          .hasMessageContaining("not accepted");
    }
  }

  @Test
  void tokenWithoutExpiryIsExplained() {
    try (var server = FakeGarm.start()) {
      String endless = server.token().withoutExpiry().mint();
      var error =
          failure(
              source(server).credentials(GarmCredentials.token(endless)),
              AuthenticationException.class);
      assertThat(error).hasMessageContaining("no expiry");
    }
  }

  @Test
  void uninitialisedServerIsNoLoginProblem() {
    try (var server = FakeGarm.builder().initialised(false).start()) {
      var error = (RequestException) firstTrouble(source(server));
      assertThat(error.status()).isEqualTo(409);
      assertThat(error).hasMessageContaining("init_required").hasMessageContaining("admin user");
      assertThat(received.signals(Disconnected.class))
          .allSatisfy(
              lost -> assertThat(lost.retryIn()).as("with backoff, not in a loop").isNotNull());
    }
  }

  @Test
  void missingUrlsAreNoLoginProblem() {
    try (var server = FakeGarm.builder().urlsConfigured(false).start()) {
      var error = (HandshakeException) firstTrouble(source(server));
      assertThat(error.status()).isEqualTo(409);
      assertThat(error).hasMessageContaining("urls_required");
      assertThat(server.logins()).as("no login loop").isEqualTo(1);
    }
  }

  @Test
  void wrongPrefixFailsWithTheServersWords() {
    try (var server = FakeGarm.builder().pathPrefix("/garm").start()) {
      String root = server.url().replace("/garm", "");
      String token = server.token().mint();
      var error =
          failure(
              GarmEventSource.builder().url(root).credentials(GarmCredentials.token(token)),
              HandshakeException.class);
      assertThat(error.status()).isEqualTo(404);
      assertThat(error)
          .hasMessageContaining("404 page not found")
          .hasMessageContaining("path prefix");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "404|application/json|{\"error\":\"Not found\",\"details\":\"Resource not found\"}|v0.1.5",
        "403|text/plain; charset=utf-8|Forbidden|forbids",
        "400|text/plain; charset=utf-8|Bad Request|proxy in front of GARM",
        "426|text/plain; charset=utf-8|Upgrade Required|proxy in front of GARM",
        "301|text/html|moved|redirects elsewhere",
      })
  void refusedUpgradeFailsWithStatusAndWords(int status, String type, String body, String advice) {
    try (var server = FakeGarm.start()) {
      server.inject(Fault.refuseUpgrade(status, type, body));
      var error = failure(source(server), HandshakeException.class);
      assertThat(error.status()).isEqualTo(status);
      assertThat(error.body()).isEqualTo(body);
      assertThat(error).hasMessageContaining(advice);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 502, 503})
  void passingTroubleIsTriedAgain(int status) throws InterruptedException {
    try (var server = FakeGarm.start()) {
      server.inject(Fault.refuseUpgrade(status, "text/plain", "later").times(2));
      try (var source = source(server).connection(QUICK).build();
          Subscription subscription = source.subscribe(received)) {
        assertThat(subscription.awaitStreaming(Received.PATIENCE)).isTrue();
        var error = (HandshakeException) received.awaitSignal(Disconnected.class).cause();
        assertThat(error.status()).isEqualTo(status);
        assertThat(error.isRetryable()).isTrue();
      }
    }
  }

  @Test
  void retryAfterIsHonoured() {
    try (var server = FakeGarm.start()) {
      server.inject(
          Fault.refuseUpgrade(503, "text/plain", "later").withHeader("Retry-After", "7200"));
      try (var source = source(server).connection(QUICK).build();
          Subscription subscription = source.subscribe(received)) {
        assertThat(received.awaitSignal(Disconnected.class).retryIn())
            .isEqualTo(Duration.ofHours(2));
        assertThat(subscription.status().state()).isEqualTo(SourceState.BACKING_OFF);
      }
    }
  }

  @Test
  void whatWorkedOnceIsNotGivenUpForAPassing404() {
    try (var server = FakeGarm.start()) {
      try (var source = source(server).connection(QUICK).build();
          Subscription subscription = source.subscribe(received)) {
        server.awaitFilter(Received.PATIENCE);
        server.inject(Fault.refuseUpgrade(404, "text/plain", "404 page not found").times(3));
        server.inject(Fault.reset());
        server.awaitConnections(2, Received.PATIENCE);
        assertThat(subscription.status().state()).isNotEqualTo(SourceState.FAILED);
      }
    }
  }

  @Test
  void untrustedCertificateFailsBeforeAnythingIsSent() {
    try (var server = FakeGarm.builder().tls().start()) {
      var error = failure(source(server), ConfigurationException.class);
      assertThat(error).hasMessageContaining("TLS").hasMessageContaining("TlsOptions");
      assertThat(server.requests()).isEmpty();
    }
  }

  @Test
  void plainHttpToATlsPortIsATransportError() {
    try (var server = FakeGarm.builder().tls().start()) {
      String plain = server.url().replaceFirst("^https", "http");
      SourceException error = firstTrouble(source(server).url(plain));
      assertThat(error).isNotNull();
      assertThat(error.isRetryable()).isTrue();
    }
  }

  @Test
  void nobodyListeningIsATransportError() {
    FakeGarm gone = FakeGarm.start();
    gone.close();
    SourceException error = firstTrouble(source(gone));
    assertThat(error).isInstanceOf(TransportException.class).hasMessageContaining(gone.url());
  }

  @Test
  void somethingElseThanGarmIsRecognised() {
    try (var server = FakeGarm.start()) {
      server.inject(Fault.refuseUpgrade(200, "text/html", "<html>hello</html>"));
      var error = failure(source(server), HandshakeException.class);
      assertThat(error.status()).isEqualTo(200);
    }
  }

  @Test
  void aGatewayThatEchoesTheRequestGetsNoSecretIntoTheError() {
    try (var server = FakeGarm.start();
        var log = new LogText()) {
      String jwt = server.token().mint();
      var options = QUICK.toBuilder().header("X-Key", "S3cret-key").build();
      server.inject(
          Fault.refuseUpgrade(418, "text/plain", "Bearer " + jwt + "\nX-Key: S3cret-key"));
      try (var source =
              source(server).credentials(GarmCredentials.token(jwt)).connection(options).build();
          Subscription subscription = source.subscribe(received)) {
        var error = (HandshakeException) received.awaitSignal(Disconnected.class).cause();
        assertThat(error.getMessage() + error.body() + error + log.text())
            .contains("Bearer *** X-Key: ***")
            .doesNotContain(jwt)
            .doesNotContain("S3cret-key");
        assertThat(subscription.status().epoch()).isEqualTo(1);
      }
    }
  }

  @Test
  void aDateInRetryAfterIsHonoured() {
    try (var server = FakeGarm.start()) {
      server.inject(
          Fault.refuseUpgrade(503, "text/plain", "later")
              .withHeader("Date", "Fri, 20 Nov 2026 10:00:00 GMT")
              .withHeader("Retry-After", "Fri, 20 Nov 2026 11:00:00 GMT"));
      try (var source = source(server).connection(QUICK).build();
          Subscription subscription = source.subscribe(received)) {
        assertThat(received.awaitSignal(Disconnected.class).retryIn())
            .isEqualTo(Duration.ofHours(1));
        assertThat(subscription.status().epoch()).isEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "garm.example.com",
        "ftp://garm",
        "http://",
        "https://garm/?q=1",
        "https://garm/#x",
        "http://u:S3cret@garm",
        "http://garm:port",
      })
  void badUrlsFailWhereTheyAreGiven(String url) {
    assertThatThrownBy(() -> GarmEventSource.builder().url(url))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("URL")
        .hasMessageNotContaining("S3cret");
  }

  @Test
  void missingSettingsAndBadTokensFailWhereTheyAreGiven() {
    assertThatThrownBy(() -> GarmEventSource.builder().build())
        .isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> GarmCredentials.password("admin", ""))
        .isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> GarmCredentials.token("S3cret\n"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageNotContaining("S3cret");
  }

  @Test
  void clocksOfClientAndServerMayDiffer() throws InterruptedException {
    // The token looks valid here, but the server's clock is a day ahead: its refusal decides.
    try (var server =
        FakeGarm.builder().clock(() -> Instant.now().plus(Duration.ofDays(1))).start()) {
      var stale = server.token().expiresAt(Instant.now().plus(Duration.ofHours(1))).mint();
      var error =
          failure(
              source(server).credentials(GarmCredentials.token(stale)),
              AuthenticationException.class);
      assertThat(error).hasMessageContaining("not accepted");
    }
  }
}
