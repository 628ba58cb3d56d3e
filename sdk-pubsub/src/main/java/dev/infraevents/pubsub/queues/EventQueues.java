package dev.infraevents.pubsub.queues;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.infraevents.AuthenticationException;
import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.ProtocolException;
import dev.infraevents.RequestException;
import dev.infraevents.Token;
import dev.infraevents.pubsub.internal.HttpAnswer;
import dev.infraevents.spi.TimeSource;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Manages the event queues of a factory, as {@code fioctl event-queues} does. Every queue gets
 * every event of the factory; a new one may take up to five minutes before the first comes.
 *
 * <pre>{@code
 * var queues =
 *     EventQueues.builder()
 *         .factory("example-factory")
 *         .credentials(FoundriesCredentials.apiToken(token))
 *         .build();
 * queues.createPush("ci", URI.create("https://events.example.com/foundries"));
 * }</pre>
 *
 * <p><b>Pull queues are deprecated upstream</b>: fioctl no longer listens to them, marks their
 * creation as deprecated, and the documentation no longer mentions them. What becomes of those that
 * exist is not announced. Use push queues where you can.
 *
 * <p>Calls block; an interrupt ends them, is kept, and shows as a {@link
 * dev.infraevents.TransportException}. {@link #list} and {@link #delete} are repeated up to three
 * times after trouble that may pass, with the pauses of {@link ConnectionOptions#backoff()} or of
 * the server's {@code Retry-After} if that is no longer than a minute; what creates a queue is
 * never repeated. Every call throws
 *
 * <ul>
 *   <li>{@link AuthenticationException} if the login or the token is refused,
 *   <li>{@link RequestException} if the server answers with any other error: 403 if the token may
 *       not manage queues, 404 if there is no such factory or queue; {@link
 *       RequestException#body()} is what it said, {@link RequestException#isRetryable()} whether
 *       the same call may work later,
 *   <li>{@link dev.infraevents.TransportException} if it does not answer,
 *   <li>{@link ConfigurationException} if its certificate is not trusted,
 *   <li>{@link ProtocolException} if the answer is not the API's (the page of a proxy).
 * </ul>
 *
 * <p>Thread-safe. Holds no connection and no thread between calls, so there is nothing to close.
 */
public final class EventQueues {

  private static final String API = "https://api.foundries.io";

  private final QueuesApi api;
  private final String factory;

  private EventQueues(QueuesApi api, String factory) {
    this.api = api;
    this.factory = factory;
  }

  /**
   * Starts to describe a client.
   *
   * @return a builder that needs a factory and credentials
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Lists the queues.
   *
   * @return an immutable list in the order of the server
   */
  public List<EventQueue> list() {
    String request = "the list of event queues";
    HttpAnswer answer = api.get(url(), request, this::advice);
    if (answer.status() == 204) {
      return List.of();
    }
    try {
      return QueueList.parse(answer.body());
    } catch (IOException e) { // its message may quote the answer
      throw new ProtocolException(
          api.base()
              + " answered "
              + request
              + " with something else: is this the API, or a page of a proxy in front of it?",
          null,
          false);
    }
  }

  /**
   * Creates a queue whose events Google's Pub/Sub posts to a server of yours, signed for exactly
   * this URL: give the same text to the verifier as its audience.
   *
   * @param label its name within the factory
   * @param url https, with a certificate of a public authority
   * @throws ConfigurationException if the label or the URL can not be one
   * @throws RequestException with status 409 if there is a queue with this label
   */
  public void createPush(String label, URI url) {
    Names.checkedLabel(label);
    if (!"https".equalsIgnoreCase(url.getScheme()) || url.getHost() == null) {
      throw new ConfigurationException(
          "events are pushed to https:// only, to a server with a certificate of a public"
              + " authority",
          null);
    }
    ObjectNode body = queue(label, "push").put("push-url", url.toString());
    api.post(url(), api.token(), bytes(body), creation(label), status -> advice(status, label));
  }

  /**
   * Creates a queue to pull from, and keeps the key for it. The server tells the key in its answer
   * and never again, so the file is created first, readable by its owner only, and this call is
   * never repeated. Deprecated upstream; see above.
   *
   * <p>If there is trouble after the request has been sent, the queue may exist without a key. That
   * is a {@link ProtocolException}, which says so and is not retryable: {@link #delete} the queue
   * and create another.
   *
   * @param label its name within the factory
   * @param file where to keep the credentials; must not exist
   * @throws ConfigurationException if the label can not be one, or the file can not be created;
   *     nothing has been sent then
   * @throws RequestException with status 409 if there is a queue with this label
   */
  public void createPull(String label, Path file) {
    Names.checkedLabel(label);
    Token token = api.token(); // before there is anything to clean up
    byte[] body = bytes(queue(label, "pull"));
    new PullCreation(label, file)
        .run(
            () ->
                api.post(url(), token, body, creation(label), status -> advice(status, label))
                    .body());
  }

  /**
   * Deletes a queue, with all events that wait in it. A repeated request that finds no queue counts
   * as done: the first one was not answered.
   *
   * @param label its name within the factory
   * @throws ConfigurationException if the label can not be one
   * @throws RequestException with status 404 if there is no such queue
   */
  public void delete(String label) {
    Names.checkedLabel(label);
    api.delete(
        ApiUrl.below(url(), label),
        "the deletion of queue " + label,
        status -> advice(status, label));
  }

  private URI url() {
    return ApiUrl.below(api.base(), "ota", "factories", factory, "event-queues");
  }

  private static String creation(String label) {
    return "the creation of queue " + label;
  }

  private static ObjectNode queue(String label, String type) {
    return JsonNodeFactory.instance.objectNode().put("label", label).put("type", type);
  }

  private static byte[] bytes(ObjectNode json) {
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  private String advice(int status) {
    return switch (status) {
      case 403 -> "the token is known, but may not manage the event queues of factory " + factory;
      case 404 -> "there is no factory " + factory + ", or the token does not see it";
      case 405 -> "this is not the API: check the URL";
      case 301, 302, 303, 307, 308 -> "the server redirects elsewhere: use its own URL";
      default -> status >= 400 ? "" : "this is not the API: check the URL";
    };
  }

  private String advice(int status, String label) {
    return switch (status) {
      case 404 ->
          "there is no factory %s that the token sees, or no queue %s in it"
              .formatted(factory, label);
      case 409 -> "factory %s has a queue %s: choose another label".formatted(factory, label);
      default -> advice(status);
    };
  }

  @Override
  public String toString() {
    return "EventQueues[" + api.base() + ", factory=" + factory + "]";
  }

  /** Builds {@link EventQueues}. Not thread-safe. */
  public static final class Builder {
    private URI base = URI.create(API);
    private @Nullable String factory;
    private @Nullable FoundriesCredentials credentials;
    private ConnectionOptions connection = ConnectionOptions.DEFAULT;
    private @Nullable TimeSource time;
    private boolean plaintextCredentials;

    private Builder() {}

    /**
     * Sets the address of the API.
     *
     * @param url {@code https://api.foundries.io} by default; a dedicated environment has its own.
     *     A slash at its end does not count
     * @return this
     * @throws ConfigurationException if it is no such address
     */
    public Builder api(String url) {
      this.base = URI.create(ApiUrl.withoutSlash(ApiUrl.parse("the API", url)));
      return this;
    }

    /**
     * Sets whose queues; required.
     *
     * @param factory the factory's name
     * @return this
     * @throws ConfigurationException if it can not be one
     */
    public Builder factory(String factory) {
      this.factory = Names.checkedFactory(factory);
      return this;
    }

    /**
     * Sets who asks; required.
     *
     * @param credentials sent with every call
     * @return this
     */
    public Builder credentials(FoundriesCredentials credentials) {
      this.credentials = Objects.requireNonNull(credentials, "credentials");
      return this;
    }

    /**
     * Sends the credentials even where everyone on the way can read them: to an {@code http://}
     * address that is not on this machine. Without this, that is refused.
     *
     * @return this
     */
    public Builder allowPlaintextCredentials() {
      this.plaintextCredentials = true;
      return this;
    }

    /**
     * Sets how to connect.
     *
     * @param connection TLS, proxy, headers, backoff; a request takes four times its connect
     *     timeout at most, and no wait in it more than that
     * @return this
     */
    public Builder connection(ConnectionOptions connection) {
      this.connection = Objects.requireNonNull(connection, "connection");
      return this;
    }

    /**
     * Sets the time, for tests.
     *
     * @param time by which tokens expire and pauses pass; deadlines of requests are real time
     * @return this
     */
    public Builder timeSource(TimeSource time) {
      this.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /**
     * Builds the client. Nothing is sent before the first call.
     *
     * @return the client
     * @throws ConfigurationException if something is missing, or credentials would be sent in the
     *     clear
     */
    public EventQueues build() {
      if (factory == null || credentials == null) {
        throw new ConfigurationException(
            "EventQueues needs factory(...) and credentials(...)", null);
      }
      refuseExposed(base);
      URI endpoint = credentials.endpoint();
      if (endpoint != null) {
        refuseExposed(endpoint);
      }
      return new EventQueues(new QueuesApi(base, connection, credentials, time), factory);
    }

    private void refuseExposed(URI url) {
      if (!plaintextCredentials && ApiUrl.isExposed(url)) {
        throw new ConfigurationException(
            url
                + " is not encrypted: everyone on the way could read the credentials; use https://,"
                + " or allowPlaintextCredentials()",
            null);
      }
    }
  }
}
