package dev.infraevents.testkit.garm;

import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** Says how a {@link FakeGarm} is set up. Without further calls it is as a real server at HEAD. */
public final class FakeGarmBuilder {

  GarmVersion version = GarmVersion.HEAD;
  String username = "admin";
  String password = "fake-Garm-Passw0rd";
  final Map<String, String> users = new LinkedHashMap<>();
  boolean initialised = true;
  boolean urlsConfigured = true;
  String pathPrefix = "";
  boolean tls;
  Duration tokenTimeToLive = Duration.ofHours(24);
  InstantSource clock = InstantSource.system();
  @Nullable ScheduledExecutorService scheduler;
  Duration pingInterval = Duration.ofSeconds(54);
  @Nullable PongPolicy pongPolicy; // the version's, unless set; so with the next
  Duration pongWait = Duration.ofSeconds(60);
  Duration writeTimeout = Duration.ofSeconds(10);
  @Nullable Integer bufferCapacity;
  RejectionText rejectionText = RejectionText.NEVER;

  boolean logStreamer = true;
  ZoneId zone = ZoneOffset.UTC;
  final List<String> providers = new ArrayList<>();

  FakeGarmBuilder() {}

  /**
   * Sets the version of GARM that the server is. What the methods below set goes before what the
   * version fixes, in whatever order they are called.
   *
   * @param version {@link GarmVersion#HEAD} by default
   * @return this builder
   */
  public FakeGarmBuilder version(GarmVersion version) {
    this.version = version;
    return this;
  }

  /**
   * Sets the administrator, who may read events. The e-mail address, which a login takes as well,
   * is the name at {@code example.com}.
   *
   * @param username the name
   * @param password the password
   * @return this builder
   */
  public FakeGarmBuilder admin(String username, String password) {
    this.username = username;
    this.password = password;
    return this;
  }

  /**
   * Adds a user without admin rights: may log in, but the API answers 401 as plain text.
   *
   * @param username the name
   * @param password the password
   * @return this builder
   */
  public FakeGarmBuilder user(String username, String password) {
    users.put(username, password);
    return this;
  }

  /**
   * Sets whether the first-run call has been made. If not, everything answers 409 {@code
   * init_required} until it is made; it replaces the users that are given here.
   *
   * @param initialised true by default
   * @return this builder
   */
  public FakeGarmBuilder initialised(boolean initialised) {
    this.initialised = initialised;
    return this;
  }

  /**
   * Sets whether the metadata and callback URLs are set. If not, everything but the login and the
   * controller answers 409 {@code urls_required}, whatever the token.
   *
   * @param urlsConfigured true by default
   * @return this builder
   */
  public FakeGarmBuilder urlsConfigured(boolean urlsConfigured) {
    this.urlsConfigured = urlsConfigured;
    return this;
  }

  /**
   * Puts the server behind a reverse proxy that forwards one path only; all others answer 404.
   *
   * @param pathPrefix such as {@code /garm}
   * @return this builder
   */
  public FakeGarmBuilder pathPrefix(String pathPrefix) {
    if (!pathPrefix.isEmpty() && (!pathPrefix.startsWith("/") || pathPrefix.endsWith("/"))) {
      throw new IllegalArgumentException("not a path such as /garm: " + pathPrefix);
    }
    this.pathPrefix = pathPrefix;
    return this;
  }

  /**
   * Serves https and wss with a certificate of its own, see {@link FakeGarm#certificatePem}.
   *
   * @return this builder
   */
  public FakeGarmBuilder tls() {
    this.tls = true;
    return this;
  }

  /**
   * Sets how long tokens from a login are valid. The real server does not go below its default of
   * 24 hours; the fake does.
   *
   * @param tokenTimeToLive the time, of which tokens hold whole seconds
   * @return this builder
   */
  public FakeGarmBuilder tokenTimeToLive(Duration tokenTimeToLive) {
    this.tokenTimeToLive = tokenTimeToLive;
    return this;
  }

  /**
   * Sets the clock by which tokens are issued and expire.
   *
   * @param clock the system's by default
   * @return this builder
   */
  public FakeGarmBuilder clock(InstantSource clock) {
    this.clock = clock;
    return this;
  }

  /**
   * Sets where time passes for the protocol: pings, the deadline for pongs and the close at expiry
   * are scheduled there. Use it together with {@link #clock} to have both from one virtual time.
   *
   * @param scheduler not shut down by the fake; by default time is real
   * @return this builder
   */
  public FakeGarmBuilder scheduler(ScheduledExecutorService scheduler) {
    this.scheduler = scheduler;
    return this;
  }

  /**
   * Sets the time from the upgrade to the first ping of the server, and from ping to ping.
   *
   * @param pingInterval 54 s by default
   * @return this builder
   */
  public FakeGarmBuilder pingInterval(Duration pingInterval) {
    this.pingInterval = pingInterval;
    return this;
  }

  /**
   * Sets which clients are given up for lack of a pong.
   *
   * @param pongPolicy by default {@link PongPolicy#STRICT} for 0.1.5, else {@link
   *     PongPolicy#LENIENT}
   * @return this builder
   */
  public FakeGarmBuilder pongPolicy(PongPolicy pongPolicy) {
    this.pongPolicy = pongPolicy;
    return this;
  }

  /**
   * Sets how long the server waits for a pong.
   *
   * @param pongWait 60 s by default
   * @return this builder
   */
  public FakeGarmBuilder pongWait(Duration pongWait) {
    this.pongWait = pongWait;
    return this;
  }

  /**
   * Sets how long one write may block before the connection is dropped, without a Close frame. This
   * is real time, whatever the {@link #scheduler}.
   *
   * @param writeTimeout 10 s by default
   * @return this builder
   */
  public FakeGarmBuilder writeTimeout(Duration writeTimeout) {
    this.writeTimeout = writeTimeout;
    return this;
  }

  /**
   * Sets how many events wait for a client that does not read; more are dropped without a word, by
   * 0.1.5 only after they have waited for 5 s.
   *
   * @param bufferCapacity by default 100 for 0.1.5, else 1024
   * @return this builder
   */
  public FakeGarmBuilder bufferCapacity(int bufferCapacity) {
    this.bufferCapacity = bufferCapacity;
    return this;
  }

  /**
   * Sets whether the log can be read at {@code /ws/logs}. If not, that answers 400.
   *
   * @param logStreamer true by default
   * @return this builder
   */
  public FakeGarmBuilder logStreamer(boolean logStreamer) {
    this.logStreamer = logStreamer;
    return this;
  }

  /**
   * Sets the zone of the server's times: GARM writes them with its local offset.
   *
   * @param zone UTC by default
   * @return this builder
   */
  public FakeGarmBuilder zone(ZoneId zone) {
    this.zone = zone;
    return this;
  }

  /**
   * Adds a provider, which only {@code GET /providers} shows.
   *
   * @param name its name, such as {@code noop}
   * @return this builder
   */
  public FakeGarmBuilder provider(String name) {
    providers.add(name);
    return this;
  }

  /**
   * Sets whether a client learns in words that its filter was rejected.
   *
   * @param rejectionText {@link RejectionText#NEVER} by default
   * @return this builder
   */
  public FakeGarmBuilder rejectionText(RejectionText rejectionText) {
    this.rejectionText = rejectionText;
    return this;
  }

  /**
   * Starts the server on an ephemeral port.
   *
   * @return the running server
   */
  public FakeGarm start() {
    return new FakeGarm(this);
  }
}
