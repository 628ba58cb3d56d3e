package dev.infraevents.pubsub.push;

import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.pubsub.internal.HttpCalls;
import dev.infraevents.pubsub.push.AcceptedTokens.Accepted;
import dev.infraevents.spi.Hosts;
import dev.infraevents.spi.TimeSource;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/**
 * Says whether a request comes from Google Cloud Pub/Sub, for an endpoint of yours, on behalf of
 * whom you expect. Usable from any HTTP framework: it wants the {@code Authorization} headers and
 * nothing else.
 *
 * <pre>{@code
 * PushVerifier verifier = PushVerifier.builder()
 *     .audience("https://hooks.example.com/foundries")
 *     .serviceAccount("pusher@osf-prod.iam.gserviceaccount.com")
 *     .build();
 *
 * PushVerdict verdict = verifier.verify(List.copyOf(request.getHeaders("Authorization")));
 * if (verdict instanceof PushVerdict.Refused refused) {
 *   return status(refused.status()); // and nothing else: not the body, not the handler
 * }
 * }</pre>
 *
 * <p>The token is an OpenID Connect ID token of Google's, and everyone with a Google Cloud project
 * can have one made with any audience. What tells the pushes that you wait for from all others is
 * the service account. Foundries.io does not publish theirs; see {@link Builder#anyServiceAccount}
 * for how to learn it.
 *
 * <p>The token does not protect the body, the other headers or the URL: who gets hold of one can
 * use it with any body for up to an hour. So serve TLS only, do not log the token, and let messages
 * be deduplicated by their id.
 *
 * <p><b>Keys.</b> Google's keys are fetched when they are first needed, again when their {@code
 * Cache-Control} says so, and when a token names a key that is not there, but not within 30 s of
 * the last time. Keys are kept while new ones can not be fetched, for up to 24 hours after they
 * should have been replaced. Without keys pushes are refused with 503, so that they come again.
 *
 * <p><b>Cache.</b> A token that was accepted is accepted again until it expires, without another
 * look at its signature, as long as its key is among those fetched last. So a key that Google
 * withdraws is not accepted any more once the keys were fetched again: after their {@code max-age},
 * and after at most 24 hours; or 24 hours later if they can not be fetched.
 *
 * <p>Immutable to its user, and thread-safe. It has no thread and no connection that would have to
 * be closed.
 */
public final class PushVerifier {

  /** Where Google publishes the keys, as a JSON Web Key Set. */
  public static final URI GOOGLE_CERTS = URI.create("https://www.googleapis.com/oauth2/v3/certs");

  private static final System.Logger LOG = System.getLogger("dev.infraevents");

  private final ClaimRules rules;
  private final KeySource keys;
  private final InstantSource clock;
  private final AcceptedTokens accepted = new AcceptedTokens();

  private PushVerifier(ClaimRules rules, KeySource keys, InstantSource clock) {
    this.rules = rules;
    this.keys = keys;
    this.clock = clock;
  }

  /**
   * Begins a verifier.
   *
   * @return a builder that needs an audience and a service account
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Verifies a request. Takes about as long as an RSA verification the first time that a token is
   * seen, next to nothing after that, and up to 5 s when keys have to be fetched.
   *
   * @param authorization the values of all {@code Authorization} headers of the request, in any
   *     order; if the framework folds several into one, that one
   * @return the verdict, whatever the input; nothing is ever thrown
   */
  @SuppressWarnings("CatchingUnchecked") // whatever it is, the request is not verified
  public PushVerdict verify(List<String> authorization) {
    try {
      return check(BearerToken.of(authorization));
    } catch (RefusedException e) {
      return new PushVerdict.Refused(e.reason());
    } catch (RuntimeException | StackOverflowError e) {
      // Not its message, which may hold some of the token.
      LOG.log(Level.DEBUG, "a push could not be verified: {0}", e.getClass().getName());
      return new PushVerdict.Refused(RefusalReason.INTERNAL_ERROR);
    }
  }

  /** Whom tokens have to be for. */
  Set<String> audiences() {
    return rules.audiences();
  }

  private PushVerdict check(String token) throws RefusedException {
    Instant now = clock.instant();
    ByteBuffer hash = AcceptedTokens.hash(token);
    Accepted known = accepted.get(hash);
    if (known != null) {
      String keyId = known.verdict().claims().keyId();
      if (known.isCurrent(now.getEpochSecond()) && keys.isPublished(keyId, known.key())) {
        return known.verdict();
      }
      accepted.remove(hash);
    }
    return verify(token, hash, now);
  }

  private PushVerdict verify(String token, ByteBuffer hash, Instant now) throws RefusedException {
    BearerToken.checkCharacters(token);
    TokenSegments segments = TokenSegments.of(token);
    String keyId = TokenHeader.keyIdOf(segments.header());
    TokenClaims claims = TokenClaims.of(segments.claims());
    VerificationKey key = keys.find(keyId);
    if (!key.hasSigned(segments)) {
      throw new RefusedException(RefusalReason.BAD_SIGNATURE);
    }
    var verdict = new PushVerdict.Accepted(rules.check(claims, keyId, now));
    long seconds = now.getEpochSecond();
    if (claims.expiresAt > seconds) {
      accepted.add(hash, new Accepted(verdict, key, seconds, claims.expiresAt));
    }
    return verdict;
  }

  /** Builds a {@link PushVerifier}. Not thread-safe. */
  public static final class Builder {

    private static final Duration MOST_SKEW = Duration.ofMinutes(5);
    private static final Pattern EMAIL = Pattern.compile("[^@\\s,]+@[^@\\s,]+");
    private static final Pattern SUBJECT = Pattern.compile("\\d{1,32}");

    private final Set<String> audiences = new LinkedHashSet<>();
    private final Set<String> accounts = new LinkedHashSet<>();
    private boolean anyAccount;
    private URI certsUrl = GOOGLE_CERTS;
    private Duration skew = Duration.ofSeconds(60);
    private ConnectionOptions connection = ConnectionOptions.DEFAULT;
    private InstantSource clock = InstantSource.system();
    private LongSupplier ticker = System::nanoTime;

    private Builder() {}

    /**
     * Accepts tokens for an audience. With Foundries.io it is the URL that the queue was created
     * with; compared exactly, so case, port and a trailing slash matter. Several calls accept
     * several.
     *
     * @param audience the claim {@code aud}
     * @return this
     * @throws ConfigurationException if it is blank
     */
    public Builder audience(String audience) {
      if (audience.isBlank()) {
        throw new ConfigurationException(
            "the audience is empty: pass the URL that the queue was created with", null);
      }
      audiences.add(audience);
      return this;
    }

    /**
     * Accepts tokens of a service account. Several calls accept several.
     *
     * @param account its address, such as {@code pusher@osf-prod.iam.gserviceaccount.com}, or its
     *     numeric id, which is the claim {@code sub}
     * @return this
     * @throws ConfigurationException if it is neither
     */
    public Builder serviceAccount(String account) {
      if (!EMAIL.matcher(account).matches() && !SUBJECT.matcher(account).matches()) {
        throw new ConfigurationException(
            "\"" + account + "\" is neither the address nor the numeric id of a service account",
            null);
      }
      accounts.add(account);
      return this;
    }

    /**
     * Accepts tokens of any service account. <b>Whoever has a Google Cloud project and knows the
     * URL can then push forged events</b>: signature, issuer and audience prove only that some
     * customer of Google's sent them.
     *
     * <p>It is for learning the account: accept any for the first delivery, note {@link
     * PushClaims#email()} of its {@link PushVerdict.Accepted}, see that its project is plausible
     * (Foundries.io's shared service is {@code osf-prod}), and set it with {@link #serviceAccount}.
     *
     * @return this
     */
    public Builder anyServiceAccount() {
      this.anyAccount = true;
      return this;
    }

    /**
     * Sets where the keys are. Both of Google's documents are understood, whatever the path: the
     * JSON Web Key Set and the map of PEM certificates. Redirects are not followed.
     *
     * @param url {@link #GOOGLE_CERTS} by default
     * @return this
     * @throws ConfigurationException if it is not https, nor http to this machine
     */
    public Builder certsUrl(URI url) {
      boolean secure = "https".equalsIgnoreCase(url.getScheme());
      boolean local =
          "http".equalsIgnoreCase(url.getScheme())
              && url.getHost() != null
              && Hosts.isLoopback(url.getHost());
      if (url.getHost() == null || url.getRawUserInfo() != null || !(secure || local)) {
        throw new ConfigurationException(
            "keys can only be trusted if they come over https://HOST/..., without user info; plain"
                + " http is for a server on this machine",
            null);
      }
      this.certsUrl = url;
      return this;
    }

    /**
     * Sets by how much the clock of this machine and Google's may differ.
     *
     * @param tolerance 60 s by default, at most 5 minutes; counted in whole seconds
     * @return this
     * @throws ConfigurationException if it is negative or longer
     */
    public Builder clockSkew(Duration tolerance) {
      if (tolerance.isNegative() || tolerance.compareTo(MOST_SKEW) > 0) {
        throw new ConfigurationException(
            "the clock skew has to be 0 s to 300 s, not " + tolerance + ": set the clock by NTP",
            null);
      }
      this.skew = tolerance;
      return this;
    }

    /**
     * Sets how the keys are fetched: TLS, proxy, connect timeout, extra headers.
     *
     * @param options the other options have no effect
     * @return this
     */
    public Builder connection(ConnectionOptions options) {
      this.connection = Objects.requireNonNull(options, "options");
      return this;
    }

    /**
     * Sets the time, for tests.
     *
     * @param time its clocks; it needs no timers
     * @return this
     */
    public Builder timeSource(TimeSource time) {
      this.clock = time.clock();
      this.ticker = time.ticker();
      return this;
    }

    /**
     * Builds the verifier. Nothing is fetched yet.
     *
     * @return a verifier
     * @throws ConfigurationException if audience or service account is missing
     */
    public PushVerifier build() {
      if (audiences.isEmpty()) {
        throw new ConfigurationException(
            "a push verifier needs audience(...): the URL that the queue was created with", null);
      }
      if (accounts.isEmpty() == !anyAccount) {
        throw new ConfigurationException(
            "a push verifier needs either serviceAccount(...), or anyServiceAccount(), which lets"
                + " every customer of Google's in",
            null);
      }
      var rules =
          new ClaimRules(
              Set.copyOf(audiences), anyAccount ? null : Set.copyOf(accounts), skew.toSeconds());
      var http = new HttpCalls(connection, KeySource.FETCH_DEADLINE, KeySource.MAX_DOCUMENT);
      return new PushVerifier(rules, new KeySource(certsUrl, http, ticker), clock);
    }
  }
}
