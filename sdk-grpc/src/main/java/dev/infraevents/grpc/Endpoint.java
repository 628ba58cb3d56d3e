package dev.infraevents.grpc;

import dev.infraevents.ConfigurationException;
import dev.infraevents.spi.Hosts;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Where a cluster is.
 *
 * @param secure whether it is spoken to over TLS
 * @param host in lower case; an IPv6 address in brackets
 * @param port the one that was given, or the scheme's
 */
record Endpoint(boolean secure, String host, int port) {

  private static final String EXAMPLE = "as in grpcs://example.cluster.engflow.com";
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+]");

  /**
   * Reads an address.
   *
   * @param text {@code grpc://host[:port]} or {@code grpcs://host[:port]}; a slash at its end does
   *     not count, since configurations of other tools have one
   * @throws ConfigurationException if it is no such address; the message does not repeat user info
   */
  static Endpoint parse(String text) {
    int end = text.indexOf("://");
    String scheme = end < 0 ? "" : text.substring(0, end).toLowerCase(Locale.ROOT);
    if (!scheme.equals("grpc") && !scheme.equals("grpcs")) {
      throw wrong(
          "must start with grpcs:// (TLS) or grpc:// (no encryption)"
              + (scheme.matches("[a-z][a-z0-9+.-]*") ? ", not " + scheme + "://" : ""));
    }
    String rest = text.substring(end + 3);
    String authority = rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest;
    check(authority);
    // The last colon starts the port, unless it belongs to an IPv6 address.
    int colon = authority.indexOf(':', authority.indexOf(']') + 1);
    String host = colon < 0 ? authority : authority.substring(0, colon);
    boolean secure = scheme.equals("grpcs");
    if (colon >= 0 && authority.indexOf(':', colon + 1) >= 0) {
      throw wrong("has two colons; an IPv6 address stands in brackets, [::1] for example");
    }
    if (host.isEmpty()) {
      throw wrong("names no host");
    }
    if (!HOST.matcher(host).matches()) {
      throw wrong("holds a host that can not be one");
    }
    int port = colon < 0 ? defaultPort(secure) : port(authority.substring(colon + 1));
    Endpoint endpoint = new Endpoint(secure, host.toLowerCase(Locale.ROOT), port);
    endpoint.uri(); // knows more about what a host can be
    return endpoint;
  }

  private static void check(String authority) {
    if (authority.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
      throw wrong("holds white space or other characters that can not stand in an address");
    }
    if (authority.indexOf('@') >= 0) {
      throw wrong("holds a user name or password; pass them as credentials instead");
    }
    if (authority.indexOf('?') >= 0 || authority.indexOf('#') >= 0) {
      throw wrong("must end with its host and port: no query, no #");
    }
    if (authority.indexOf('/') >= 0) {
      throw wrong("must end with its host and port: gRPC knows no path");
    }
  }

  private static int port(String text) {
    int port = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
    if (port < 1 || port > 65_535) {
      throw wrong("has a port that is no number from 1 to 65535");
    }
    return port;
  }

  private static int defaultPort(boolean secure) {
    return secure ? 443 : 80;
  }

  private static ConfigurationException wrong(String what) {
    return new ConfigurationException("the endpoint " + what + ", " + EXAMPLE, null);
  }

  /** The host, and the port if it is not the scheme's. */
  String authority() {
    return port == defaultPort(secure) ? host : host + ":" + port;
  }

  /** What gRPC resolves; always DNS, also for a host whose name reads like a scheme. */
  String target() {
    return "dns:///" + (host + ":" + port).replace("[", "%5B").replace("]", "%5D");
  }

  /** Whether bytes sent there do not leave this machine, as far as the name tells. */
  boolean isLoopback() {
    return Hosts.isLoopback(host);
  }

  /** The address as an event's source: without a default port, without a slash at its end. */
  URI uri() {
    try {
      return new URI((secure ? "grpcs://" : "grpc://") + authority()).parseServerAuthority();
    } catch (URISyntaxException e) {
      throw wrong("holds a host that can not be one");
    }
  }

  @Override
  public String toString() {
    return uri().toString();
  }
}
