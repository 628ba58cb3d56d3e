package dev.infraevents.internal.tls;

import dev.infraevents.ConfigurationException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What a TLS connection needs, checked.
 *
 * @param context always verifies its peer
 * @param trustManager the one in the context
 * @param customTrust whether it trusts other certificates than the JVM's
 * @param keyManager the one in the context; null if it has no certificate to show
 */
public record TlsMaterial(
    SSLContext context,
    X509TrustManager trustManager,
    boolean customTrust,
    @Nullable KeyManager keyManager) {

  private static final char[] NO_PASSWORD = new char[0];

  /**
   * Reads the files.
   *
   * @param trusted certificates to trust, or null for the JVM's
   * @param chain the certificate to show, or null for none
   * @param key its key
   * @return the material
   * @throws ConfigurationException if a file is unusable
   */
  public static TlsMaterial load(@Nullable Path trusted, @Nullable Path chain, @Nullable Path key) {
    try {
      X509TrustManager trust = trustManager(trusted);
      KeyManager keys = chain == null || key == null ? null : keyManager(chain, key);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys == null ? null : new KeyManager[] {keys}, new TrustManager[] {trust}, null);
      return new TlsMaterial(context, trust, trusted != null, keys);
    } catch (GeneralSecurityException | IOException e) {
      throw new ConfigurationException("the TLS material can not be used", e);
    }
  }

  private static X509TrustManager trustManager(@Nullable Path trusted)
      throws GeneralSecurityException, IOException {
    KeyStore anchors = null;
    if (trusted != null) {
      anchors = emptyStore();
      List<X509Certificate> certificates = Pem.certificates(trusted);
      for (int i = 0; i < certificates.size(); i++) {
        anchors.setCertificateEntry("trusted-" + i, certificates.get(i));
      }
    }
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(anchors);
    return Arrays.stream(factory.getTrustManagers())
        .filter(X509TrustManager.class::isInstance)
        .map(X509TrustManager.class::cast)
        .findFirst()
        .orElseThrow(() -> new GeneralSecurityException("no X.509 trust manager"));
  }

  private static KeyManager keyManager(Path chainFile, Path keyFile)
      throws GeneralSecurityException, IOException {
    List<X509Certificate> chain = Pem.certificates(chainFile);
    PublicKey publicKey = chain.get(0).getPublicKey();
    PrivateKey key = Pem.privateKey(keyFile, publicKey.getAlgorithm());
    if (!belongTogether(key, publicKey)) {
      throw new ConfigurationException(
          "the key in " + keyFile + " does not belong to the certificate in " + chainFile, null);
    }
    KeyStore store = emptyStore();
    store.setKeyEntry("client", key, NO_PASSWORD, chain.toArray(Certificate[]::new));
    var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, NO_PASSWORD);
    return factory.getKeyManagers()[0]; // one per key store
  }

  // A wrong key would otherwise show as a handshake failure on the far side, hours later.
  private static boolean belongTogether(PrivateKey key, PublicKey publicKey)
      throws GeneralSecurityException {
    String algorithm =
        switch (publicKey.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> publicKey.getAlgorithm();
        };
    byte[] probe = {1, 2, 3};
    Signature signer = Signature.getInstance(algorithm);
    signer.initSign(key);
    signer.update(probe);
    byte[] signature = signer.sign();
    Signature verifier = Signature.getInstance(algorithm);
    verifier.initVerify(publicKey);
    verifier.update(probe);
    try {
      return verifier.verify(signature);
    } catch (SignatureException e) {
      return false; // not even of the right length
    }
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    return store;
  }
}
