package dev.infraevents.benchmarks;

import com.google.api.client.json.webtoken.JsonWebSignature;
import com.google.auth.oauth2.TokenVerifier;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.infraevents.pubsub.push.PushVerdict;
import dev.infraevents.pubsub.push.PushVerifier;
import dev.infraevents.testkit.pubsub.PushSender;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.text.ParseException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** From the token of a push to what it says, which is accepted. Each token is another one. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 4, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // setUp comes first
public class VerifyBenchmark {

  /** More than a verifier remembers: each has been forgotten when its turn comes again. */
  private static final int TOKENS = 1_200;

  private static final Set<String> ISSUERS =
      Set.of("https://accounts.google.com", "accounts.google.com");

  private static final long SKEW = 60;

  private PushSender pubsub;
  private String audience;
  private String email;
  private List<Push> pushes;
  private int next;
  private PushVerifier verifier;
  private TokenVerifier google;
  private Map<String, RSASSAVerifier> nimbus;
  private Signature jca;

  /** A token in the forms in which each of the verifiers wants it. */
  private static final class Push {

    final List<String> headers;
    final String token;
    final byte[] signed;
    final byte[] signature;

    Push(String token) {
      int dot = token.lastIndexOf('.');
      this.headers = List.of("Bearer " + token);
      this.token = token;
      this.signed = token.substring(0, dot).getBytes(StandardCharsets.US_ASCII);
      this.signature = Base64.getUrlDecoder().decode(token.substring(dot + 1));
    }
  }

  /** Signs the tokens, and has the keys fetched. */
  @Setup(Level.Trial)
  public void setUp() throws GeneralSecurityException {
    pubsub = PushSender.start();
    audience = pubsub.audience();
    email = pubsub.email();
    Instant now = Instant.now();
    pushes =
        IntStream.range(0, TOKENS)
            .mapToObj(age -> new Push(pubsub.token().issuedAt(now.minusSeconds(age)).mint()))
            .toList();
    var key = pubsub.keys().current();
    verifier =
        PushVerifier.builder()
            .audience(audience)
            .serviceAccount(email)
            .certsUrl(pubsub.keys().jwksUrl())
            .build();
    google =
        TokenVerifier.newBuilder()
            .setAudience(audience)
            .setIssuer("https://accounts.google.com")
            .setPublicKey(key.publicKey())
            .build();
    nimbus = Map.of(key.id(), new RSASSAVerifier(key.publicKey()));
    jca = Signature.getInstance("SHA256withRSA");
    jca.initVerify(key.publicKey());
    cached();
  }

  /** Stops the server of the keys. */
  @TearDown(Level.Trial)
  public void tearDown() {
    pubsub.close();
  }

  private Push next() {
    next = (next + 1) % TOKENS;
    return pushes.get(next);
  }

  /** Ours, of a token that has not been seen before, or not for long. */
  @Benchmark
  public PushVerdict.Accepted uncached() {
    return (PushVerdict.Accepted) verifier.verify(next().headers);
  }

  /** Ours, of a token that many pushes share. */
  @Benchmark
  public PushVerdict.Accepted cached() {
    return (PushVerdict.Accepted) verifier.verify(pushes.get(0).headers);
  }

  /** The floor: the signature alone, with nothing read and nothing made. */
  @Benchmark
  public boolean signatureAlone() throws GeneralSecurityException {
    Push push = next();
    jca.update(push.signed);
    return accepted(jca.verify(push.signature));
  }

  /** Hand-written: nimbus, and all that has to be checked beside the signature. */
  @Benchmark
  public JWTClaimsSet nimbusAlone() throws ParseException, JOSEException {
    SignedJWT token = SignedJWT.parse(next().token);
    RSASSAVerifier verifierOfKey = nimbus.get(token.getHeader().getKeyID());
    accepted(
        JWSAlgorithm.RS256.equals(token.getHeader().getAlgorithm())
            && verifierOfKey != null
            && token.verify(verifierOfKey));
    JWTClaimsSet claims = token.getJWTClaimsSet();
    long now = Instant.now().getEpochSecond();
    accepted(
        ISSUERS.contains(claims.getIssuer())
            && claims.getAudience().equals(List.of(audience))
            && claims.getExpirationTime().toInstant().getEpochSecond() > now - SKEW
            && claims.getIssueTime().toInstant().getEpochSecond() <= now + SKEW
            && email.equals(claims.getStringClaim("email"))
            && Boolean.TRUE.equals(claims.getBooleanClaim("email_verified")));
    return claims;
  }

  /** Google's, which looks at signature, audience, issuer and expiry, and the account beside it. */
  @Benchmark
  public JsonWebSignature googleTokenVerifier() throws TokenVerifier.VerificationException {
    JsonWebSignature token = google.verify(next().token);
    accepted(
        email.equals(token.getPayload().get("email"))
            && Boolean.TRUE.equals(token.getPayload().get("email_verified")));
    return token;
  }

  private static boolean accepted(boolean genuine) {
    if (!genuine) {
      throw new IllegalStateException("a genuine token was refused");
    }
    return true;
  }
}
