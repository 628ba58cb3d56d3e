package dev.infraevents.websocket.garm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.infraevents.ConfigurationException;
import dev.infraevents.RequestException;
import dev.infraevents.Token;
import dev.infraevents.garm.Controller;
import dev.infraevents.garm.Enterprise;
import dev.infraevents.garm.EntityType;
import dev.infraevents.garm.FileObject;
import dev.infraevents.garm.ForgeInstance;
import dev.infraevents.garm.ForgeType;
import dev.infraevents.garm.Garm;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.garm.Instance;
import dev.infraevents.garm.Organization;
import dev.infraevents.garm.OsType;
import dev.infraevents.garm.Provider;
import dev.infraevents.garm.Repository;
import dev.infraevents.garm.Template;
import dev.infraevents.garm.User;
import dev.infraevents.spi.TokenCache;
import dev.infraevents.websocket.internal.BaseUrl;
import dev.infraevents.websocket.internal.HttpClients;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Asks a GARM server, v0.1.5 or later, for its state. Reads everything that events are about, and
 * writes nothing but what a new server needs before it works at all.
 *
 * <pre>{@code
 * try (var garm = GarmRestClient.builder().url(url).credentials(credentials).build()) {
 *   for (Pool pool : garm.list(Garm.POOL)) ...
 *   Optional<Instance> runner = garm.get(Garm.INSTANCE, "garm-1");
 * }
 * }</pre>
 *
 * <p>Logs in when it first needs a token, again before that one expires, and once more when the
 * server refuses it (GARM does so after a change of password).
 *
 * <p>Calls block; an interrupt cancels them, is kept, and shows as a {@link
 * dev.infraevents.TransportException}. Nothing is retried otherwise. Every call throws
 *
 * <ul>
 *   <li>{@link dev.infraevents.AuthenticationException} if the login or a new token is refused, or
 *       the user is no admin,
 *   <li>{@link RequestException} if the server answers with any other error; {@link
 *       RequestException#isRetryable()} says whether the same call may work later,
 *   <li>{@link dev.infraevents.TransportException} if it does not answer,
 *   <li>{@link ConfigurationException} if its certificate is not trusted,
 *   <li>{@link dev.infraevents.ProtocolException} if the answer is no GARM's (the page of a proxy),
 *       or longer than 64 MiB,
 *   <li>{@link dev.infraevents.DecodingException} if an entity in it can not be read,
 *   <li>{@link IllegalStateException} after {@link #close()}.
 * </ul>
 *
 * <p>Thread-safe.
 */
public final class GarmRestClient implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final BaseUrl base;
  private final HttpClients clients;
  private final GarmApi api;
  private final GarmEntities entities;
  private final GarmLogin login;
  private final TokenCache tokens;
  private volatile boolean closed;

  private GarmRestClient(Builder builder) {
    this.base = builder.base();
    this.clients =
        new HttpClients(base.url().host() + "-rest", builder.connection, builder.template);
    this.api = new GarmApi(base, clients);
    this.login = new GarmLogin(base, builder.connection, builder.template);
    this.tokens =
        new TokenCache(
            builder.credentials().tokens(login),
            builder.connection.renewBefore(),
            builder.time == null ? InstantSource.system() : builder.time.clock(),
            renewed -> {});
    this.entities = new GarmEntities(api, () -> ready(tokens));
  }

  /**
   * Starts a client.
   *
   * @return a builder that needs a URL and credentials
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Logs in, unless there is a token that is still good. Every call does so by itself; this is to
   * find out whether the credentials work, and for other clients that want the token.
   *
   * @return the token, with its expiry
   */
  public Token login() {
    return ready(tokens).get().token();
  }

  /**
   * Makes a new server's first user. Needs no login; the credentials of this client may be those of
   * the user to be made.
   *
   * @param admin who is to be the administrator
   * @return the user
   * @throws RequestException with status 409 if that has been done before, 400 if something about
   *     the user is not good enough, such as a weak password
   */
  public User firstRun(FirstRun admin) {
    var fields = new LinkedHashMap<String, String>();
    fields.put("username", admin.username());
    fields.put("email", admin.email());
    fields.put("password", admin.password());
    fields.put("full_name", admin.fullName());
    return Garm.USER.decode(
        ready(api).send("POST", "first-run", json(fields), null, admin.password()));
  }

  /**
   * Reads the settings of the server. Works as soon as there is a user.
   *
   * @return the settings, with the host name, which events do not have
   */
  public Controller controller() {
    return Garm.CONTROLLER.decode(entities.call(token -> api.get("controller", token)));
  }

  /**
   * Sets the server's own URLs, without which a new one answers nothing else.
   *
   * @param update the URLs
   * @return all settings after that
   */
  public Controller updateController(ControllerUpdate update) {
    byte[] body = json(update.fields());
    return Garm.CONTROLLER.decode(
        entities.call(token -> api.send("PUT", "controller", body, token, "")));
  }

  /**
   * Reads all entities of a type. An entry can be thinner than the payload of an event: those of
   * instances lack addresses and status messages; of pools and scale sets extra specs, instances
   * and the names of template and proxy; of templates their data. {@link #get} has all that.
   *
   * @param type the type; endpoints are those of GitHub and of Gitea, and the controller is a list
   *     of one
   * @param <P> the payload class
   * @return an immutable list in the order of the server
   * @throws RequestException if the server is too old for the type; see {@link #supports}
   * @throws IllegalArgumentException for users, which GARM does not list
   */
  public <P extends GarmPayload> List<P> list(EntityType<P> type) {
    return entities.all(type);
  }

  /**
   * Reads one entity with everything there is.
   *
   * @param type the type; of two endpoints of the same name, the one of GitHub is found
   * @param key what the events of the entity have as their subject; the name also of an instance.
   *     Not looked at for the controller
   * @param <P> the payload class
   * @return the entity; empty if there is none with this key
   * @throws RequestException if the server is too old for the type, or says that the key can not be
   *     one
   * @throws IllegalArgumentException for jobs, which GARM only lists, and for users; or if the key
   *     is empty
   */
  public <P extends GarmPayload> Optional<P> get(EntityType<P> type, String key) {
    return entities.one(type, key);
  }

  /**
   * Asks whether the server is new enough to have a type of entity: in its lists, its events and
   * its filters. Its version says nothing reliable, so a list is tried.
   *
   * @param type the type
   * @return true also, without a question, for what every version with events has
   */
  public boolean supports(EntityType<?> type) {
    return entities.supports(type);
  }

  /**
   * Reads the repositories that match.
   *
   * @param owner the owner's name, or null for any
   * @param name the name without the owner, or null for any
   * @param endpoint the name of the endpoint, or null for any
   * @return an immutable list
   */
  public List<Repository> repositories(
      @Nullable String owner, @Nullable String name, @Nullable String endpoint) {
    var query = new GarmQuery().with("owner", owner).with("name", name).with("endpoint", endpoint);
    return entities.list(query.on("repositories"), Garm.REPOSITORY::decode);
  }

  /**
   * Reads the organizations that match.
   *
   * @param name the name, or null for any
   * @param endpoint the name of the endpoint, or null for any
   * @return an immutable list
   */
  public List<Organization> organizations(@Nullable String name, @Nullable String endpoint) {
    var query = new GarmQuery().with("name", name).with("endpoint", endpoint);
    return entities.list(query.on("organizations"), Garm.ORGANIZATION::decode);
  }

  /**
   * Reads the enterprises that match.
   *
   * @param name the name, or null for any
   * @param endpoint the name of the endpoint, or null for any
   * @return an immutable list
   */
  public List<Enterprise> enterprises(@Nullable String name, @Nullable String endpoint) {
    var query = new GarmQuery().with("name", name).with("endpoint", endpoint);
    return entities.list(query.on("enterprises"), Garm.ENTERPRISE::decode);
  }

  /**
   * Reads the forge instances that match. Since HEAD.
   *
   * @param endpoint the name of the endpoint, or null for any
   * @return an immutable list
   */
  public List<ForgeInstance> forgeInstances(@Nullable String endpoint) {
    var query = new GarmQuery().with("endpoint", endpoint);
    return entities.list(query.on("forge-instances"), Garm.FORGE_INSTANCE::decode);
  }

  /**
   * Reads what belongs to something: pools, scale sets and instances of a repository, organization,
   * enterprise or forge instance, and instances of a pool or scale set. The instances of a
   * repository and the like are those of its pools only, and its scale sets have an empty endpoint;
   * entries are thin, as in {@link #list(EntityType)}.
   *
   * @param type what to read
   * @param ownerType what it belongs to
   * @param ownerKey the owner's UUID, or the scale set's number
   * @param <P> the payload class
   * @return an immutable list
   * @throws RequestException with status 404 if there is no such owner
   * @throws IllegalArgumentException if the one never belongs to the other
   */
  public <P extends GarmPayload> List<P> listOf(
      EntityType<P> type, EntityType<?> ownerType, String ownerKey) {
    return entities.list(GarmRoutes.nested(type, ownerType, ownerKey), type::decode);
  }

  /**
   * Reads the instances that were made before their pool or scale set was last changed.
   *
   * @param ownerType {@link Garm#POOL} or {@link Garm#SCALE_SET}
   * @param ownerKey the pool's UUID, or the scale set's number
   * @return an immutable list of thin entries
   * @throws RequestException with status 404 if there is no such owner
   * @throws IllegalArgumentException if the owner is something else
   */
  public List<Instance> outdatedInstances(EntityType<?> ownerType, String ownerKey) {
    if (ownerType != Garm.POOL && ownerType != Garm.SCALE_SET) {
      throw new IllegalArgumentException("GARM tells outdated instances per pool or scale set");
    }
    String path = GarmRoutes.nested(Garm.INSTANCE, ownerType, ownerKey);
    return entities.list(
        new GarmQuery().with("outdatedOnly", "true").on(path), Garm.INSTANCE::decode);
  }

  /**
   * Reads the templates that match, without their data. Since 0.2.0-beta1.
   *
   * @param partialName part of the name, or null for any
   * @param osType the operating system, or null for any
   * @param forgeType the kind of forge, or null for any
   * @return an immutable list
   */
  public List<Template> templates(
      @Nullable String partialName, @Nullable OsType osType, @Nullable ForgeType forgeType) {
    var query =
        new GarmQuery()
            .with("partialName", partialName)
            .with("osType", osType == null ? null : osType.wireName())
            .with("forgeType", forgeType == null ? null : forgeType.wireName());
    return entities.list(query.on("templates"), Garm.TEMPLATE::decode);
  }

  /**
   * Reads the files in the object store, newest first, page by page as the stream is used. A file
   * that is created meanwhile can make another one come twice, and one that is deleted can make
   * another one be passed over; {@link #list(EntityType)} asks for 1,000 at a time. Since
   * 0.2.0-beta1.
   *
   * @param tags what all of them have, whatever the case; none for all files
   * @return a lazy stream, which throws what other calls throw; it need not be closed
   */
  public Stream<FileObject> objects(String... tags) {
    String joined = tags.length == 0 ? null : String.join(",", tags);
    String path = new GarmQuery().with("pageSize", "100").with("tags", joined).on("objects");
    return entities.paged(path).map(Garm.FILE_OBJECT::decode);
  }

  /**
   * Reads the providers that the server is configured with.
   *
   * @return an immutable list
   */
  public List<Provider> providers() {
    return entities.list("providers", Provider::decode);
  }

  /** Cancels what is under way and ends all threads and connections. Idempotent. */
  @Override
  public void close() {
    closed = true;
    login.close();
    clients.cancelCalls();
    clients.close();
  }

  private <T> T ready(T part) {
    if (closed) {
      throw new IllegalStateException("the client is closed: build another");
    }
    return part;
  }

  private static byte[] json(Map<String, String> fields) {
    try {
      return JSON.writeValueAsBytes(fields);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not text that JSON can hold"); // quotes no secret
    }
  }

  @Override
  public String toString() {
    return "GarmRestClient[" + base + "]";
  }

  /** Builds a {@link GarmRestClient}. Not thread-safe. */
  public static final class Builder extends GarmBuilder<Builder> {

    private Builder() {}

    @Override
    Builder self() {
      return this;
    }

    /**
     * Builds the client. Nothing is sent before the first call.
     *
     * @return the client, to be closed
     * @throws ConfigurationException if URL or credentials are missing
     */
    public GarmRestClient build() {
      return new GarmRestClient(this);
    }
  }
}
