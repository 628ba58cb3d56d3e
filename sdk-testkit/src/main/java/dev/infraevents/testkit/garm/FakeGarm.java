package dev.infraevents.testkit.garm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.infraevents.testkit.FakeServer;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.garm.GarmAccounts.Account;
import dev.infraevents.testkit.internal.FaultInjector;
import dev.infraevents.testkit.internal.http.HttpReply;
import dev.infraevents.testkit.internal.http.HttpResponse;
import dev.infraevents.testkit.internal.tcp.LoopbackPort;
import dev.infraevents.testkit.internal.tls.SelfSignedCertificate;
import dev.infraevents.testkit.internal.websocket.WebSocketHost;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A fake of GARM that behaves as the real one on the wire: the login, the guards and their answers,
 * the REST API, the websockets for events, log and metrics with their filters and pings, and every
 * way in which a connection ends.
 *
 * <pre>{@code
 * try (var garm = FakeGarm.start()) {
 *   // connect a client to garm.url() with garm.username() and garm.password()
 *   garm.awaitFilter(Duration.ofSeconds(5));
 *   String pool = garm.create("pool", "{\"provider_name\":\"noop\",\"max_runners\":4}");
 *   garm.update("pool", pool, "{\"max_runners\":5}");
 * }
 * }</pre>
 *
 * <p>As with the real server, an event reaches the connections that have an accepted filter at that
 * moment and no others; there is no replay. All methods are thread-safe.
 *
 * <p>The server has a state, which its REST API answers from, and every change of it is an event:
 * {@link #create}, {@link #update}, {@link #delete}, or {@link #emit} for an event word for word.
 * Which of them a client misses is up to {@link Fault#silentDrop} and the other faults. {@link
 * FakeGarmBuilder#version} says as which version of GARM the server behaves.
 */
public final class FakeGarm implements FakeServer {

  private static final Duration METRICS_INTERVAL = Duration.ofSeconds(5);

  private final FakeGarmBuilder settings;
  private final @Nullable SelfSignedCertificate certificate;
  private final GarmAccounts accounts = new GarmAccounts();
  private final GarmTokens tokens;
  private final GarmStamps stamps;
  private final GarmStore store;
  private final GarmEntities entities;
  private final GarmSetup setup;
  private final GarmApi api;
  private final WebSocketHost host;
  private final GarmUpgrades upgrades;
  private final GarmStreams streams;
  private final GarmFeed logs;
  private final GarmFeed metrics;

  private final List<ReceivedRequest> requests = new CopyOnWriteArrayList<>();
  private final AtomicInteger logins = new AtomicInteger();

  FakeGarm(FakeGarmBuilder settings) {
    this.settings = settings;
    this.certificate = settings.tls ? SelfSignedCertificate.create() : null;
    this.tokens = new GarmTokens(settings.clock);
    this.host =
        new WebSocketHost(
            "fake-garm",
            this::handle,
            certificate == null ? null : certificate.context(),
            settings.clock,
            settings.scheduler,
            this::expireTokens);
    this.upgrades = new GarmUpgrades(settings, tokens, host);
    this.streams = new GarmStreams(upgrades, settings, host);
    this.logs = new GarmFeed(upgrades, host.changes(), host.timer(), null);
    this.metrics = new GarmFeed(upgrades, host.changes(), host.timer(), METRICS_INTERVAL);
    this.stamps = new GarmStamps(settings.clock, settings.zone);
    this.store = new GarmStore(settings.version);
    this.entities = new GarmEntities(store, stamps, this::emitOnly);
    this.setup = new GarmSetup(settings, accounts, store, entities, stamps);
    this.api = new GarmApi(settings, setup, accounts, tokens, this::login);
    addRoutes();
    accounts.add(settings.username, settings.password, true);
    settings.users.forEach((username, password) -> accounts.add(username, password, false));
    host.open();
    setup.start(url());
  }

  private void addRoutes() {
    api.route("GET", GarmApi.EVENTS, streams::upgrade)
        .route("GET", "/controller", request -> setup.controller())
        .route("GET", "/controller-info", request -> setup.controller())
        .route("PUT", "/controller", request -> setup.updateController(request.received()))
        .route("GET", "/ws", this::upgradeToLogs)
        .route("GET", "/ws/logs", this::upgradeToLogs);
    if (settings.version.has("0.2.0-beta1")) {
      api.route("GET", "/ws/metrics", metrics::upgrade);
    }
    GarmRoutes.add(api, store, settings.providers);
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
    return scheme + "://" + LoopbackPort.HOST + ":" + host.port() + settings.pathPrefix;
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
    return tokenOf(accounts.administrator());
  }

  private GarmTokenBuilder tokenOf(Account account) {
    return new GarmTokenBuilder(
        tokens, settings.clock, settings.tokenTimeToLive, accounts::named, account.username());
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
   * Creates an entity: it is there over REST, and the event is emitted, in the shape of the
   * version. See {@link GarmEntities}.
   *
   * @param entityType such as {@code pool}
   * @param json a JSON object with what is set; the server fills in the rest
   * @return what identifies it from now on: its UUID, number or name
   */
  public String create(String entityType, String json) {
    return entities.create(entityType, json);
  }

  /**
   * Changes an entity and emits the event. See {@link GarmEntities}.
   *
   * @param entityType such as {@code pool}
   * @param key what identifies it
   * @param changes a JSON object with what changes
   * @return false if nothing changed and so nothing was emitted
   */
  public boolean update(String entityType, String key, String changes) {
    return entities.update(entityType, key, changes);
  }

  /**
   * Deletes an entity and emits the event. See {@link GarmEntities}.
   *
   * @param entityType such as {@code pool}
   * @param key what identifies it
   * @return whether there was one
   */
  public boolean delete(String entityType, String key) {
    return entities.delete(entityType, key);
  }

  /**
   * The state that the REST API shows.
   *
   * @return the entities, to look at them or to change them, with events or without
   */
  public GarmEntities entities() {
    return entities;
  }

  /**
   * Emits an event word for word. The state becomes what the event says: the REST API answers with
   * the payload from then on, or has forgotten the entity.
   *
   * @param entityType such as {@code instance}; one that no version knows reaches those who want
   *     everything
   * @param operation {@code create}, {@code update} or {@code delete}
   * @param payloadJson the payload, sent as it is
   * @return how many connections it was queued for: those with a matching filter and room
   */
  public int emit(String entityType, String operation, String payloadJson) {
    JsonNode payload = Json.parse(payloadJson).orElse(MissingNode.getInstance());
    synchronized (store) {
      store.apply(entityType, operation, payload);
      return emitOnly(entityType, operation, payloadJson);
    }
  }

  /**
   * Emits an event word for word and leaves the state alone: a late one, or one that was never
   * true.
   *
   * @param entityType such as {@code instance}
   * @param operation {@code create}, {@code update} or {@code delete}
   * @param payloadJson the payload, sent as it is
   * @return how many connections it was queued for: those with a matching filter and room
   */
  public int emitOnly(String entityType, String operation, String payloadJson) {
    String frame = GarmStreams.frame(entityType, operation, payloadJson);
    return streams.deliver(entityType, operation, frame);
  }

  /**
   * Emits a recorded event. The state becomes what the event says, as with {@link #emit}.
   *
   * @param frame the whole message with its envelope, sent as it is
   * @return how many connections it was queued for: those with a matching filter and room
   * @throws IllegalArgumentException if it is not a JSON object; see {@link Fault#garbageText}
   */
  public int emitRaw(String frame) {
    JsonNode envelope = Json.requireObject(frame);
    String entityType = envelope.path("entity-type").asText();
    String operation = envelope.path("operation").asText();
    synchronized (store) {
      store.apply(entityType, operation, envelope.path("payload"));
      return streams.deliver(entityType, operation, frame);
    }
  }

  /**
   * Writes to the log: sent to all who read it at {@code /ws/logs}, in the form of the version.
   *
   * @param level such as {@code INFO}
   * @param message the message
   * @return how many connections it was queued for
   */
  public int log(String level, String message) {
    return logs.send(settings.version.logRecord(stamps.next(), level, message));
  }

  /**
   * The websocket for the log, {@code /ws/logs} and {@code /ws}.
   *
   * @return its connections, and a way to send them any text
   */
  public GarmFeed logs() {
    return logs;
  }

  /**
   * The websocket for metrics, {@code /ws/metrics}, since 0.2.0-beta1. Nothing is sent there until
   * a test says what: {@link GarmFeed#repeat}.
   *
   * @return its connections, and a way to send them any text
   */
  public GarmFeed metrics() {
    return metrics;
  }

  /**
   * All connections to the event stream that were upgraded so far.
   *
   * @return open and closed ones, in the order of their upgrades
   */
  public List<GarmConnection> connections() {
    return streams.connections();
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
    await(garm -> garm.connections().size() >= count, timeout);
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
          found.set(garm.streams.newestFiltered());
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
    return requests.stream().filter(request -> isFor(Set.of(GarmApi.EVENTS), request)).toList();
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
    return connections().stream().mapToLong(GarmConnection::eventsDropped).sum();
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
    return "FakeGarm[" + url() + ", logins=" + logins + ", " + connections() + "]";
  }

  private HttpReply handle(ReceivedRequest request) {
    requests.add(request);
    Optional<HttpResponse> refusal =
        isFor(GarmApi.WEB_SOCKETS, request) ? host.takeUpgradeRefusal() : Optional.empty();
    host.changes().announce();
    return refusal.isPresent() ? refusal.get() : api.handle(request);
  }

  private boolean isFor(Set<String> paths, ReceivedRequest request) {
    return api.pathInApi(request).filter(paths::contains).isPresent();
  }

  private HttpReply upgradeToLogs(GarmRequest request) {
    return settings.logStreamer ? logs.upgrade(request) : GarmReplies.NO_LOG_STREAMER;
  }

  private HttpReply login(ReceivedRequest request) {
    return GarmApi.login(
        request,
        accounts,
        account -> {
          logins.incrementAndGet();
          host.changes().announce();
          return tokenOf(account).mint();
        });
  }

  private void expireTokens() {
    tokens.expireAll();
    upgrades.closeExpired();
  }
}
