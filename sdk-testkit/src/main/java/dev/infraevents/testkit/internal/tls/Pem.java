package dev.infraevents.testkit.internal.tls;

import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.util.Arrays;
import java.util.Base64;

/** The text form of certificates and keys. */
public final class Pem {

  private static final byte[] LINE_END = "\n".getBytes(StandardCharsets.US_ASCII);

  // How a PKCS#8 key of RSA begins: version, algorithm, and the head of the octets that are PKCS#1.
  private static final int PKCS8_HEAD_OF_RSA = 26;

  private Pem() {}

  public static String of(Certificate certificate) {
    try {
      return encode("CERTIFICATE", certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("it was made of its encoding", e);
    }
  }

  /** A key in the form of PKCS#8. */
  public static String of(PrivateKey key) {
    return encode("PRIVATE KEY", key.getEncoded());
  }

  /** An RSA key of 2048 bits in the form of PKCS#1. */
  public static String pkcs1(PrivateKey key) {
    byte[] pkcs8 = key.getEncoded();
    return encode("RSA PRIVATE KEY", Arrays.copyOfRange(pkcs8, PKCS8_HEAD_OF_RSA, pkcs8.length));
  }

  private static String encode(String label, byte[] der) {
    String base64 = Base64.getMimeEncoder(64, LINE_END).encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
  }
}
