package dev.infraevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.infraevents.testkit.junit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
@Timeout(60)
class TlsOptionsTest {

  private final CompletableFuture<String> serverSaw = new CompletableFuture<>();

  private static Path pem(String name) {
    try {
      return Path.of(TlsOptionsTest.class.getResource("tls/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(name, e);
    }
  }

  private static TlsOptions client(String certificate, String key) {
    return TlsOptions.builder()
        .trustedCertificates(pem("ca.pem"))
        .clientCertificate(pem(certificate), pem(key))
        .build();
  }

  private static void assertRefused(ThrowingCallable build, String... words) {
    assertThatThrownBy(build)
        .isInstanceOf(ConfigurationException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(words))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("MII").hasSizeLessThan(500));
  }

  @ParameterizedTest
  @CsvSource({
    "client-rsa.pem, client-rsa-key.pem",
    "client-ec.pem, client-ec-key.pem",
    "client-ed25519.pem, client-ed25519-key.pem",
    "client-rsa-chain-with-remarks.pem, client-rsa-key.pem"
  })
  void aServerThatAsksForACertificateGetsIt(String certificate, String key) throws Exception {
    String seen = handshake(client(certificate, key));
    assertThat("CN=" + certificate).startsWith(seen);
  }

  @Test
  void aServerThatAsksForACertificateRefusesAClientWithoutOne() {
    TlsOptions none = TlsOptions.builder().trustedCertificates(pem("ca.pem")).build();
    // What the client sees depends on which of the server's last packets comes first.
    assertThatThrownBy(() -> handshake(none)).isInstanceOf(IOException.class);
    assertThat(serverSaw)
        .failsWithin(Duration.ofSeconds(30))
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(SSLException.class);
  }

  @Test
  void aServerThatIsNotTrustedIsRefused() throws IOException {
    TlsOptions jvmTrust =
        TlsOptions.builder()
            .clientCertificate(pem("client-rsa.pem"), pem("client-rsa-key.pem"))
            .build();
    assertThatThrownBy(() -> handshake(jvmTrust)).isInstanceOf(SSLException.class);
  }

  /** Shakes hands on loopback; returns the subject of the client certificate the server saw. */
  private String handshake(TlsOptions options) throws Exception {
    SSLContext serverSide =
        TlsOptions.builder()
            .trustedCertificates(pem("ca.pem"))
            .clientCertificate(pem("server.pem"), pem("server-key.pem"))
            .build()
            .sslContext();
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (var listener =
        (SSLServerSocket) serverSide.getServerSocketFactory().createServerSocket(0, 1, loopback)) {
      listener.setNeedClientAuth(true);
      Thread server = new Thread(() -> serve(listener, serverSaw));
      server.start();
      try (var socket =
          (SSLSocket)
              options
                  .sslContext()
                  .getSocketFactory()
                  .createSocket(loopback, listener.getLocalPort())) {
        var parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        socket.getInputStream().read();
        return serverSaw.get(30, TimeUnit.SECONDS);
      } finally {
        listener.close();
        server.join();
      }
    }
  }

  private static void serve(SSLServerSocket listener, CompletableFuture<String> seen) {
    try (var socket = (SSLSocket) listener.accept()) {
      socket.startHandshake();
      seen.complete(socket.getSession().getPeerPrincipal().getName());
      socket.getOutputStream().write(1);
    } catch (IOException e) {
      seen.completeExceptionally(e);
    }
  }

  @Test
  void theTrustManagerTrustsTheGivenCertificatesOnly() {
    TlsOptions options = TlsOptions.builder().trustedCertificates(pem("ca.pem")).build();
    assertThat(Arrays.asList(options.trustManager().getAcceptedIssuers()))
        .singleElement()
        .satisfies(
            ca ->
                assertThat(ca.getSubjectX500Principal().getName())
                    .isEqualTo("CN=Infra Events test CA"));
  }

  @Test
  void withoutFilesTheJvmDecides() {
    TlsOptions options = TlsOptions.builder().build();
    assertThat(options.trustManager().getAcceptedIssuers()).hasSizeGreaterThan(10);
    assertThat(options).hasToString("TlsOptions[customTrust=false, clientCertificate=false]");
  }

  @ParameterizedTest
  @CsvSource({
    "client-rsa.pem, client-rsa-key-pkcs1.pem, RSA PRIVATE KEY",
    "client-rsa.pem, client-rsa-key-pkcs1-encrypted.pem, RSA PRIVATE KEY",
    "client-rsa.pem, client-rsa-key-encrypted.pem, ENCRYPTED PRIVATE KEY",
    "client-ec.pem, client-ec-key-sec1.pem, EC PRIVATE KEY"
  })
  void aKeyInAnotherFormIsRefusedWithTheWayToConvertIt(
      String certificate, String key, String form) {
    assertRefused(
        () -> client(certificate, key),
        key,
        "\"" + form + "\"",
        "openssl pkcs8 -topk8 -nocrypt -in KEY -out KEY.pkcs8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"other-rsa-key.pem", "other-rsa-3072-key.pem"})
  void anRsaKeyOfAnotherCertificateIsRefused(String key) {
    assertRefused(() -> client("client-rsa.pem", key), "does not belong to the certificate", key);
  }

  @Test
  void anEcKeyOfAnotherCurveIsRefused() {
    assertRefused(
        () -> client("client-ec.pem", "other-ec-384-key.pem"),
        "does not belong to the certificate");
  }

  @Test
  void aKeyOfAnotherAlgorithmIsRefused() {
    assertRefused(() -> client("client-ec.pem", "client-rsa-key.pem"), "holds no EC key");
  }

  @Test
  void aCertificateInPlaceOfAKeyIsRefused() {
    assertRefused(() -> client("client-rsa.pem", "client-rsa.pem"), "holds no PEM private key");
  }

  @Test
  void aKeyInPlaceOfACertificateIsRefused() {
    assertRefused(
        () -> client("client-rsa-key.pem", "client-rsa-key.pem"), "no complete PEM certificate");
    assertRefused(
        () -> TlsOptions.builder().trustedCertificates(pem("client-rsa-key.pem")).build(),
        "no complete PEM certificate");
  }

  @Test
  void aFileThatIsNotThereIsRefused(@TempDir Path folder) {
    Path missing = folder.resolve("missing.pem");
    assertRefused(
        () -> TlsOptions.builder().trustedCertificates(missing).build(), "can not read", "missing");
    assertRefused(
        () -> TlsOptions.builder().clientCertificate(pem("client-rsa.pem"), missing).build(),
        "can not read",
        "missing");
  }

  @Test
  void aTruncatedOrBrokenFileIsRefused(@TempDir Path folder) throws IOException {
    String ca = Files.readString(pem("ca.pem"));
    Path file = folder.resolve("broken.pem");

    Files.writeString(file, ca.substring(0, ca.length() / 2));
    assertRefused(
        () -> TlsOptions.builder().trustedCertificates(file).build(),
        "no complete PEM certificate");

    Files.writeString(file, ca.replace("MII", "AAA"));
    assertRefused(
        () -> TlsOptions.builder().trustedCertificates(file).build(),
        "a certificate that can not be read");

    Files.write(file, new byte[] {0x30, (byte) 0x82, 1, 2, 3}); // DER
    assertRefused(
        () -> TlsOptions.builder().trustedCertificates(file).build(),
        "no complete PEM certificate");

    Files.writeString(file, "-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n");
    assertRefused(
        () -> TlsOptions.builder().clientCertificate(pem("client-rsa.pem"), file).build(),
        "holds no RSA key");
  }

  @Test
  void windowsLineEndsAreNoTrouble(@TempDir Path folder) throws IOException {
    Path certificate = folder.resolve("cert.pem");
    Path key = folder.resolve("key.pem");
    Files.writeString(certificate, Files.readString(pem("client-ec.pem")).replace("\n", "\r\n"));
    Files.writeString(key, Files.readString(pem("client-ec-key.pem")).replace("\n", "\r\n"));
    assertThat(TlsOptions.builder().clientCertificate(certificate, key).build())
        .hasToString("TlsOptions[customTrust=false, clientCertificate=true]");
  }

  @Test
  void nullIsNotTakenForTheDefault() {
    assertThatThrownBy(() -> TlsOptions.builder().trustedCertificates(null))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> TlsOptions.builder().clientCertificate(pem("client-rsa.pem"), null))
        .isInstanceOf(NullPointerException.class);
  }
}
