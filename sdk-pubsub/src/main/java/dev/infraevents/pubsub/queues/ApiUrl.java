package dev.infraevents.pubsub.queues;

import dev.infraevents.ConfigurationException;
import dev.infraevents.spi.Hosts;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Reads the addresses of servers, and builds paths below them. */
final class ApiUrl {

  private static final String UNRESERVED = "-._~";

  private ApiUrl() {}

  /**
   * Reads an address.
   *
   * @param what it is called in messages
   * @return http or https, with a host, without user info, query and fragment
   * @throws ConfigurationException if it is no such address; the message does not repeat it, as it
   *     may hold a password
   */
  static URI parse(String what, String text) {
    URI url;
    try {
      url = new URI(text.strip()).parseServerAuthority();
    } catch (URISyntaxException e) {
      throw wrong(what, "can not be read");
    }
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("https") && !scheme.equals("http")) {
      throw wrong(what, "must start with https://");
    }
    if (url.getHost() == null) {
      throw wrong(what, "names no host");
    }
    if (url.getRawUserInfo() != null) {
      throw wrong(what, "holds a user name or password; pass them as credentials instead");
    }
    if (url.getRawQuery() != null || url.getRawFragment() != null) {
      throw wrong(what, "must end with its path: no query, no #");
    }
    return url;
  }

  private static ConfigurationException wrong(String what, String how) {
    return new ConfigurationException(
        "the URL of " + what + " " + how + "; it should look like https://api.foundries.io", null);
  }

  /** Whether everyone on the way could read what is sent there. */
  static boolean isExposed(URI url) {
    return !url.getScheme().equalsIgnoreCase("https") && !Hosts.isLoopback(url.getHost());
  }

  /**
   * An address below another one.
   *
   * @param segments of the path, not encoded
   * @return with a slash at its end, without which the API may not know the path
   */
  static URI below(URI base, String... segments) {
    StringBuilder url = new StringBuilder(withoutSlash(base));
    for (String segment : segments) {
      url.append('/').append(encoded(segment));
    }
    return URI.create(url.append('/').toString());
  }

  static String withoutSlash(URI url) {
    return url.toString().replaceAll("/+$", "");
  }

  private static String encoded(String segment) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : segment.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0);
      encoded.append(plain ? String.valueOf(c) : "%%%02X".formatted((int) c));
    }
    return encoded.toString();
  }
}
