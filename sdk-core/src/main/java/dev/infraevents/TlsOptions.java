package dev.infraevents;

import dev.infraevents.internal.tls.TlsMaterial;
import java.nio.file.Path;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Which certificates to trust and which to show, from PEM files. The files are read and checked
 * when {@link Builder#build()} is called. Immutable and thread-safe.
 */
public final class TlsOptions {

  private final TlsMaterial material;

  private TlsOptions(TlsMaterial material) {
    this.material = material;
  }

  /**
   * Starts with what the JVM trusts and no client certificate.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The context for a transport.
   *
   * @return a context that always verifies its peer
   */
  public SSLContext sslContext() {
    return material.context();
  }

  /**
   * The trust decisions for a transport.
   *
   * @return the trust manager of {@link #sslContext()}
   */
  public X509TrustManager trustManager() {
    return material.trustManager();
  }

  /**
   * The client certificate for a transport.
   *
   * @return the key manager of {@link #sslContext()}; null if there is no certificate to show
   */
  public @Nullable KeyManager keyManager() {
    return material.keyManager();
  }

  /**
   * Says whether there is a certificate to show.
   *
   * @return true if {@link Builder#clientCertificate} was called
   */
  public boolean hasClientCertificate() {
    return material.keyManager() != null;
  }

  /** Names nothing: a path can tell more than a log should know. */
  @Override
  public String toString() {
    return "TlsOptions[customTrust=%s, clientCertificate=%s]"
        .formatted(material.customTrust(), hasClientCertificate());
  }

  /** Builds {@link TlsOptions}. Not thread-safe. */
  public static final class Builder {
    private @Nullable Path trusted;
    private @Nullable Path chain;
    private @Nullable Path key;

    private Builder() {}

    /**
     * Trusts these certificates instead of the JVM's.
     *
     * @param pem a file with one or more certificates
     * @return this
     */
    public Builder trustedCertificates(Path pem) {
      this.trusted = Objects.requireNonNull(pem, "pem");
      return this;
    }

    /**
     * Shows a certificate to servers that ask for one.
     *
     * @param chainPem a file with the certificate, followed by those that vouch for it
     * @param keyPem a file with its unencrypted PKCS#8 private key ({@code BEGIN PRIVATE KEY})
     * @return this
     */
    public Builder clientCertificate(Path chainPem, Path keyPem) {
      this.chain = Objects.requireNonNull(chainPem, "chainPem");
      this.key = Objects.requireNonNull(keyPem, "keyPem");
      return this;
    }

    /**
     * Reads the files.
     *
     * @return the options
     * @throws ConfigurationException if a file can not be read, holds something else, or the key
     *     does not belong to the certificate
     */
    public TlsOptions build() {
      return new TlsOptions(TlsMaterial.load(trusted, chain, key));
    }
  }
}
