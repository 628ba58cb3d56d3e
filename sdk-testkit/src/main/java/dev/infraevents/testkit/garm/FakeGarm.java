package dev.infraevents.testkit.garm;

import com.fasterxml.jackson.databind.JsonNode;
import dev.infraevents.testkit.FakeServer;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.garm.GarmApi.Caller;
import dev.infraevents.testkit.internal.FaultInjector;
import dev.infraevents.testkit.internal.http.HttpReply;
import dev.infraevents.testkit.internal.http.HttpResponse;
import dev.infraevents.testkit.internal.http.HttpServer;
import dev.infraevents.testkit.internal.tls.SelfSignedCertificate;
import dev.infraevents.testkit.internal.websocket.Handshake;
import dev.infraevents.testkit.internal.websocket.ServerWebSocket;
import dev.infraevents.testkit.internal.websocket.WebSocketHost;
import dev.infraevents.testkit.internal.websocket.WebSocketListener;
import dev.infraevents.testkit.internal.websocket.WebSocketSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A fake of GARM's events server that behaves as the real one on the wire: the login, the guards
 * and their answers, the upgrade, filters, pings, and every way in which a connection ends.
 *
 * <pre>{@code
 * try (var garm = FakeGarm.start()) {
 *   // connect a client to garm.url() with garm.username() and garm.password()
 *   garm.awaitFilter(Duration.ofSeconds(5));
 *   garm.emit("pool", "delete", "{\"id\":\"d453b4e0-53fe-43aa-bf42-81158a3d6d77\"}");
 * }
 * }</pre>
 *
 * <p>As with the real server, an event reaches the connections that have an accepted filter at that
 * moment and no others; there is no replay. All methods are thread-safe.
 */
public final class FakeGarm implements FakeServer {

  private final FakeGarmBuilder settings;
  private final @Nullable SelfSignedCertificate certificate;
  private final GarmAccounts accounts = new GarmAccounts();
  private final GarmTokens tokens;
  private final GarmApi api;
  private final WebSocketHost host;
  private final WebSocketSettings webSockets;

  private final List<GarmConnection> connections = new CopyOnWriteArrayList<>();
  private final List<ReceivedRequest> requests = new CopyOnWriteArrayList<>();
  private final AtomicInteger logins = new AtomicInteger();
  private final AtomicInteger rejections = new AtomicInteger();

  FakeGarm(FakeGarmBuilder settings) {
    this.settings = settings;
    this.certificate = settings.tls ? SelfSignedCertificate.create() : null;
    this.tokens = new GarmTokens(settings.clock);
    this.api =
        new GarmApi(settings, accounts, tokens, this::login)
            .route("GET", GarmApi.EVENTS, this::upgrade)
            .route("GET", "/controller", (request, caller) -> controller());
    this.webSockets =
        new WebSocketSettings(
            settings.profile.readLimit(),
            settings.bufferCapacity,
            settings.pingInterval,
            settings.pongWait,
            settings.pongPolicy == PongPolicy.STRICT,
            settings.writeTimeout);
    this.host =
        new WebSocketHost(
            "fake-garm",
            this::handle,
            certificate == null ? null : certificate.context(),
            settings.clock,
            settings.scheduler,
            this::expireTokens);
    accounts.add(settings.username, settings.password, true);
    settings.users.forEach((username, password) -> accounts.add(username, password, false));
    host.open();
  }

  /**
   * Starts a server as {@link #builder} makes it without further calls.
   *
   * @return the running server
   */
  public static FakeGarm start() {
    return builder().start();
  }

  /**
   * Begins to describe a server.
   *
   * @return a builder whose defaults are those of a real server
   */
  public static FakeGarmBuilder builder() {
    return new FakeGarmBuilder();
  }

  @Override
  public String url() {
    String scheme = certificate == null ? "http" : "https";
    return scheme + "://" + HttpServer.HOST + ":" + host.port() + settings.pathPrefix;
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
   * The administrator's name.
   *
   * @return what a login takes
   */
  public String username() {
    return settings.username;
  }

  /**
   * The administrator's first password.
   *
   * @return what a login takes until {@link #changePassword}
   */
  public String password() {
    return settings.password;
  }

  /**
   * Makes a token without a login.
   *
   * @return a builder, by default for a token of the administrator
   */
  public GarmTokenBuilder token() {
    return new GarmTokenBuilder(
        tokens, settings.clock, settings.tokenTimeToLive, accounts::named, settings.username);
  }

  /**
   * Changes a password. Open connections go on until their token expires, new requests with an
   * older token get 401.
   *
   * @param username whose
   * @param newPassword the new one
   */
  public void changePassword(String username, String newPassword) {
    accounts.change(username, account -> account.withPassword(newPassword));
  }

  /**
   * Disables a user. Open connections go on until their token expires, new requests and logins get
   * 401.
   *
   * @param username whom
   */
  public void disableUser(String username) {
    accounts.change(username, GarmAccounts.Account::disabled);
  }

  /**
   * Emits an event.
   *
   * @param entityType such as {@code instance}; one that no version knows reaches those who want
   *     everything
   * @param operation {@code create}, {@code update} or {@code delete}
   * @param payloadJson the payload, sent as it is
   * @return how many connections it was queued for: those with a matching filter and room
   */
  public int emit(String entityType, String operation, String payloadJson) {
    String frame =
        "{\"entity-type\":"
            + Json.quote(entityType)
            + ",\"operation\":"
            + Json.quote(operation)
            + ",\"payload\":"
            + payloadJson
            + "}";
    return deliver(entityType, operation, frame);
  }

  /**
   * Emits a recorded event.
   *
   * @param frame the whole message with its envelope, sent as it is
   * @return how many connections it was queued for: those with a matching filter and room
   * @throws IllegalArgumentException if it is not a JSON object; see {@link Fault#garbageText}
   */
  public int emitRaw(String frame) {
    JsonNode envelope =
        Json.parse(frame)
            .filter(JsonNode::isObject)
            .orElseThrow(() -> new IllegalArgumentException("not a JSON object"));
    return deliver(
        envelope.path("entity-type").asText(), envelope.path("operation").asText(), frame);
  }

  /**
   * All connections that were upgraded so far.
   *
   * @return open and closed ones, in the order of their upgrades
   */
  public List<GarmConnection> connections() {
    return List.copyOf(connections);
  }

  /**
   * Waits until so many connections have been upgraded since the start, open or not.
   *
   * @param count how many
   * @param timeout how long
   * @return all connections so far
   * @throws AssertionError if that does not happen in time
   */
  public List<GarmConnection> awaitConnections(int count, Duration timeout) {
    await(garm -> garm.connections.size() >= count, timeout);
    return connections();
  }

  /**
   * Waits until an open connection has an accepted filter.
   *
   * @param timeout how long
   * @return the newest such connection
   * @throws AssertionError if that does not happen in time
   */
  public GarmConnection awaitFilter(Duration timeout) {
    AtomicReference<@Nullable GarmConnection> found = new AtomicReference<>();
    await(
        garm -> {
          found.set(garm.newestFiltered());
          return found.get() != null;
        },
        timeout);
    return Objects.requireNonNull(found.get());
  }

  /**
   * Waits for anything that can be seen on the server.
   *
   * @param condition looked at whenever something has changed
   * @param timeout how long
   * @throws AssertionError if it does not hold in time
   */
  public void await(Predicate<? super FakeGarm> condition, Duration timeout) {
    host.changes().await(() -> condition.test(this), timeout, this::toString);
  }

  /**
   * All requests so far.
   *
   * @return in the order received, upgrades included
   */
  public List<ReceivedRequest> requests() {
    return List.copyOf(requests);
  }

  /**
   * All requests for the event stream so far.
   *
   * @return in the order received, refused ones included
   */
  public List<ReceivedRequest> upgradeRequests() {
    return requests.stream().filter(this::isForEvents).toList();
  }

  /**
   * Counts the logins that succeeded.
   *
   * @return the number so far
   */
  public int logins() {
    return logins.get();
  }

  /**
   * Counts the events that a connection missed because its buffer was full.
   *
   * @return the sum over all connections
   */
  public long eventsDropped() {
    return connections.stream().mapToLong(GarmConnection::eventsDropped).sum();
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
    return "FakeGarm[" + url() + ", logins=" + logins + ", " + connections + "]";
  }

  private int deliver(String entityType, String operation, String frame) {
    List<GarmConnection> recipients =
        connections.stream().filter(c -> c.wants(entityType, operation)).toList();
    if (recipients.isEmpty()) {
      return 0; // and a fault of the next event goes on waiting
    }
    List<byte[]> frames = host.encode(frame);
    return (int) recipients.stream().filter(recipient -> recipient.offer(frames)).count();
  }

  private @Nullable GarmConnection newestFiltered() {
    GarmConnection newest = null;
    for (GarmConnection connection : connections) {
      newest = connection.isOpen() && connection.hasFilter() ? connection : newest;
    }
    return newest;
  }

  private HttpReply handle(ReceivedRequest request) {
    requests.add(request);
    Optional<HttpResponse> refusal =
        isForEvents(request) ? host.takeUpgradeRefusal() : Optional.empty();
    host.changes().announce();
    return refusal.isPresent() ? refusal.get() : api.handle(request);
  }

  private boolean isForEvents(ReceivedRequest request) {
    return api.pathInApi(request).filter(GarmApi.EVENTS::equals).isPresent();
  }

  private HttpReply login(ReceivedRequest request) {
    return GarmApi.login(
        request,
        accounts,
        account -> {
          logins.incrementAndGet();
          host.changes().announce();
          return token().user(account.username()).mint();
        });
  }

  private HttpReply controller() {
    return GarmReplies.ok(GarmController.json(url(), settings.urlsConfigured));
  }

  private HttpReply upgrade(ReceivedRequest request, Caller caller) {
    Optional<HttpResponse> refusal = Handshake.refusal(request);
    return refusal.isPresent()
        ? refusal.get()
        : host.upgrade(request, webSockets, socket -> accepted(socket, caller));
  }

  /** The token was valid at the upgrade; from now on only its expiry counts. */
  private WebSocketListener accepted(ServerWebSocket socket, Caller caller) {
    var connection = new GarmConnection(socket, host.changes(), caller.token());
    connections.add(connection);
    Instant expiry = caller.claims().expiry();
    boolean isOver = tokens.isExpired(caller.token());
    var watch =
        new TokenWatch(
            expiry == null || isOver ? settings.clock.instant() : expiry,
            settings.clock,
            host.timer(),
            () -> socket.close(ServerWebSocket.NORMAL_CLOSURE, ""));
    watch.check();
    return connection.listener(
        settings.profile,
        () -> settings.rejectionText.arrives(rejections.incrementAndGet()),
        watch);
  }

  private void expireTokens() {
    tokens.expireAll();
    connections.stream()
        .filter(connection -> connection.uses(tokens::isExpired))
        .forEach(connection -> connection.close(ServerWebSocket.NORMAL_CLOSURE, ""));
  }
}
