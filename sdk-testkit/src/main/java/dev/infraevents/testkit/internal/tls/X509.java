package dev.infraevents.testkit.internal.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;

/** Makes certificates. The JDK can use such things but has no API to make one. */
final class X509 {

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

  private X509() {}

  static KeyPair newEcKeys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  /**
   * Makes a certificate for 127.0.0.1 and localhost.
   *
   * @param authority whether it may sign others
   * @param issuerKey an EC key
   */
  static X509Certificate certificate(
      String subject, PublicKey key, boolean authority, String issuer, PrivateKey issuerKey)
      throws GeneralSecurityException {
    byte[] toBeSigned = toBeSigned(subject, key, authority, issuer);
    Signature signer = Signature.getInstance("SHA256withECDSA");
    signer.initSign(issuerKey);
    signer.update(toBeSigned);
    byte[] encoded = Der.sequence(toBeSigned, algorithm(), Der.bits(0, signer.sign()));
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(encoded));
  }

  private static byte[] toBeSigned(
      String subject, PublicKey key, boolean authority, String issuer) {
    byte[] serial = new byte[8];
    new SecureRandom().nextBytes(serial);
    serial[0] = 1; // positive, and without a superfluous zero byte
    Instant now = Instant.now();
    byte[] validity =
        Der.sequence(
            Der.time(now.minus(Duration.ofDays(1))), Der.time(now.plus(Duration.ofDays(3650))));
    return Der.sequence(
        Der.explicit(0, Der.integer((byte) 2)), // version 3
        Der.integer(serial),
        algorithm(),
        name(issuer),
        validity,
        name(subject),
        key.getEncoded(),
        Der.explicit(3, extensions(authority)));
  }

  private static byte[] name(String commonName) {
    return Der.sequence(Der.set(Der.sequence(Der.oid(COMMON_NAME), Der.utf8(commonName))));
  }

  private static byte[] algorithm() {
    return Der.sequence(Der.oid(ECDSA_WITH_SHA256));
  }

  private static byte[] extensions(boolean authority) {
    byte[] names =
        Der.sequence(
            Der.tagged(DNS_NAME, "localhost".getBytes(StandardCharsets.US_ASCII)),
            Der.tagged(IP_ADDRESS, new byte[] {127, 0, 0, 1}));
    return Der.sequence(
        critical(BASIC_CONSTRAINTS, authority ? Der.sequence(Der.yes()) : Der.sequence()),
        critical(KEY_USAGE, Der.bits(SIGNS_UNUSED_BITS, SIGNS)),
        Der.sequence(Der.oid(SUBJECT_ALTERNATIVE_NAME), Der.octets(names)));
  }

  private static byte[] critical(String oid, byte[] value) {
    return Der.sequence(Der.oid(oid), Der.yes(), Der.octets(value));
  }
}
