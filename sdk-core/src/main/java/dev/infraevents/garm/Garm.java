package dev.infraevents.garm;

import dev.infraevents.EventType;
import dev.infraevents.garm.EntityType.Identity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The types of GARM's events. An event's type is named {@code garm.<entity>.<operation>}, and its
 * attributes are {@value #ENTITY_TYPE} and {@value #OPERATION}, both in the server's words.
 *
 * <pre>{@code
 * router.on(Garm.INSTANCE.created(), e -> provision(e.payload()))
 * GarmFilter.builder().on(Garm.INSTANCE, CREATE, DELETE).on(Garm.POOL).build()
 * }</pre>
 *
 * <p>What this version does not know still arrives: a new operation of a known entity with its
 * typed payload, and a new type of entity as {@link UnknownEntity}; the type names are made of the
 * server's words.
 *
 * <p>{@link #LOG} and {@link #METRICS} are about no entity; GARM has websockets of their own for
 * them.
 */
public final class Garm {

  /** The attribute of an event that holds the server's word for the type of entity. */
  public static final String ENTITY_TYPE = "entitytype";

  /** The attribute of an event that holds the server's word for the operation. */
  public static final String OPERATION = "operation";

  /**
   * The attribute of a {@link #LOG} event that holds the server's word for the level, such as
   * {@code ERROR}; absent if the server does not say.
   */
  public static final String LEVEL = "level";

  static final String PREFIX = "garm.";

  /** A line of the server's log. Comes from a source of its own. */
  public static final EventType<LogLine> LOG = EventType.of(PREFIX + "log", LogLine.class);

  /** A snapshot of the numbers of runners. Comes from a source of its own. Since 0.2.0-beta1. */
  public static final EventType<Metrics> METRICS = EventType.of(PREFIX + "metrics", Metrics.class);

  /** Repositories. */
  public static final EntityType<Repository> REPOSITORY =
      type("repository", Repository.class, Repository::id);

  /** Organizations. */
  public static final EntityType<Organization> ORGANIZATION =
      type("organization", Organization.class, Organization::id);

  /** Enterprises. */
  public static final EntityType<Enterprise> ENTERPRISE =
      type("enterprise", Enterprise.class, Enterprise::id);

  /** Whole forges that runners are run for. Since HEAD. */
  public static final EntityType<ForgeInstance> FORGE_INSTANCE =
      type("forge_instance", ForgeInstance.class, ForgeInstance::id);

  /** Pools of runners. */
  public static final EntityType<Pool> POOL = type("pool", Pool.class, Pool::id);

  /** Scale sets. Since 0.2.0-alpha. */
  public static final EntityType<ScaleSet> SCALE_SET =
      type("scaleset", ScaleSet.class, s -> Long.toString(s.id()));

  /** Runners. */
  public static final EntityType<Instance> INSTANCE =
      type("instance", Instance.class, Instance::id);

  /** Jobs. */
  public static final EntityType<Job> JOB = type("job", Job.class, j -> Long.toString(j.id()));

  /** The settings of the server; only ever updated. */
  public static final EntityType<Controller> CONTROLLER =
      new EntityType<>(
          "controller",
          Controller.class,
          new Identity("controller_id", ""),
          Controller::controllerId);

  /** Endpoints of forges, those of Gitea included. */
  public static final EntityType<ForgeEndpoint> GITHUB_ENDPOINT =
      new EntityType<>(
          "github_endpoint", ForgeEndpoint.class, new Identity("name", ""), ForgeEndpoint::name);

  /** Credentials for GitHub. */
  public static final EntityType<ForgeCredentials> GITHUB_CREDENTIALS =
      credentials("github_credentials", "github/");

  /** Credentials for Gitea. Since 0.2.0-alpha. */
  public static final EntityType<ForgeCredentials> GITEA_CREDENTIALS =
      credentials("gitea_credentials", "gitea/");

  /** Templates for the setup of runners. Since 0.2.0-beta1. */
  public static final EntityType<Template> TEMPLATE =
      type("template", Template.class, t -> Long.toString(t.id()));

  /** HTTP proxies of runners. Since HEAD. */
  public static final EntityType<Proxy> PROXY =
      type("proxy", Proxy.class, p -> Long.toString(p.id()));

  /** Files in the object store. Since 0.2.0-beta1. */
  public static final EntityType<FileObject> FILE_OBJECT =
      type("file_object", FileObject.class, f -> Long.toString(f.id()));

  /** Users. The server knows the type and sends no events of it. */
  public static final EntityType<User> USER = type("user", User.class, User::id);

  private static final List<EntityType<?>> ALL =
      List.of(
          REPOSITORY,
          ORGANIZATION,
          ENTERPRISE,
          FORGE_INSTANCE,
          POOL,
          SCALE_SET,
          INSTANCE,
          JOB,
          CONTROLLER,
          GITHUB_ENDPOINT,
          GITHUB_CREDENTIALS,
          GITEA_CREDENTIALS,
          TEMPLATE,
          PROXY,
          FILE_OBJECT,
          USER);

  private static final Map<String, EntityType<?>> BY_NAME =
      ALL.stream().collect(Collectors.toUnmodifiableMap(EntityType::name, Function.identity()));

  private Garm() {}

  /**
   * All types of entities that this version knows.
   *
   * @return an immutable list
   */
  public static List<EntityType<?>> entityTypes() {
    return ALL;
  }

  /**
   * Finds a type of entity by its name on the wire.
   *
   * @param name the server's word, in its exact spelling
   * @return the type, if this version knows it
   */
  public static Optional<EntityType<?>> entityType(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  private static <P extends GarmPayload> EntityType<P> type(
      String name, Class<P> payloadType, Function<P, String> id) {
    return new EntityType<>(name, payloadType, Identity.ID, id);
  }

  private static EntityType<ForgeCredentials> credentials(String name, String prefix) {
    return new EntityType<>(
        name,
        ForgeCredentials.class,
        new Identity("id", prefix),
        credentials -> Long.toString(credentials.id()));
  }
}
