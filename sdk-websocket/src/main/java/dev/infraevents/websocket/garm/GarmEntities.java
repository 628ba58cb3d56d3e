package dev.infraevents.websocket.garm;

import dev.infraevents.Bytes;
import dev.infraevents.RequestException;
import dev.infraevents.Token;
import dev.infraevents.garm.EntityType;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.spi.TokenCache;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Reads entities from wherever the server has them, with a token from the cache. */
final class GarmEntities {

  private final GarmApi api;
  private final Supplier<TokenCache> tokens;

  GarmEntities(GarmApi api, Supplier<TokenCache> tokens) {
    this.api = api;
    this.tokens = tokens;
  }

  <P extends GarmPayload> List<P> all(EntityType<P> type) {
    GarmRoutes routes = GarmRoutes.of(type);
    if (routes.onlyOne()) {
      return List.of(type.decode(call(token -> api.get(routes.single().get(0), token))));
    }
    if (routes.paged()) {
      return decode(paged(routes.lists().get(0) + "?pageSize=1000").toList(), type::decode);
    }
    if (routes.lists().isEmpty()) {
      throw new IllegalArgumentException("GARM has no list of entities of type " + type);
    }
    List<P> entities = new ArrayList<>();
    RequestException missing = null;
    int found = 0;
    for (String path : routes.lists()) {
      try {
        entities.addAll(list(path, type::decode));
        found++;
      } catch (RequestException e) {
        missing = passMissing(e, GarmApi.isMissingRoute(e));
      }
    }
    if (missing != null && found == 0) {
      throw missing;
    }
    return List.copyOf(entities);
  }

  <P extends GarmPayload> Optional<P> one(EntityType<P> type, String key) {
    GarmRoutes routes = GarmRoutes.of(type);
    List<String> places = routes.get(key);
    if (places.isEmpty()) {
      throw new IllegalArgumentException("GARM does not give single entities of type " + type);
    }
    boolean known = false;
    RequestException missing = null;
    for (String path : places) {
      try {
        return Optional.of(type.decode(call(token -> api.get(path, token))));
      } catch (RequestException e) {
        known |= GarmApi.isMissingEntity(e);
        missing = passMissing(e, GarmApi.isMissingEntity(e) || GarmApi.isMissingRoute(e));
      }
    }
    if (missing != null && !known) {
      throw missing;
    }
    return Optional.empty();
  }

  boolean supports(EntityType<?> type) {
    GarmRoutes routes = GarmRoutes.of(type);
    if (!routes.newer()) {
      return true;
    }
    String path = routes.lists().get(0);
    try {
      call(token -> routes.paged() ? api.page(path + "?pageSize=1", token) : api.list(path, token));
      return true;
    } catch (RequestException e) {
      passMissing(e, GarmApi.isMissingRoute(e));
      return false;
    }
  }

  private static RequestException passMissing(RequestException error, boolean missing) {
    if (!missing) {
      throw error;
    }
    return error;
  }

  <T> List<T> list(String path, Function<Bytes, T> decoder) {
    return decode(call(token -> api.list(path, token)), decoder);
  }

  Stream<Bytes> paged(String path) {
    return GarmPages.stream(path, page -> call(token -> api.page(page, token)));
  }

  private static <T> List<T> decode(List<Bytes> elements, Function<Bytes, T> decoder) {
    return elements.stream().map(decoder).toList();
  }

  <T> T call(Function<Token, T> request) {
    return tokens.get().request(request);
  }
}
