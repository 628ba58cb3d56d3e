package dev.infraevents.testkit.internal.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A certificate for 127.0.0.1 and localhost that is its own authority, with a key that lives as
 * long as the process. The JDK can use such a thing but has no API to make one.
 */
public final class SelfSignedCertificate {

  private static final String ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
  private static final String COMMON_NAME = "2.5.4.3";
  private static final String KEY_USAGE = "2.5.29.15";
  private static final String SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
  private static final String BASIC_CONSTRAINTS = "2.5.29.19";

  private static final int DNS_NAME = 0x82;
  private static final int IP_ADDRESS = 0x87;

  // digitalSignature and keyCertSign
  private static final byte SIGNS = (byte) 0x84;
  private static final int SIGNS_UNUSED_BITS = 2;

  private final Certificate certificate;
  private final PrivateKey key;
  private final SSLContext context;

  private SelfSignedCertificate(Certificate certificate, PrivateKey key, SSLContext context) {
    this.certificate = certificate;
    this.key = key;
    this.context = context;
  }

  public static SelfSignedCertificate create() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair keys = generator.generateKeyPair();
      Certificate certificate = certificate(keys);
      return new SelfSignedCertificate(certificate, keys.getPrivate(), context(keys, certificate));
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("every JDK can do this", e);
    }
  }

  public SSLContext context() {
    return context;
  }

  public String pem() {
    try {
      return pem("CERTIFICATE", certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The key, in the form PKCS#8. */
  public String keyPem() {
    return pem("PRIVATE KEY", key.getEncoded());
  }

  private static String pem(String kind, byte[] encoded) {
    byte[] lineEnd = "\n".getBytes(StandardCharsets.US_ASCII);
    String base64 = Base64.getMimeEncoder(64, lineEnd).encodeToString(encoded);
    return "-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n";
  }

  private static Certificate certificate(KeyPair keys) throws GeneralSecurityException {
    byte[] toBeSigned = toBeSigned(keys);
    Signature signer = Signature.getInstance("SHA256withECDSA");
    signer.initSign(keys.getPrivate());
    signer.update(toBeSigned);
    byte[] encoded = Der.sequence(toBeSigned, algorithm(), Der.bits(0, signer.sign()));
    return CertificateFactory.getInstance("X.509")
        .generateCertificate(new ByteArrayInputStream(encoded));
  }

  private static byte[] toBeSigned(KeyPair keys) {
    byte[] serial = new byte[8];
    new SecureRandom().nextBytes(serial);
    serial[0] = 1; // positive, and without a superfluous zero byte
    byte[] name =
        Der.sequence(Der.set(Der.sequence(Der.oid(COMMON_NAME), Der.utf8("Infra Events testkit"))));
    Instant now = Instant.now();
    byte[] validity =
        Der.sequence(
            Der.time(now.minus(Duration.ofDays(1))), Der.time(now.plus(Duration.ofDays(3650))));
    return Der.sequence(
        Der.explicit(0, Der.integer((byte) 2)), // version 3
        Der.integer(serial),
        algorithm(),
        name,
        validity,
        name,
        keys.getPublic().getEncoded(),
        Der.explicit(3, extensions()));
  }

  private static byte[] algorithm() {
    return Der.sequence(Der.oid(ECDSA_WITH_SHA256));
  }

  private static byte[] extensions() {
    byte[] names =
        Der.sequence(
            Der.tagged(DNS_NAME, "localhost".getBytes(StandardCharsets.US_ASCII)),
            Der.tagged(IP_ADDRESS, new byte[] {127, 0, 0, 1}));
    return Der.sequence(
        critical(BASIC_CONSTRAINTS, Der.sequence(Der.yes())),
        critical(KEY_USAGE, Der.bits(SIGNS_UNUSED_BITS, SIGNS)),
        Der.sequence(Der.oid(SUBJECT_ALTERNATIVE_NAME), Der.octets(names)));
  }

  private static byte[] critical(String oid, byte[] value) {
    return Der.sequence(Der.oid(oid), Der.yes(), Der.octets(value));
  }

  private static SSLContext context(KeyPair keys, Certificate certificate)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    char[] password = new char[0];
    store.setKeyEntry("server", keys.getPrivate(), password, new Certificate[] {certificate});
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store, password);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }
}
