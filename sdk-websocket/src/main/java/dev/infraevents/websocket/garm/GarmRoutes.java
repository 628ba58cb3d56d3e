package dev.infraevents.websocket.garm;

import static java.util.Map.entry;

import dev.infraevents.garm.EntityType;
import dev.infraevents.garm.Garm;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.garm.Instance;
import java.util.List;
import java.util.Map;
import java.util.Set;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * Where GARM's REST API has the entities of one type. Paths are as {@link GarmApi} takes them.
 *
 * @param lists the lists that have all entities between them, read by {@link GarmApi#list}; those
 *     of servers that have one but not the other (Gitea endpoints before 0.2.0-alpha) answer as a
 *     {@linkplain GarmApi#isMissingRoute missing route}. Empty for what can not be listed
 * @param single what single entities are under; empty for what can not be got
 * @param prefix what subjects have in front of the key
 * @param traits what is different from most
 */
record GarmRoutes(List<String> lists, List<String> single, String prefix, Set<Trait> traits) {

  /** What is different about some types. */
  enum Trait {
    PAGED,
    THIN,
    NEWER,
    ONLY_ONE
  }

  private static final Set<EntityType<?>> OWNERS =
      Set.of(Garm.REPOSITORY, Garm.ORGANIZATION, Garm.ENTERPRISE, Garm.FORGE_INSTANCE);
  private static final Set<EntityType<?>> OWNED = Set.of(Garm.POOL, Garm.SCALE_SET, Garm.INSTANCE);

  private static final Map<EntityType<?>, GarmRoutes> ALL =
      Map.ofEntries(
          entry(Garm.REPOSITORY, at("repositories")),
          entry(Garm.ORGANIZATION, at("organizations")),
          entry(Garm.ENTERPRISE, at("enterprises")),
          entry(Garm.FORGE_INSTANCE, at("forge-instances", Trait.NEWER)),
          entry(Garm.POOL, at("pools", Trait.THIN)),
          entry(Garm.SCALE_SET, at("scalesets", Trait.THIN, Trait.NEWER)),
          entry(Garm.INSTANCE, at("instances", Trait.THIN)),
          entry(Garm.JOB, new GarmRoutes(List.of("jobs"), List.of(), "", Set.of())),
          entry(
              Garm.CONTROLLER,
              new GarmRoutes(List.of(), List.of("controller"), "", Set.of(Trait.ONLY_ONE))),
          entry(Garm.GITHUB_ENDPOINT, endpoints("github/endpoints", "gitea/endpoints")),
          entry(Garm.GITHUB_CREDENTIALS, at("github/credentials").subjects("github/")),
          entry(Garm.GITEA_CREDENTIALS, at("gitea/credentials", Trait.NEWER).subjects("gitea/")),
          entry(Garm.TEMPLATE, at("templates", Trait.THIN, Trait.NEWER)),
          entry(Garm.PROXY, at("proxies", Trait.NEWER)),
          entry(Garm.FILE_OBJECT, at("objects", Trait.PAGED, Trait.NEWER)),
          entry(Garm.USER, new GarmRoutes(List.of(), List.of(), "", Set.of())));

  /** The routes of a type; there are some for every type in {@link Garm}. */
  static GarmRoutes of(EntityType<?> type) {
    GarmRoutes routes = ALL.get(type);
    if (routes == null) {
      throw new IllegalArgumentException("no type of entity in Garm: " + type);
    }
    return routes;
  }

  private static GarmRoutes at(String path, Trait... traits) {
    return new GarmRoutes(List.of(path), List.of(path), "", Set.of(traits));
  }

  private static GarmRoutes endpoints(String... paths) {
    return new GarmRoutes(List.of(paths), List.of(paths), "", Set.of());
  }

  private GarmRoutes subjects(String prefix) {
    return new GarmRoutes(lists, single, prefix, traits);
  }

  /** Whether the list is to be read by {@link GarmApi#listPaged}. */
  boolean paged() {
    return traits.contains(Trait.PAGED);
  }

  /**
   * Whether an entry of the list has less than an event: addresses and status messages of
   * instances, extra specs and names of pools and scale sets, the data of templates.
   */
  boolean thin() {
    return traits.contains(Trait.THIN);
  }

  /** Whether a server of v0.1.5 lacks the type. */
  boolean newer() {
    return traits.contains(Trait.NEWER);
  }

  /** Whether there is exactly one entity, which needs no key. */
  boolean onlyOne() {
    return traits.contains(Trait.ONLY_ONE);
  }

  /**
   * Where one entity may be.
   *
   * @param key its {@link #key}, or the subject of its events
   * @return the places to try in turn (an endpoint's name does not say which forge it is of); empty
   *     if there are none
   */
  List<String> get(String key) {
    if (onlyOne() || single.isEmpty()) {
      return single;
    }
    String segment = segment(key.startsWith(prefix) ? key.substring(prefix.length()) : key);
    return single.stream().map(path -> path + "/" + segment).toList();
  }

  /**
   * Where the entities are that belong to another one.
   *
   * @throws IllegalArgumentException if there is no such list
   */
  static String nested(EntityType<?> type, EntityType<?> ownerType, String ownerKey) {
    boolean ofOwner = OWNERS.contains(ownerType) && OWNED.contains(type);
    boolean ofPool =
        type == Garm.INSTANCE && (ownerType == Garm.POOL || ownerType == Garm.SCALE_SET);
    if (!ofOwner && !ofPool) {
      throw new IllegalArgumentException(
          "GARM has no list of entities of type " + type + " per " + ownerType);
    }
    return of(ownerType).get(ownerKey).get(0) + "/" + of(type).lists().get(0);
  }

  /**
   * By what the REST API knows an entity.
   *
   * @return the name of an instance, which every version takes, or else the subject of its events;
   *     null if it is not set
   */
  static <P extends GarmPayload> @Nullable String key(EntityType<P> type, P entity) {
    if (entity instanceof Instance instance) {
      return instance.name().isEmpty() ? type.subject(entity) : instance.name();
    }
    return type.subject(entity);
  }

  private static String segment(String key) {
    // The list is behind an empty name, and the route above behind the other two.
    if (key.isEmpty() || key.equals(".") || key.equals("..")) {
      throw new IllegalArgumentException("no entity can have the key \"" + key + "\"");
    }
    var url = new HttpUrl.Builder().scheme("http").host("localhost").addPathSegment(key).build();
    return url.encodedPath().substring(1);
  }
}
