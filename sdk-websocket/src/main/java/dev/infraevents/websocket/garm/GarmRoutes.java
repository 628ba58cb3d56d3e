package dev.infraevents.websocket.garm;

import static java.util.Map.entry;

import dev.infraevents.garm.EntityType;
import dev.infraevents.garm.Garm;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.garm.Instance;
import java.util.List;
import java.util.Map;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * Where GARM's REST API has the entities of one type. Paths are as {@link GarmApi} takes them.
 *
 * @param lists the lists that have all entities between them, read by {@link GarmApi#list}; those
 *     of servers that have one but not the other (Gitea endpoints before 0.2.0-alpha) answer as a
 *     {@linkplain GarmApi#isMissingRoute missing route}. Empty for what can not be listed
 * @param paged whether the list is to be read by {@link GarmApi#listPaged}
 * @param thin whether an entry of the list has less than an event: addresses and status messages of
 *     instances, extra specs and names of pools and scale sets, the data of templates
 * @param single what single entities are under; empty for what can not be got
 * @param keyed whether the key is part of the path; there is one controller
 */
record GarmRoutes(
    List<String> lists, boolean paged, boolean thin, List<String> single, boolean keyed) {

  private static final Map<EntityType<?>, GarmRoutes> ALL =
      Map.ofEntries(
          entry(Garm.REPOSITORY, of("repositories")),
          entry(Garm.ORGANIZATION, of("organizations")),
          entry(Garm.ENTERPRISE, of("enterprises")),
          entry(Garm.FORGE_INSTANCE, of("forge-instances")),
          entry(Garm.POOL, thin("pools")),
          entry(Garm.SCALE_SET, thin("scalesets")),
          entry(Garm.INSTANCE, thin("instances")),
          entry(Garm.JOB, new GarmRoutes(List.of("jobs"), false, false, List.of(), true)),
          entry(
              Garm.CONTROLLER,
              new GarmRoutes(List.of(), false, false, List.of("controller"), false)),
          entry(Garm.GITHUB_ENDPOINT, of("github/endpoints", "gitea/endpoints")),
          entry(Garm.GITHUB_CREDENTIALS, of("github/credentials")),
          entry(Garm.GITEA_CREDENTIALS, of("gitea/credentials")),
          entry(Garm.TEMPLATE, thin("templates")),
          entry(Garm.PROXY, of("proxies")),
          entry(
              Garm.FILE_OBJECT,
              new GarmRoutes(List.of("objects"), true, false, List.of("objects"), true)),
          entry(Garm.USER, new GarmRoutes(List.of(), false, false, List.of(), true)));

  /** The routes of a type; there are some for every type in {@link Garm}. */
  static GarmRoutes of(EntityType<?> type) {
    GarmRoutes routes = ALL.get(type);
    if (routes == null) {
      throw new IllegalArgumentException("no type of entity in Garm: " + type);
    }
    return routes;
  }

  private static GarmRoutes of(String... paths) {
    return new GarmRoutes(List.of(paths), false, false, List.of(paths), true);
  }

  private static GarmRoutes thin(String path) {
    return new GarmRoutes(List.of(path), false, true, List.of(path), true);
  }

  /**
   * Where one entity may be.
   *
   * @param key its {@link #key}, or the subject of its events
   * @return the places to try in turn (an endpoint's name does not say which forge it is of); empty
   *     if there are none
   */
  List<String> get(String key) {
    if (!keyed) {
      return single;
    }
    // Subjects of credentials have their forge type in front: github/1.
    String bare = key.substring(key.lastIndexOf('/') + 1);
    String segment = single.size() > 1 ? segment(key) : segment(bare);
    return single.stream().map(path -> path + "/" + segment).toList();
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

  /** One segment of a path, encoded. */
  static String segment(String key) {
    // The list is behind an empty name, and the route above behind the other two.
    if (key.isEmpty() || key.equals(".") || key.equals("..")) {
      throw new IllegalArgumentException("no entity can have the key \"" + key + "\"");
    }
    return new HttpUrl.Builder()
        .scheme("http")
        .host("localhost")
        .addPathSegment(key)
        .build()
        .encodedPath()
        .substring(1);
  }
}
