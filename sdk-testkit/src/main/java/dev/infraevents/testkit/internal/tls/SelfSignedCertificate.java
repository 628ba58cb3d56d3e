package dev.infraevents.testkit.internal.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A certificate for 127.0.0.1 and localhost that is its own authority, with a key that lives as
 * long as the process.
 */
public final class SelfSignedCertificate {

  private static final String NAME = "Infra Events testkit";

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
      KeyPair keys = X509.newEcKeys();
      Certificate certificate =
          X509.certificate(NAME, keys.getPublic(), true, NAME, keys.getPrivate());
      return new SelfSignedCertificate(certificate, keys.getPrivate(), context(keys, certificate));
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("every JDK can do this", e);
    }
  }

  public SSLContext context() {
    return context;
  }

  public String pem() {
    return Pem.of(certificate);
  }

  /** The key, in the form PKCS#8. */
  public String keyPem() {
    return Pem.of(key);
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
