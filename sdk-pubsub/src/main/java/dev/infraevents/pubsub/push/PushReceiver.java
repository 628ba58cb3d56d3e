package dev.infraevents.pubsub.push;

import dev.infraevents.Capability;
import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.foundries.FoundriesPayload;
import dev.infraevents.pubsub.push.PushSettings.Arrival;
import dev.infraevents.spi.AbstractEventSource;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.spi.Transport;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The events of a FoundriesFactory that Pub/Sub pushes to an endpoint of yours. It has no server of
 * its own: whatever HTTP server you have hands it each request, and sends what it answers.
 *
 * <pre>{@code
 * PushReceiver receiver = PushReceiver.builder()
 *     .verifier(PushVerifier.builder()
 *         .audience("https://hooks.example.com/foundries")
 *         .serviceAccount("pusher@osf-prod.iam.gserviceaccount.com")
 *         .build())
 *     .path("/foundries")
 *     .build();
 * Subscription subscription = receiver.subscribe(router);
 *
 * httpServer.createContext("/foundries", new PushHttpHandler(receiver)); // the JDK's server
 * context.addServlet("foundries", new PushServlet(receiver));            // a servlet container
 * }</pre>
 *
 * <p>Any other framework hands in what it has, and sends a status without a body:
 *
 * <pre>{@code
 * CompletionStage<Response> push(Request http) {
 *   return receiver
 *       .receive(new PushRequest(http.method(), http.rawPath(), http.headers(), http.bodyStream()))
 *       .thenApply(answer -> http.respond(answer.status(), answer.headers()));
 * }
 * }</pre>
 *
 * <p><b>What is answered.</b> Each request gets one answer, at the latest when its time is up and
 * its body has been read, and one that is refused gets no further than its check, in this order:
 *
 * <table>
 * <caption>Answers</caption>
 * <tr><th>status</th><th>when</th></tr>
 * <tr><td>404</td><td>another path</td></tr>
 * <tr><td>405</td><td>another method than POST</td></tr>
 * <tr><td>401, 403, 503, 500</td><td>the token is not accepted: see {@link RefusalReason}</td></tr>
 * <tr><td>503</td><td>nobody has subscribed, the subscription is closing, or its buffer is full; the
 *     body is not read</td></tr>
 * <tr><td>400</td><td>the body broke off</td></tr>
 * <tr><td>403</td><td>the message is of another {@link Builder#subscription}</td></tr>
 * <tr><td>204</td><td>the event was acknowledged</td></tr>
 * <tr><td>500</td><td>it was not: the handler failed</td></tr>
 * <tr><td>503</td><td>it was not in time, or the subscription was closed before</td></tr>
 * </table>
 *
 * <p>All but 204 make Pub/Sub deliver the message again, and slow down the whole subscription if
 * there are many.
 *
 * <p><b>What can not be read</b> will not become readable: a body of another media type, without a
 * message, with JSON or base64 that is not valid, or too large, or an event without what its type
 * has to have. It goes to the dead letters and is acknowledged, unless {@link
 * dev.infraevents.DeliveryOptions.Builder#onFailure} says otherwise. Of a body that is too large
 * the dead letter holds the first 64 KiB.
 *
 * <p><b>Delivery</b> is at least once, in no order. Pub/Sub waits for an answer for the {@linkplain
 * Builder#ackDeadline acknowledgement deadline}, and that can not be lengthened: {@link
 * dev.infraevents.AckOutcome#NOT_APPLICABLE}. The {@linkplain dev.infraevents.Delivery#deadline
 * deadline} of a delivery is a second earlier. When it passes, the push is answered with 503; what
 * is acknowledged after that ({@link dev.infraevents.AckOutcome#DEADLINE_PASSED}) comes again, and
 * is acknowledged then without calling the handler again. An answer has no receipt, so what became
 * of an acknowledgement is {@link dev.infraevents.AckOutcome#SENT}. The delay of a negative
 * acknowledgement is up to Pub/Sub. A push counts as open from its first byte on, and as many may
 * be open as the {@linkplain dev.infraevents.DeliveryOptions.Builder#buffer buffer} holds events.
 *
 * <p>Only one subscription at a time can be open. It is {@linkplain
 * dev.infraevents.SourceState#STREAMING streaming} from the beginning, however long nothing comes.
 * Closing it stops no server: what comes after that is answered with 503.
 *
 * <p>Thread-safe.
 */
public final class PushReceiver extends AbstractEventSource<FoundriesPayload> {

  private static final System.Logger LOG = System.getLogger("dev.infraevents");

  private final PushSettings settings;
  private final RefusalLog refusals;
  private final AtomicReference<@Nullable PushTransport> active = new AtomicReference<>();

  private PushReceiver(PushSettings settings) {
    super(
        settings.source(),
        Set.of(Capability.ACK, Capability.NACK, Capability.RESUME),
        ConnectionOptions.DEFAULT,
        null,
        settings.time());
    this.settings = settings;
    this.refusals = new RefusalLog(settings.source());
  }

  /**
   * Begins a receiver.
   *
   * @return a builder that needs a verifier and a path
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Takes a request. Reads its body on the calling thread, for as long as the sender takes; the
   * verifier may fetch keys on it, too. The handler runs on others.
   *
   * @param request the request, genuine or not
   * @return what to answer, once that is known; never completes exceptionally. It may complete on a
   *     thread of the handler, so do not block in its continuations
   */
  @SuppressWarnings("CatchingUnchecked") // whatever it is, there has to be an answer
  public CompletionStage<PushResponse> receive(PushRequest request) {
    try {
      return answer(request);
    } catch (RuntimeException | Error e) {
      // Not its message, which may hold something of the request.
      LOG.log(Level.WARNING, "{0}: a push failed: {1}", source(), e.getClass().getName());
      return CompletableFuture.completedStage(PushResponse.FAILED);
    }
  }

  private CompletionStage<PushResponse> answer(PushRequest request) {
    Arrival arrival = settings.arrival();
    PushResponse refusal = refusal(request, arrival.time());
    if (refusal != null) {
      return CompletableFuture.completedStage(refusal);
    }
    PushTransport transport = active.get();
    PushIntake intake = transport == null ? null : transport.intake();
    CompletionStage<PushResponse> taken = intake == null ? null : intake.receive(request, arrival);
    return taken == null ? CompletableFuture.completedStage(PushResponse.NOT_NOW) : taken;
  }

  private @Nullable PushResponse refusal(PushRequest request, Instant now) {
    if (!settings.isPath(request.path())) {
      return PushResponse.NOT_FOUND;
    }
    if (!request.method().equals("POST")) {
      return PushResponse.NO_POST;
    }
    PushVerdict verdict = settings.verifier().verify(request.all("Authorization"));
    if (verdict instanceof PushVerdict.Refused refused) {
      refusals.refused(refused.reason(), now);
      return PushResponse.to(refused.reason());
    }
    return null;
  }

  @Override
  protected Transport<FoundriesPayload> newTransport() {
    var transport = new PushTransport(settings, refusals, this::released);
    if (!active.compareAndSet(null, transport)) {
      throw new IllegalStateException(
          "a push has one answer, so there can be one subscription only: close the other one"
              + " before, or give it an EventRouter");
    }
    return transport;
  }

  private void released() {
    active.set(null);
  }

  /** Builds a {@link PushReceiver}. Not thread-safe. */
  public static final class Builder {

    private static final Duration SHORTEST_DEADLINE = Duration.ofSeconds(10);
    private static final Duration LONGEST_DEADLINE = Duration.ofMinutes(10);
    private static final Duration ON_ITS_WAY = Duration.ofSeconds(1);
    private static final int LARGEST_BODY = 16 << 20;
    private static final URI UNKNOWN = URI.create("//pubsub.googleapis.com");
    private static final Pattern PATH = Pattern.compile("/[^\\s?#]*");
    private static final Pattern SUBSCRIPTION =
        Pattern.compile("projects/[^/\\s]+/subscriptions/[^/\\s]+");

    private @Nullable PushVerifier verifier;
    private @Nullable String path;
    private @Nullable URI source;
    private @Nullable String subscription;
    private boolean wrapped = true;
    private int maxBody = 14 << 20;
    private Duration ackDeadline = SHORTEST_DEADLINE;
    private @Nullable TimeSource time;

    private Builder() {}

    /**
     * Sets who says which requests are genuine.
     *
     * @param verifier the verifier; may serve several receivers
     * @return this
     */
    public Builder verifier(PushVerifier verifier) {
      this.verifier = Objects.requireNonNull(verifier, "verifier");
      return this;
    }

    /**
     * Sets the path of the endpoint as requests name it, compared exactly. It may hold a secret
     * that cannot be guessed, beside the token: it is compared in constant time and never logged.
     *
     * @param path begins with a slash; not decoded, without a query
     * @return this
     * @throws ConfigurationException if it can not be one; the path is not quoted
     */
    public Builder path(String path) {
      if (!PATH.matcher(path).matches()) {
        throw new ConfigurationException(
            "a path begins with / and has no query, such as /foundries", null);
      }
      this.path = path;
      return this;
    }

    /**
     * Names events whose push does not say which subscription they are of, and this source in
     * signals and logs.
     *
     * @param source a URI without user info; by default the audience of the verifier without its
     *     path, if it has one audience and that is a URL
     * @return this
     * @throws ConfigurationException if it has user info
     */
    public Builder source(URI source) {
      if (source.getRawUserInfo() != null) {
        throw new ConfigurationException("the source must not have user info", null);
      }
      this.source = source;
      return this;
    }

    /**
     * Takes messages of one subscription only. Others are answered with 403, so that they are not
     * lost. This finds mistakes in the routing and is no protection: the body is not signed.
     *
     * @param name {@code projects/P/subscriptions/S}; any by default
     * @return this
     * @throws ConfigurationException if it has another form
     */
    public Builder subscription(String name) {
      if (!SUBSCRIPTION.matcher(name).matches()) {
        throw new ConfigurationException(
            "\"" + name + "\" is no subscription: write projects/P/subscriptions/S", null);
      }
      this.subscription = name;
      return this;
    }

    /**
     * Expects the data alone in the body, as a subscription with payload unwrapping sends it. Id,
     * time and type are taken from the headers if it writes metadata; without that, the type is
     * unknown and the id is derived from the content. Of the message's attributes only {@code
     * event-type} is taken.
     *
     * @return this
     */
    public Builder unwrapped() {
      this.wrapped = false;
      return this;
    }

    /**
     * Bounds the body of a push. A genuine one that is larger can not be read.
     *
     * @param bytes 1 to 16 MiB; 14 MiB by default, as a message may have 10 MB before base64
     * @return this
     * @throws ConfigurationException if it is out of these bounds
     */
    public Builder maxBodySize(int bytes) {
      if (bytes < 1 || bytes > LARGEST_BODY) {
        throw new ConfigurationException(
            "the body of a push can be bounded to 1 to " + LARGEST_BODY + " bytes, not " + bytes,
            null);
      }
      this.maxBody = bytes;
      return this;
    }

    /**
     * Says how long Pub/Sub waits for an answer, which is a property of the subscription there.
     *
     * @param deadline 10 s to 600 s; 10 s by default, which is what Foundries.io's queues have
     * @return this
     * @throws ConfigurationException if it is out of these bounds, which are Pub/Sub's
     */
    public Builder ackDeadline(Duration deadline) {
      if (deadline.compareTo(SHORTEST_DEADLINE) < 0 || deadline.compareTo(LONGEST_DEADLINE) > 0) {
        throw new ConfigurationException(
            "ackDeadline must be from 10 s to 600 s, not " + deadline, null);
      }
      this.ackDeadline = deadline;
      return this;
    }

    /**
     * Sets the time, for tests.
     *
     * @param time clocks and timers
     * @return this
     */
    public Builder timeSource(TimeSource time) {
      this.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /**
     * Builds the receiver.
     *
     * @return a receiver that answers with 503 until it is subscribed to
     * @throws ConfigurationException if verifier or path is missing
     */
    public PushReceiver build() {
      if (verifier == null) {
        throw new ConfigurationException(
            "a push receiver needs verifier(...): without one everybody could push events", null);
      }
      if (path == null) {
        throw new ConfigurationException(
            "a push receiver needs path(...): that of the URL that the queue was created with",
            null);
      }
      return new PushReceiver(
          new PushSettings(
              verifier,
              path,
              source == null ? origin(verifier.audiences()) : source,
              subscription,
              wrapped,
              maxBody,
              ackDeadline.minus(ON_ITS_WAY),
              time));
    }

    // Without the path, which may be secret.
    private static URI origin(Set<String> audiences) {
      try {
        URI url = new URI(audiences.iterator().next());
        return audiences.size() > 1 || url.getScheme() == null || url.getHost() == null
            ? UNKNOWN
            : new URI(url.getScheme(), null, url.getHost(), url.getPort(), null, null, null);
      } catch (URISyntaxException e) {
        return UNKNOWN;
      }
    }
  }
}
