package dev.infraevents.pubsub.push;

import static dev.infraevents.pubsub.push.RefusalReason.KEYS_UNAVAILABLE;
import static dev.infraevents.pubsub.push.RefusalReason.UNKNOWN_KEY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.ConnectionOptions;
import dev.infraevents.TlsOptions;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import dev.infraevents.testkit.pubsub.PushKey;
import dev.infraevents.testkit.pubsub.PushKeys;
import dev.infraevents.testkit.pubsub.PushSender;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The documents that keys come in: what is understood, what is left out, what is refused. */
@ExtendWith(LeakCheck.class)
final class PushVerifierDocumentsTest {

  private final VirtualTime time = new VirtualTime();
  private final TimeSource timeSource = new TimeSource(time.clock(), time::nanoTime, time);
  private final PushSender pubsub = PushSender.builder().time(timeSource).start();
  private final PushKeys keys = pubsub.keys();
  private final PushVerifier verifier = verifier(keys.jwksUrl());

  @AfterEach
  void close() {
    pubsub.close();
  }

  @Test
  void aDocumentIsRecognisedByItsContentNotByItsPath() {
    keys.answer(200, "text/plain", keys.certificates());
    assertThat(refusal()).isNull();
  }

  @Test
  void theMapOfCertificatesIsUnderstoodToo() {
    PushVerifier other = verifier(keys.certificatesUrl());

    assertThat(refusal(other, pubsub.token().mint())).isNull();
    assertThat(keys.requests().get(0).path()).isEqualTo("/oauth2/v1/certs");

    time.advance(Duration.ofSeconds(30));
    keys.rotate();
    assertThat(refusal(other, pubsub.token().mint())).isNull();
    assertThat(keys.fetches()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "garbage",
        "{\"keys\":[]}",
        "{\"keys\":[{}]}",
        "{\"keys\":{}}",
        "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"x\",\"n\":\"!\",\"e\":\"AQAB\"}]}",
        "{\"a\":\"not PEM\"}",
        "{\"a\":\"-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\"}",
        "{\"error\":{\"code\":500}}",
        "<html></html>"
      })
  void whatIsNoDocumentOfKeysIsRefused(String body) {
    keys.answer(200, "application/json", body);
    assertThat(refusal()).isEqualTo(KEYS_UNAVAILABLE);
  }

  @Test
  void aDocumentThatIsTooLongIsRefused() {
    String padding = " ".repeat(KeySource.MAX_DOCUMENT);
    keys.answer(200, "application/json", keys.jwks() + padding);
    assertThat(refusal()).isEqualTo(KEYS_UNAVAILABLE);
  }

  @ParameterizedTest
  @ValueSource(ints = {201, 204, 206, 304, 401, 404, 429, 500, 503})
  void keysComeWithStatus200Only(int status) {
    keys.answer(status, "application/json", keys.jwks());
    assertThat(refusal()).isEqualTo(KEYS_UNAVAILABLE);
  }

  @Test
  void redirectsAreNotFollowed() {
    try (PushSender attacker = PushSender.start()) {
      keys.redirect(attacker.keys().jwksUrl());
      assertThat(refusal()).isEqualTo(KEYS_UNAVAILABLE);
      assertThat(attacker.keys().fetches()).isZero();
    }
  }

  @Test
  void keysThatCanNotBeUsedAreLeftOut() {
    String good = keys.jwks();
    String usable = good.substring(good.indexOf('[') + 1, good.lastIndexOf(']'));
    PushKey small = keys.newKey(1024);
    keys.publish(small);
    String tooSmall = keys.jwks();
    String entry = tooSmall.substring(tooSmall.indexOf('[') + 1, tooSmall.lastIndexOf(']'));
    PushKey encrypts = keys.newKey();
    keys.publish(encrypts);
    String forEncryption = keys.jwks();
    String other =
        forEncryption
            .substring(forEncryption.indexOf('[') + 1, forEncryption.lastIndexOf(']'))
            .replace("\"sig\"", "\"enc\"");
    keys.answer(
        200,
        "application/json",
        "{\"keys\":["
            + entry
            + ","
            + other
            + ",{\"kty\":\"oct\",\"kid\":\"o\",\"k\":\"AAAA\"},"
            + "{\"kty\":\"new\"},5,"
            + usable
            + "]}");

    assertThat(refusal(verifier, pubsub.token().key(small).mint())).isEqualTo(UNKNOWN_KEY);
    assertThat(refusal(verifier, pubsub.token().key(encrypts).mint())).isEqualTo(UNKNOWN_KEY);
    assertThat(keys.fetches()).isOne();
  }

  @Test
  void twoKeysOfTheSameIdMakeADocumentUnusable() {
    PushKey key = keys.current();
    String one = keys.jwks();
    keys.publish(keys.newKey());
    String twin = keys.jwks().replace(keys.current().id(), key.id());
    keys.answer(
        200,
        "application/json",
        "{\"keys\":["
            + one.substring(one.indexOf('[') + 1, one.lastIndexOf(']'))
            + ","
            + twin.substring(twin.indexOf('[') + 1, twin.lastIndexOf(']'))
            + "]}");

    assertThat(refusal(verifier, pubsub.token().key(key).mint())).isEqualTo(KEYS_UNAVAILABLE);
  }

  @Test
  void keysComeOverTlsThatIsVerified(@TempDir Path directory) throws Exception {
    try (PushSender secure = PushSender.builder().time(timeSource).keysOverTls().start()) {
      Path trusted =
          Files.writeString(directory.resolve("ca.pem"), secure.keys().tlsCertificatePem());
      PushVerifier.Builder builder = builder(secure.keys().jwksUrl());

      assertThat(refusal(builder.build(), secure.token().mint())).isEqualTo(KEYS_UNAVAILABLE);
      assertThat(secure.keys().fetches()).isZero();

      var tls = TlsOptions.builder().trustedCertificates(trusted).build();
      builder.connection(ConnectionOptions.builder().tls(tls).build());
      assertThat(refusal(builder.build(), secure.token().mint())).isNull();
    }
  }

  private PushVerifier verifier(URI certs) {
    return builder(certs).build();
  }

  private PushVerifier.Builder builder(URI certs) {
    return PushVerifier.builder()
        .audience(pubsub.audience())
        .serviceAccount(pubsub.email())
        .certsUrl(certs)
        .timeSource(timeSource);
  }

  /** Why a genuine token of now is refused; null if it is accepted. */
  private @Nullable RefusalReason refusal() {
    return refusal(verifier, pubsub.token().mint());
  }

  private static @Nullable RefusalReason refusal(PushVerifier verifier, String token) {
    return verifier.verify(List.of("Bearer " + token)) instanceof PushVerdict.Refused refused
        ? refused.reason()
        : null;
  }
}
