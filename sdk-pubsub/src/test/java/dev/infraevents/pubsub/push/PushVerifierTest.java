package dev.infraevents.pubsub.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.infraevents.ConfigurationException;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import dev.infraevents.testkit.pubsub.PushSender;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a verifier accepts, for how long, and how it is built. */
@ExtendWith(LeakCheck.class)
final class PushVerifierTest {

  private final VirtualTime time = new VirtualTime();
  private final TimeSource timeSource = new TimeSource(time.clock(), time::nanoTime, time);
  private final PushSender pubsub = PushSender.builder().time(timeSource).start();

  @AfterEach
  void close() {
    pubsub.close();
  }

  @Test
  void anAcceptedPushTellsWhoSentIt() {
    PushClaims claims = accepted(verifier(), pubsub.token().mint());

    Instant now = time.clock().instant();
    assertThat(claims)
        .isEqualTo(
            new PushClaims(
                "https://accounts.google.com",
                pubsub.audience(),
                pubsub.subject(),
                pubsub.email(),
                now,
                now.plusSeconds(3600),
                pubsub.keys().current().id()));
  }

  @Test
  void bothSpellingsOfTheIssuerAreGoogles() {
    String older = pubsub.token().claim("iss", "accounts.google.com").mint();
    assertThat(accepted(verifier(), older).issuer()).isEqualTo("accounts.google.com");
  }

  @Test
  void typeAndNotBeforeNeedNotBeThere() {
    assertThat(verdict(verifier(), pubsub.token().withoutHeader("typ").mint())).isNull();
    long now = time.clock().instant().getEpochSecond();
    assertThat(verdict(verifier(), pubsub.token().claim("nbf", now).mint())).isNull();
  }

  @Test
  void unknownClaimsAndHeadersDoNotMatter() {
    String token =
        pubsub
            .token()
            .header("x", List.of(1, 2))
            .claim("y", Collections.singletonMap("z", null))
            .mint();
    assertThat(verdict(verifier(), token)).isNull();
  }

  @Test
  void severalAudiencesAndAccountsCanBeAccepted() {
    PushVerifier verifier =
        builder().audience("https://b.example.com/").serviceAccount("b@c.example").build();
    assertThat(verdict(verifier, pubsub.token().mint())).isNull();
    assertThat(verdict(verifier, pubsub.token().claim("aud", "https://b.example.com/").mint()))
        .isNull();
    assertThat(verdict(verifier, pubsub.token().claim("email", "b@c.example").mint())).isNull();
    assertThat(verdict(verifier, pubsub.token().claim("email", "c@c.example").mint()))
        .isEqualTo(RefusalReason.WRONG_SERVICE_ACCOUNT);
  }

  @Test
  void anAccountCanBeKnownByItsId() {
    PushVerifier verifier = plain().serviceAccount(pubsub.subject()).build();

    assertThat(verdict(verifier, pubsub.token().claim("email", "renamed@c.example").mint()))
        .isNull();
    String withoutEmail =
        pubsub.token().withoutClaim("email").withoutClaim("email_verified").mint();
    assertThat(accepted(verifier, withoutEmail).email()).isNull();
    assertThat(verdict(verifier, pubsub.token().claim("email_verified", false).mint()))
        .isEqualTo(RefusalReason.EMAIL_NOT_VERIFIED);
    assertThat(verdict(verifier, pubsub.token().claim("email", 5).mint()))
        .isEqualTo(RefusalReason.WRONG_SERVICE_ACCOUNT);
    assertThat(verdict(verifier, pubsub.token().claim("sub", "1").mint()))
        .isEqualTo(RefusalReason.WRONG_SERVICE_ACCOUNT);
    assertThat(verdict(verifier, pubsub.token().claim("sub", 1).mint()))
        .isEqualTo(RefusalReason.WRONG_SERVICE_ACCOUNT);
  }

  @Test
  void theAccountCanBeLearntFromTheFirstDelivery() {
    PushVerifier verifier = plain().anyServiceAccount().build();
    String stranger = "whoever@some-project.iam.gserviceaccount.com";

    assertThat(accepted(verifier, pubsub.token().claim("email", stranger).mint()).email())
        .isEqualTo(stranger);
    assertThat(verdict(verifier, pubsub.token().claim("email_verified", "true").mint()))
        .isEqualTo(RefusalReason.EMAIL_NOT_VERIFIED);
    assertThat(verdict(verifier, pubsub.token().claim("aud", "https://other").mint()))
        .isEqualTo(RefusalReason.WRONG_AUDIENCE);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 60, 300})
  void theClockMayDifferByTheSkew(long skew) {
    PushVerifier verifier = builder().clockSkew(Duration.ofSeconds(skew)).build();
    Instant now = time.clock().instant();

    assertThat(verdict(verifier, pubsub.token().issuedAt(now.plusSeconds(skew)).mint())).isNull();
    assertThat(verdict(verifier, pubsub.token().issuedAt(now.plusSeconds(skew + 1)).mint()))
        .isEqualTo(RefusalReason.NOT_YET_VALID);
    assertThat(verdict(verifier, pubsub.token().issuedAt(now.minusSeconds(3599 + skew)).mint()))
        .isNull();
    assertThat(verdict(verifier, pubsub.token().issuedAt(now.minusSeconds(3600 + skew)).mint()))
        .isEqualTo(RefusalReason.EXPIRED);
    long expiry = now.getEpochSecond() + 3600 + skew;
    assertThat(verdict(verifier, pubsub.token().claim("exp", expiry).mint())).isNull();
    assertThat(verdict(verifier, pubsub.token().claim("exp", expiry + 1).mint()))
        .isEqualTo(RefusalReason.INVALID_LIFETIME);
  }

  @Test
  void aTokenIsVerifiedOnceUntilItExpires() {
    PushVerifier verifier = verifier();
    String token = pubsub.token().mint();
    PushClaims first = accepted(verifier, token);

    time.advance(Duration.ofSeconds(3599));
    assertThat(accepted(verifier, token)).isSameAs(first); // remembered, not made again

    time.advance(Duration.ofSeconds(1));
    assertThat(accepted(verifier, token)).isNotSameAs(first).isEqualTo(first);

    time.advance(Duration.ofSeconds(59));
    assertThat(verdict(verifier, token)).isNull();
    time.advance(Duration.ofSeconds(1));
    assertThat(verdict(verifier, token)).isEqualTo(RefusalReason.EXPIRED);
  }

  @Test
  void aTokenThatDiffersInOneCharacterIsAnotherOne() {
    PushVerifier verifier = verifier();
    String token = pubsub.token().mint();
    assertThat(verdict(verifier, token)).isNull();
    for (int at = 0; at < token.length(); at++) {
      char other = token.charAt(at) == 'A' ? 'B' : 'A';
      String forged = token.substring(0, at) + other + token.substring(at + 1);
      assertThat(verdict(verifier, forged)).as("at %d", at).isNotNull();
    }
    assertThat(verdict(verifier, token + "\u0141")).isNotNull(); // a letter that Latin-1 has not
  }

  @Test
  void aClockThatIsSetBackMakesATokenOneOfTheFuture() {
    Instant[] now = {Instant.parse("2026-01-01T10:00:00Z")};
    TimeSource settable = new TimeSource(() -> now[0], time::nanoTime, time);
    PushVerifier verifier = builder().timeSource(settable).build();
    String token = pubsub.token().issuedAt(now[0]).mint();
    assertThat(verdict(verifier, token)).isNull();

    now[0] = now[0].minusSeconds(100);
    assertThat(verdict(verifier, token)).isEqualTo(RefusalReason.NOT_YET_VALID);
  }

  @Test
  void noMoreThanAThousandTokensAreRemembered() {
    var accepted =
        new AcceptedTokens.Accepted(
            new PushVerdict.Accepted(accepted(verifier(), pubsub.token().mint())),
            new VerificationKey(pubsub.keys().current().publicKey()),
            0,
            1);
    AcceptedTokens tokens = new AcceptedTokens();
    for (int i = 0; i < AcceptedTokens.CAPACITY; i++) {
      tokens.add(AcceptedTokens.hash("token " + i), accepted);
    }
    assertThat(tokens.get(AcceptedTokens.hash("token 0"))).isSameAs(accepted);

    tokens.add(AcceptedTokens.hash("one more"), accepted);
    assertThat(tokens.get(AcceptedTokens.hash("token 0"))).isSameAs(accepted);
    assertThat(tokens.get(AcceptedTokens.hash("token 1")))
        .isNull(); // not used for the longest time
  }

  @Test
  void nothingIsEverThrown() {
    PushVerifier verifier = verifier();
    assertThat(verifier.verify(Collections.singletonList(null)))
        .isEqualTo(new PushVerdict.Refused(RefusalReason.INTERNAL_ERROR));
    assertThat(RefusalReason.INTERNAL_ERROR.status()).isEqualTo(500);
  }

  @Test
  void garbageIsRefusedWithoutSurprise() {
    PushVerifier verifier = verifier();
    String genuine = "Bearer " + pubsub.token().mint();
    Random random = new Random(20_260_101);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder(genuine);
      for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
        int at = random.nextInt(Math.max(1, text.length()));
        switch (random.nextInt(4)) {
          case 0 -> text.insert(at, (char) random.nextInt(0x100));
          case 1 -> text.replace(at, at + 1, Character.toString(random.nextInt(0x10000)));
          case 2 -> text.delete(at, at + 1);
          default -> text.setLength(at);
        }
      }
      if (!text.substring(0, Math.min(7, text.length())).equalsIgnoreCase("Bearer ")
          || !text.substring(7).equals(genuine.substring(7))) {
        assertThat(verifier.verify(List.of(text.toString())))
            .isInstanceOf(PushVerdict.Refused.class)
            .isNotEqualTo(new PushVerdict.Refused(RefusalReason.INTERNAL_ERROR));
      }
    }
    assertThat(pubsub.keys().fetches()).isLessThanOrEqualTo(1);
  }

  @Test
  void nothingShowsTheToken() {
    String token = pubsub.token().mint();
    String shown =
        verifier().verify(List.of("Bearer " + token))
            + " "
            + verifier().verify(List.of("Bearer " + token + ".x"));
    for (String part : token.split("\\.")) {
      assertThat(shown).doesNotContain(part);
    }
  }

  @Test
  void audienceAndServiceAccountAreMandatory() {
    refused(() -> PushVerifier.builder().serviceAccount("a@b.example").build(), "audience(...)");
    refused(() -> PushVerifier.builder().audience("https://a").build(), "serviceAccount(...)");
    refused(
        () ->
            PushVerifier.builder()
                .audience("https://a")
                .serviceAccount("a@b.example")
                .anyServiceAccount()
                .build(),
        "either");
    refused(() -> PushVerifier.builder().audience(" "), "audience");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "a@", "@b", "a b@c", "a@b@c", "a@b,c@d", "12a", "*"})
  void anAccountIsAnAddressOrAnId(String account) {
    refused(() -> PushVerifier.builder().serviceAccount(account), "service account");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://www.googleapis.com/oauth2/v3/certs",
        "http://localhost.example.com/",
        "http://127.0.0.1.example.com/",
        "http://10.0.0.1/",
        "ftp://localhost/",
        "file:///etc/passwd",
        "https://user:secret@example.com/",
        "//example.com/",
        "https:///certs",
        "certs"
      })
  void keysComeOverHttpsOrFromThisMachine(String url) {
    assertThatThrownBy(() -> PushVerifier.builder().certsUrl(URI.create(url)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("https")
        .hasMessageNotContaining("secret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://example.com/certs",
        "http://localhost/",
        "http://127.1.2.3:80/",
        "http://[::1]:80/"
      })
  void theseUrlsCanBeTrusted(String url) {
    assertThat(PushVerifier.builder().certsUrl(URI.create(url.toLowerCase(Locale.ROOT))))
        .isNotNull();
  }

  @Test
  void theSkewIsBounded() {
    refused(() -> PushVerifier.builder().clockSkew(Duration.ofSeconds(301)), "300 s");
    refused(() -> PushVerifier.builder().clockSkew(Duration.ofSeconds(-1)), "300 s");
  }

  private static void refused(Runnable building, String message) {
    assertThatThrownBy(building::run)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message);
  }

  private PushVerifier verifier() {
    return builder().build();
  }

  private PushVerifier.Builder builder() {
    return plain().serviceAccount(pubsub.email());
  }

  private PushVerifier.Builder plain() {
    return PushVerifier.builder()
        .audience(pubsub.audience())
        .certsUrl(pubsub.keys().jwksUrl())
        .timeSource(timeSource);
  }

  private static PushClaims accepted(PushVerifier verifier, String token) {
    PushVerdict verdict = verifier.verify(List.of("Bearer " + token));
    assertThat(verdict).isInstanceOf(PushVerdict.Accepted.class);
    return ((PushVerdict.Accepted) verdict).claims();
  }

  /** Why a token is refused, null if it is not. */
  private static @Nullable RefusalReason verdict(PushVerifier verifier, String token) {
    return verifier.verify(List.of("Bearer " + token)) instanceof PushVerdict.Refused refused
        ? refused.reason()
        : null;
  }
}
