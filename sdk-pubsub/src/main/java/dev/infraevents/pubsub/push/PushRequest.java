package dev.infraevents.pubsub.push;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP request, whichever server took it. Its text form shows neither path nor headers, which
 * may hold secrets.
 *
 * @param method the method, such as {@code POST}
 * @param path the path as it was sent, not decoded, without the query
 * @param headers names and values. Names that differ in case only are one, with the values of all
 *     of them; a missing name or value counts as absent
 * @param body the body, empty if there is none; read at most once, on the thread that hands the
 *     request in, and not closed
 */
public record PushRequest(
    String method, String path, Map<String, List<String>> headers, InputStream body) {

  /**
   * Copies the headers.
   *
   * @param method the method
   * @param path the path without the query
   * @param headers names and values
   * @param body the body
   */
  public PushRequest {
    headers = copy(headers);
  }

  private static Map<String, List<String>> copy(Map<String, List<String>> headers) {
    Map<String, List<String>> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (Map.Entry<@Nullable String, @Nullable List<@Nullable String>> header :
        headers.entrySet()) {
      String name = header.getKey();
      List<@Nullable String> values = header.getValue();
      if (name != null && values != null) {
        List<String> all = copy.computeIfAbsent(name, first -> new ArrayList<>(values.size()));
        for (String value : values) {
          if (value != null) {
            all.add(value);
          }
        }
      }
    }
    return Collections.unmodifiableMap(copy);
  }

  /** All values of a header. */
  List<String> all(String name) {
    return headers.getOrDefault(name, List.of());
  }

  @Override
  public String toString() {
    return "PushRequest[method=" + method + "]";
  }
}
