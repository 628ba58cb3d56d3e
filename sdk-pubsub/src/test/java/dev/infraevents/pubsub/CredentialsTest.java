package dev.infraevents.pubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ServiceAccountCredentials;
import com.sun.net.httpserver.HttpServer;
import dev.infraevents.AuthenticationException;
import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.TransportException;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Credentials: the file of a queue, and what happens when they are refused. */
class CredentialsTest {

  @TempDir Path directory;

  private Path file(String subscription, String clientId, String key) throws IOException {
    return Files.writeString(
        directory.resolve("queue.json"),
        """
        {"type": "service_account", "project_id": "factory", "private_key_id": "k",
         "fio-subscription-name": "%s", "client_email": "a@b", "client_id": %s,
         "private_key": "%s", "token_uri": "https://oauth2.googleapis.com/token"}
        """
            .formatted(subscription, clientId, key));
  }

  private static PrivateKey newKey() throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    return generator.generateKeyPair().getPrivate();
  }

  private static String pem(String base64) {
    return "-----BEGIN PRIVATE KEY-----\\n" + base64 + "\\n-----END PRIVATE KEY-----\\n";
  }

  private static String newPem() throws GeneralSecurityException {
    return pem(Base64.getEncoder().encodeToString(newKey().getEncoded()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"queue", "projects/factory/subscriptions/queue"})
  void theNameOfTheSubscriptionMayBeShortOrFull(String name) throws Exception {
    assertThat(CredentialsFile.read(file(name, "\"1\"", newPem()), null).subscription())
        .isEqualTo("projects/factory/subscriptions/queue");
  }

  @ParameterizedTest
  @ValueSource(strings = {"projects/factory", "projects/factory/subscriptions/no/such", "a b"})
  void aNameThatNoSubscriptionCanHaveIsRefused(String name) throws Exception {
    Path file = file(name, "\"1\"", newPem());
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> CredentialsFile.read(file, null));
  }

  @Test
  void aKeyThatIsNoBase64IsRefusedWithoutQuotingIt() throws Exception {
    Path file = file("queue", "\"1\"", pem("!secret!"));
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> CredentialsFile.read(file, null))
        .withMessageContaining("queue.json")
        .withNoCause();
  }

  @Test
  void aMemberOfAnotherTypeIsRefused() throws Exception {
    Path file = file("queue", "1", newPem());
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> CredentialsFile.read(file, null))
        .withMessageContaining("queue.json");
  }

  @Test
  void aTokenServerThatIsDownIsNoReasonToGiveUp() {
    var credentials =
        new GoogleCredentials() {
          private static final long serialVersionUID = 1;
          private int calls;

          @Override
          public AccessToken refreshAccessToken() throws IOException {
            if (calls++ == 0) {
              throw new IOException("no route to host");
            }
            return new AccessToken("token", null);
          }
        };
    PubSubErrors errors = errors(credentials);
    assertThat(errors.of(Status.UNAUTHENTICATED).isRetryable()).isTrue();

    assertThatExceptionOfType(TransportException.class).isThrownBy(errors::renewCredentials);
    assertThatNoException().isThrownBy(errors::renewCredentials);
    assertThat(errors.of(Status.UNAUTHENTICATED)).isInstanceOf(AuthenticationException.class);
  }

  @Test
  void credentialsThatTheTokenServerRefusesAreGivenUp() throws Exception {
    HttpServer tokens =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    tokens.createContext(
        "/",
        exchange -> {
          byte[] body = "{\"error\":\"invalid_grant\"}".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(400, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    tokens.start();
    try {
      PubSubErrors errors =
          errors(
              ServiceAccountCredentials.newBuilder()
                  .setClientEmail("a@b")
                  .setPrivateKey(newKey())
                  .setTokenServerUri(
                      URI.create("http://localhost:" + tokens.getAddress().getPort() + "/token"))
                  .setScopes(List.of(PubSubChannels.SCOPE))
                  .build());
      assertThat(errors.of(Status.UNAUTHENTICATED).isRetryable()).isTrue();

      assertThatExceptionOfType(AuthenticationException.class).isThrownBy(errors::renewCredentials);
    } finally {
      tokens.stop(0);
    }
  }

  private static PubSubErrors errors(GoogleCredentials credentials) {
    var settings =
        new PubSubSettings(Endpoint.GOOGLE, credentials, ConnectionOptions.DEFAULT, null);
    return new PubSubErrors(settings, "projects/factory/subscriptions/queue", "check it");
  }
}
