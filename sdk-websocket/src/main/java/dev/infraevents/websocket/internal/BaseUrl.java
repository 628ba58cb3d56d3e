package dev.infraevents.websocket.internal;

import dev.infraevents.ConfigurationException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import okhttp3.HttpUrl;

/**
 * The address of a server as a user gives it, with the path prefix of a reverse proxy if there is
 * one.
 *
 * @param url http or https, no user info, no query, path without a slash at its end
 */
public record BaseUrl(HttpUrl url) {

  /**
   * Reads an address.
   *
   * @param text such as {@code https://garm.example.com/prefix}; ws and wss are read as http and
   *     https
   * @return the address
   * @throws ConfigurationException if it can not be one; the message does not repeat user info
   */
  public static BaseUrl parse(String text) {
    String trimmed = text.strip();
    int scheme = trimmed.indexOf("://");
    String http =
        switch (scheme < 0 ? "" : trimmed.substring(0, scheme).toLowerCase(Locale.ROOT)) {
          case "http", "ws" -> "http" + trimmed.substring(scheme);
          case "https", "wss" -> "https" + trimmed.substring(scheme);
          default ->
              throw new ConfigurationException(
                  "the URL must start with http:// or https://, as in https://garm.example.com",
                  null);
        };
    HttpUrl url = HttpUrl.parse(http);
    if (url == null) {
      throw new ConfigurationException(
          "the URL can not be read; it should look like https://garm.example.com:9997/prefix",
          null);
    }
    if (!url.username().isEmpty() || !url.password().isEmpty()) {
      throw new ConfigurationException(
          "the URL holds a user name or password; pass them as credentials instead", null);
    }
    if (url.query() != null || url.fragment() != null) {
      throw new ConfigurationException("the URL must end with its path: no query, no #", null);
    }
    return new BaseUrl(url);
  }

  /**
   * An address below this one.
   *
   * @param path relative, such as {@code api/v1/ws/events}
   * @return the address, with the prefix kept
   */
  public HttpUrl resolve(String path) {
    HttpUrl.Builder builder = url.newBuilder();
    int last = url.pathSize() - 1;
    if (url.pathSegments().get(last).isEmpty()) {
      builder.removePathSegment(last); // a doubled slash is answered with a redirect
    }
    return builder.addPathSegments(path).build();
  }

  /**
   * The address as an event's source.
   *
   * @return without a slash at its end
   */
  public URI uri() {
    String text = url.toString();
    try {
      return new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
    } catch (URISyntaxException e) {
      throw new ConfigurationException("the URL holds characters that a URI must escape", null);
    }
  }

  @Override
  public String toString() {
    return uri().toString();
  }
}
