package dev.infraevents.testkit.foundries;

import dev.infraevents.testkit.FakeServer;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.internal.FaultInjector;
import dev.infraevents.testkit.internal.http.HttpResponse;
import dev.infraevents.testkit.internal.tcp.LoopbackPort;
import dev.infraevents.testkit.internal.tls.SelfSignedCertificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A fake of the REST API of Foundries.io, as far as it is about event queues: list, create and
 * delete, with both kinds of login, and the endpoint that issues access tokens. A pull queue is
 * answered with a complete credentials file and a new key; nothing is ever delivered to its
 * subscription.
 *
 * <pre>{@code
 * try (var api = FakeFoundriesApi.start()) {
 *   // connect a client to api.url() with api.factory() and api.apiToken()
 *   api.queues();
 * }
 * }</pre>
 *
 * <p>Of the faults, {@link Fault#refuseUpgrade} is about the next request to the API; {@link
 * Fault#stall} holds answers back; {@link Fault#truncate}, {@link Fault#garbageText}, {@link
 * Fault#invalidJson} and {@link Fault#oversize} are about the next answer, and what was asked has
 * been done all the same. Those that only make sense for events are unknown here. All methods are
 * thread-safe.
 */
public final class FakeFoundriesApi implements FakeServer {

  private static final String TOKEN_PATH = "/oauth/token/";

  private final FakeFoundriesApiBuilder settings;
  private final @Nullable SelfSignedCertificate certificate;
  private final FoundriesLogins logins;
  private final FoundriesQueues queues;
  private final FoundriesHost host;
  private final List<ReceivedRequest> requests = new CopyOnWriteArrayList<>();

  FakeFoundriesApi(FakeFoundriesApiBuilder settings) {
    this.settings = settings;
    this.certificate = settings.tls ? SelfSignedCertificate.create() : null;
    this.logins = new FoundriesLogins(settings);
    this.queues = new FoundriesQueues(settings);
    this.host =
        new FoundriesHost(
            settings,
            certificate == null ? null : certificate.context(),
            this::handle,
            logins::expireAll);
  }

  /**
   * Starts a server as {@link #builder} makes it without further calls.
   *
   * @return the running server
   */
  public static FakeFoundriesApi start() {
    return builder().start();
  }

  /**
   * Begins to describe a server.
   *
   * @return a builder
   */
  public static FakeFoundriesApiBuilder builder() {
    return new FakeFoundriesApiBuilder();
  }

  @Override
  public String url() {
    String scheme = certificate == null ? "http" : "https";
    return scheme + "://" + LoopbackPort.HOST + ":" + host.port();
  }

  /**
   * The endpoint that issues access tokens.
   *
   * @return its URL
   */
  public String tokenUrl() {
    return url() + TOKEN_PATH;
  }

  /**
   * The certificate a client has to trust.
   *
   * @return a self-signed certificate for 127.0.0.1 and localhost, as PEM
   * @throws IllegalStateException if the server was built without TLS
   */
  public String certificatePem() {
    if (certificate == null) {
      throw new IllegalStateException("this server has no TLS");
    }
    return certificate.pem();
  }

  /**
   * The factory that there is.
   *
   * @return its name
   */
  public String factory() {
    return settings.factory;
  }

  /**
   * The token that {@code OSF-TOKEN} has to show.
   *
   * @return the token
   */
  public String apiToken() {
    return settings.apiToken;
  }

  /**
   * The client that the token endpoint knows.
   *
   * @return its id
   */
  public String clientId() {
    return settings.clientId;
  }

  /**
   * The secret of that client.
   *
   * @return the secret
   */
  public String clientSecret() {
    return settings.clientSecret;
  }

  /**
   * The queues that there are.
   *
   * @return in the order in which they were created
   */
  public List<FoundriesQueue> queues() {
    return queues.all();
  }

  /**
   * Creates a push queue, as another client would.
   *
   * @param label its name
   * @param pushUrl where to
   * @return the queue
   */
  public FoundriesQueue addPushQueue(String label, String pushUrl) {
    return queues.add(label, "push", pushUrl);
  }

  /**
   * Creates a pull queue, as another client would.
   *
   * @param label its name
   * @return the queue, with its credentials file
   */
  public FoundriesQueue addPullQueue(String label) {
    return queues.add(label, "pull", null);
  }

  /**
   * All requests so far, those for access tokens included.
   *
   * @return in the order received
   */
  public List<ReceivedRequest> requests() {
    return List.copyOf(requests);
  }

  /**
   * Counts the access tokens that were issued.
   *
   * @return the number so far
   */
  public int tokensIssued() {
    return logins.issued();
  }

  /** Makes every refresh token issued so far useless: clients have to log in again. */
  public void forgetRefreshTokens() {
    logins.forgetRefreshTokens();
  }

  /**
   * Waits for anything that can be seen on the server.
   *
   * @param condition looked at whenever something has changed
   * @param timeout how long
   * @throws AssertionError if it does not hold in time
   */
  public void await(Predicate<? super FakeFoundriesApi> condition, Duration timeout) {
    host.changes().await(() -> condition.test(this), timeout, this::toString);
  }

  @Override
  public void inject(Fault fault) {
    FaultInjector.inject(fault, host);
  }

  @Override
  public void heal() {
    host.heal();
  }

  @Override
  public void close() {
    host.close();
  }

  @Override
  public String toString() {
    return "FakeFoundriesApi[" + url() + ", " + queues() + "]";
  }

  private HttpResponse handle(ReceivedRequest request) {
    requests.add(request);
    if (request.path().equals(TOKEN_PATH)) {
      return logins.token(request);
    }
    HttpResponse refusal = host.takeRefusal();
    if (refusal != null) {
      return refusal;
    }
    return logins
        .refusal(request)
        .map(words -> settings.errorShape.answer(401, words))
        .orElseGet(() -> queues.handle(request));
  }
}
