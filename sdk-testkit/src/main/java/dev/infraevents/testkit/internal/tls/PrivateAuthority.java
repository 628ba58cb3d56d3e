package dev.infraevents.testkit.internal.tls;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.X509Certificate;

/** A certificate authority of a test's own. */
public final class PrivateAuthority {

  /** A certificate and its key. */
  public record Identity(X509Certificate certificate, KeyPair keys) {}

  // Made once in a process: they take long, and clients may well use the same ones everywhere.
  private static final class RsaKeys {
    static final KeyPair CLIENT = newRsaKeys();
    static final KeyPair STRANGER = newRsaKeys();
  }

  private final String name;
  private final KeyPair keys;
  private final X509Certificate certificate;

  public PrivateAuthority(String name) {
    this.name = name;
    try {
      this.keys = X509.newEcKeys();
      this.certificate = X509.certificate(name, keys.getPublic(), true, name, keys.getPrivate());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK can do this", e);
    }
  }

  public X509Certificate certificate() {
    return certificate;
  }

  /** An identity for a server on 127.0.0.1 and localhost. */
  public Identity server() {
    try {
      return issue("localhost", X509.newEcKeys());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK can do this", e);
    }
  }

  /** An identity for a client, with an RSA key that is the same for all authorities. */
  public Identity client(String subject) {
    return issue(subject, RsaKeys.CLIENT);
  }

  /** Like {@link #client}, with another key. */
  public Identity stranger(String subject) {
    return issue(subject, RsaKeys.STRANGER);
  }

  private Identity issue(String subject, KeyPair of) {
    return new Identity(certify(subject, of.getPublic()), of);
  }

  /** A certificate for the key of somebody else. */
  public X509Certificate certify(String subject, PublicKey key) {
    try {
      return X509.certificate(subject, key, false, name, keys.getPrivate());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK can do this", e);
    }
  }

  private static KeyPair newRsaKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK can do this", e);
    }
  }
}
