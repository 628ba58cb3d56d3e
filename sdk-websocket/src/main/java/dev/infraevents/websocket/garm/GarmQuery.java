package dev.infraevents.websocket.garm;

import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** What narrows a list down. */
final class GarmQuery {

  private final HttpUrl.Builder url = new HttpUrl.Builder().scheme("http").host("localhost");

  /** Adds a condition, unless its value is null. */
  GarmQuery with(String name, @Nullable String value) {
    if (value != null) {
      url.addQueryParameter(name, value);
    }
    return this;
  }

  /** The path with the conditions behind it, encoded. */
  String on(String path) {
    String query = url.build().encodedQuery();
    return query == null ? path : path + "?" + query;
  }
}
