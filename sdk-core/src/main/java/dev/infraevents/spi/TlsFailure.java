package dev.infraevents.spi;

import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** What lies behind a failure of a TLS connection, which the JDK says in causes and in words. */
public final class TlsFailure {

  /** A server that sends one of these has looked at our certificate, or for it. */
  private static final Set<String> CERTIFICATE_REFUSED =
      Set.of(
          "access_denied",
          "bad_certificate",
          "certificate_expired",
          "certificate_required",
          "certificate_revoked",
          "certificate_unknown",
          "no_certificate",
          "unknown_ca",
          "unsupported_certificate");

  private static final Pattern ALERT = Pattern.compile("Received fatal alert: (\\w+)");

  private TlsFailure() {}

  /**
   * Says whether the server's certificate is not trusted.
   *
   * @param failure with all its causes
   * @return true if no chain leads to a trusted certificate, or one in it is not valid
   */
  public static boolean isUntrusted(Throwable failure) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (e instanceof CertificateException || e instanceof CertPathValidatorException) {
        return true;
      }
    }
    return false;
  }

  /**
   * Says whether the server's certificate is for another host.
   *
   * @param failure with all its causes
   * @return true if it is
   */
  public static boolean isForAnotherHost(Throwable failure) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (e instanceof SSLPeerUnverifiedException) {
        return true;
      }
    }
    return false;
  }

  /**
   * The alert by which the server refused the certificate that it was shown, or that it was shown
   * none. With TLS 1.3 it comes when the handshake is over for the client.
   *
   * @param failure with all its causes
   * @param shown whether there was a certificate to show. If not, {@code handshake_failure} counts:
   *     that is how TLS 1.2 says that one is missing
   * @return the alert's name, such as {@code certificate_required}, or null if there was no such
   */
  public static @Nullable String refusedCertificate(Throwable failure, boolean shown) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      String message = e instanceof SSLException ? e.getMessage() : null;
      Matcher alert = message == null ? null : ALERT.matcher(message);
      if (alert != null && alert.find() && refusesCertificate(alert.group(1), shown)) {
        return alert.group(1);
      }
    }
    return null;
  }

  private static boolean refusesCertificate(String alert, boolean shown) {
    return CERTIFICATE_REFUSED.contains(alert) || (!shown && alert.equals("handshake_failure"));
  }
}
