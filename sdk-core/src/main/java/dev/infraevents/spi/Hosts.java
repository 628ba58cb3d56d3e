package dev.infraevents.spi;

import java.util.Locale;
import java.util.regex.Pattern;

/** What the name of a host tells. */
public final class Hosts {

  private static final Pattern LOOPBACK =
      Pattern.compile("(.*\\.)?localhost|127(\\.\\d{1,3}){3}|\\[(0*:)*0*1]");

  private Hosts() {}

  /**
   * Says whether bytes sent there do not leave this machine. Asks no DNS.
   *
   * @param host a name or an address; one of IPv6 in brackets
   * @return true as far as the name tells
   */
  public static boolean isLoopback(String host) {
    return LOOPBACK.matcher(host.toLowerCase(Locale.ROOT)).matches();
  }
}
