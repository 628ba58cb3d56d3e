package dev.infraevents.testkit.pubsub;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.HttpURLConnection;
import java.net.URI;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The documents of keys and their server, and tokens that are signed with them. */
@ExtendWith(LeakCheck.class)
final class PushKeysTest {

  private final PushSender pubsub = PushSender.start();
  private final PushKeys keys = pubsub.keys();

  @AfterEach
  void close() {
    pubsub.close();
  }

  @Test
  void bothDocumentsHoldTheKeysThatTokensAreSignedWith() throws Exception {
    PushKey first = keys.current();
    PushKey second = keys.rotate();

    JsonNode jwks = json(body(keys.jwksUrl())).get("keys");
    assertThat(jwks).hasSize(2);
    assertThat(jwks.get(1).get("kid").asText()).isEqualTo(second.id()).matches("[0-9a-f]{40}");
    assertThat(jwks.get(0).get("kid").asText()).isEqualTo(first.id());
    byte[] modulus = Base64.getUrlDecoder().decode(jwks.get(0).get("n").asText());
    assertThat(modulus).hasSize(256);
    assertThat(new BigInteger(1, modulus)).isEqualTo(first.publicKey().getModulus());
    assertThat(jwks.get(0).get("e").asText()).isEqualTo("AQAB");

    JsonNode certificates = json(body(keys.certificatesUrl()));
    assertThat(certificates).hasSize(2);
    PublicKey published = certificate(certificates.get(second.id()).asText());
    assertThat(published).isEqualTo(second.publicKey());
    assertThat(signs(published, pubsub.token().mint())).isTrue();
    assertThat(signs(published, pubsub.token().badlySigned().mint())).isFalse();
    assertThat(signs(published, pubsub.token().key(first).mint())).isFalse();
    assertThat(keys.fetches()).isEqualTo(2);
  }

  @Test
  void aGenuineTokenSaysWhatGooglesDo() throws Exception {
    String[] part = pubsub.token().mint().split("\\.");
    JsonNode header = json(new String(Base64.getUrlDecoder().decode(part[0]), UTF_8));
    assertThat(header.toString())
        .isEqualTo("{\"alg\":\"RS256\",\"kid\":\"" + keys.current().id() + "\",\"typ\":\"JWT\"}");
    JsonNode claims = json(new String(Base64.getUrlDecoder().decode(part[1]), UTF_8));
    assertThat(claims.get("iss").asText()).isEqualTo("https://accounts.google.com");
    assertThat(claims.get("aud").asText()).isEqualTo(pubsub.audience());
    assertThat(claims.get("sub").asText()).isEqualTo(pubsub.subject());
    assertThat(claims.get("azp")).isEqualTo(claims.get("sub"));
    assertThat(claims.get("email").asText()).isEqualTo(pubsub.email());
    assertThat(claims.get("email_verified").isBoolean()).isTrue();
    assertThat(claims.get("exp").asLong() - claims.get("iat").asLong()).isEqualTo(3600);
    assertThat(claims).hasSize(8);
  }

  @Test
  void onlyTheLastTwoKeysStayPublished() throws Exception {
    PushKey first = keys.current();
    PushKey second = keys.rotate();
    keys.rotate();
    assertThat(body(keys.jwksUrl())).doesNotContain(first.id()).contains(second.id());
    keys.publish(first);
    assertThat(keys.current()).isSameAs(first);
    assertThat(body(keys.jwksUrl())).contains(first.id()).doesNotContain(second.id());
  }

  @Test
  void headersAndAnswersAreAsTold() throws Exception {
    keys.header("Cache-Control", "max-age=5");
    keys.header("Age", "3");
    HttpURLConnection connection = connect(keys.jwksUrl());
    assertThat(connection.getHeaderField("Cache-Control")).isEqualTo("max-age=5");
    assertThat(connection.getHeaderField("Age")).isEqualTo("3");
    connection.disconnect();

    keys.header("Age", null);
    keys.answer(500, "text/plain", "broken");
    connection = connect(keys.jwksUrl());
    assertThat(connection.getResponseCode()).isEqualTo(500);
    assertThat(connection.getHeaderField("Age")).isNull();
    connection.disconnect();

    keys.redirect(URI.create("http://127.0.0.1:1/"));
    connection = connect(keys.jwksUrl());
    assertThat(connection.getResponseCode()).isEqualTo(302);
    assertThat(connection.getHeaderField("Location")).isEqualTo("http://127.0.0.1:1/");
    connection.disconnect();

    keys.inject(Fault.refuseUpgrade(429, "text/plain", "").times(1));
    connection = connect(keys.jwksUrl());
    assertThat(connection.getResponseCode()).isEqualTo(429);
    connection.disconnect();

    keys.heal();
    assertThat(body(keys.jwksUrl())).contains(keys.current().id());
    assertThat(connect(URI.create(keys.url() + "/other")).getResponseCode()).isEqualTo(404);
  }

  @Test
  void theServerCanBeDownSlowAndSilent() throws Exception {
    keys.inject(Fault.outage());
    assertThatThrownBy(() -> body(keys.jwksUrl())).isInstanceOf(IOException.class);
    keys.heal();
    assertThat(body(keys.jwksUrl())).isNotEmpty();

    keys.inject(Fault.slowDrip(100, Duration.ofMillis(1)));
    assertThat(body(keys.jwksUrl())).contains(keys.current().id());
    keys.heal();

    keys.inject(Fault.stall());
    var answer = CompletableFuture.supplyAsync(this::quietBody);
    keys.awaitFetches(3, Duration.ofSeconds(10));
    assertThat(answer).isNotDone();
    keys.heal();
    assertThat(answer.get(10, TimeUnit.SECONDS)).contains(keys.current().id());

    assertThatIllegalArgumentException().isThrownBy(() -> keys.inject(Fault.duplicate()));
  }

  @Test
  void tokensCanBeSignedWithAnyAlgorithm() {
    for (String name : new String[] {"RS384", "RS512", "PS256", "PS384", "PS512", "ES256"}) {
      String token = pubsub.token().algorithm(name).mint();
      assertThat(header(token)).contains("\"alg\":\"" + name + "\"");
      assertThat(token.split("\\.")).hasSize(3);
    }
    assertThat(pubsub.token().algorithm("nOnE").mint()).endsWith(".");
    assertThat(header(pubsub.token().hmac("HS256", new byte[] {1}).mint())).contains("HS256");
    assertThatIllegalArgumentException().isThrownBy(() -> pubsub.token().algorithm("XX256").mint());
    assertThatIllegalArgumentException().isThrownBy(() -> pubsub.token().algorithm("RS999").mint());
  }

  @Test
  void whatIsChangedInATokenIsSigned() throws Exception {
    String token =
        pubsub
            .token()
            .headerContent("[]".getBytes(UTF_8))
            .claimsContent(new byte[] {(byte) 0xFF})
            .headerSegment(s -> s + "=")
            .claimsSegment(s -> s + "==")
            .mint();
    assertThat(token).startsWith("W10=._w==.");
    assertThat(signs(keys.current().publicKey(), token)).isTrue();
  }

  private static String header(String token) {
    return new String(Base64.getUrlDecoder().decode(token.split("\\.")[0]), UTF_8);
  }

  private static boolean signs(PublicKey key, String token) throws Exception {
    int dot = token.lastIndexOf('.');
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initVerify(key);
    signature.update(token.substring(0, dot).getBytes(ISO_8859_1));
    return signature.verify(Base64.getUrlDecoder().decode(token.substring(dot + 1)));
  }

  private static PublicKey certificate(String pem) throws Exception {
    return CertificateFactory.getInstance("X.509")
        .generateCertificate(new ByteArrayInputStream(pem.getBytes(UTF_8)))
        .getPublicKey();
  }

  private static JsonNode json(String text) throws IOException {
    return new ObjectMapper().readTree(text);
  }

  private String quietBody() {
    try {
      return body(keys.jwksUrl());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String body(URI url) throws IOException {
    HttpURLConnection connection = connect(url);
    try (InputStream in = connection.getInputStream()) {
      return new String(in.readAllBytes(), UTF_8);
    } finally {
      connection.disconnect();
    }
  }

  private static HttpURLConnection connect(URI url) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
    connection.setRequestProperty("Connection", "close");
    connection.setInstanceFollowRedirects(false);
    return connection;
  }
}
