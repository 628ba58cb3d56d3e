package dev.infraevents.pubsub;

import dev.infraevents.ConfigurationException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a Pub/Sub server listens.
 *
 * @param host a name or an address; one of IPv6 in brackets
 * @param port its port
 * @param emulator whether it is an emulator: neither encrypted nor authenticated
 */
record Endpoint(String host, int port, boolean emulator) {

  /** Google's. */
  static final Endpoint GOOGLE = new Endpoint("pubsub.googleapis.com", 443, false);

  /** What points every Pub/Sub client library to an emulator. */
  static final String EMULATOR_VARIABLE = "PUBSUB_EMULATOR_HOST";

  private static final Pattern HOST_AND_PORT =
      Pattern.compile("([A-Za-z0-9][A-Za-z0-9.-]*|\\[[0-9A-Fa-f:.]+]):(\\d{1,5})");

  private static final int MAX_PORT = 65_535;

  /**
   * Reads {@code host:port}.
   *
   * @param setting what the address was set with, for the complaint
   * @throws ConfigurationException if it is none
   */
  static Endpoint parse(String address, boolean emulator, String setting) {
    Matcher parts = HOST_AND_PORT.matcher(address);
    int port = parts.matches() ? Integer.parseInt(parts.group(2)) : 0;
    if (port < 1 || port > MAX_PORT) {
      throw new ConfigurationException(
          setting + " must be host:port, without a scheme, such as localhost:8085", null);
    }
    return new Endpoint(parts.group(1), port, emulator);
  }

  String target() {
    return "dns:///" + this;
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
