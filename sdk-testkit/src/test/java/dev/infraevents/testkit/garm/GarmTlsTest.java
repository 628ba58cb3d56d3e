package dev.infraevents.testkit.garm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same server behind TLS. */
@ExtendWith(LeakCheck.class)
class GarmTlsTest {

  @RegisterExtension
  final FakeGarmExtension extension = new FakeGarmExtension(FakeGarm.builder().tls());

  private FakeGarm garm;

  @BeforeEach
  void setUp() {
    garm = extension.server();
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1, TLSv1.3", "localhost, TLSv1.3", "127.0.0.1, TLSv1.2"})
  void theCertificateIsTrustedForBothNames(String host, String version) throws Exception {
    assertThat(garm.url()).startsWith("https://127.0.0.1:");
    try (RawClient client = connect(host, version)) {
      assertThat(client.upgrade(garm.token().mint())).startsWith("HTTP/1.1 101 ");
      client.text(RawClient.ALL);
      client.barrier("p");
      garm.emit("pool", "create", "\"" + "x".repeat(100_000) + "\"");
      assertThat(client.read().payload()).hasSizeGreaterThan(100_000);
      garm.close();
      assertThat(client.next()).isEqualTo("CLOSE 1000");
      assertThat(client.next()).isEqualTo("END");
    }
  }

  @Test
  void theCertificateIsItsOwnAuthority() throws Exception {
    X509Certificate certificate = certificate();

    certificate.checkValidity();
    certificate.verify(certificate.getPublicKey());
    assertThat(certificate.getVersion()).isEqualTo(3);
    assertThat(certificate.getIssuerX500Principal())
        .isEqualTo(certificate.getSubjectX500Principal());
    assertThat(certificate.getBasicConstraints()).isEqualTo(Integer.MAX_VALUE);
    assertThat(certificate.getKeyUsage()[0]).isTrue();
    assertThat(certificate.getKeyUsage()[5]).isTrue();
    assertThat(certificate.getSubjectAlternativeNames())
        .containsExactlyInAnyOrder(List.of(2, "localhost"), List.of(7, "127.0.0.1"));
  }

  @Test
  void aClientThatDoesNotTrustItGivesUpAndTheServerGoesOn() throws Exception {
    URI url = URI.create(garm.url());
    try (var socket =
        (SSLSocket) SSLSocketFactory.getDefault().createSocket(url.getHost(), url.getPort())) {
      assertThatExceptionOfType(SSLException.class).isThrownBy(socket::startHandshake);
    }
    connect("127.0.0.1", "TLSv1.3").close();
    assertThat(garm.requests()).isEmpty();
  }

  @Test
  void aKilledServerSendsNoClose() throws Exception {
    try (RawClient client = connect("127.0.0.1", "TLSv1.3")) {
      client.upgrade(garm.token().mint());
      garm.awaitConnections(1, Duration.ofSeconds(10)).get(0).abort();

      assertThat(client.next()).isEqualTo("END");
    }
  }

  @Test
  void aResetIsAReset() throws Exception {
    try (RawClient client = connect("127.0.0.1", "TLSv1.3")) {
      client.upgrade(garm.token().mint());
      garm.inject(Fault.reset());

      assertThatExceptionOfType(IOException.class)
          .isThrownBy(client::read)
          .withMessageContaining("reset");
    }
  }

  @Test
  void aRestartKeepsTheCertificate() throws Exception {
    String before = garm.certificatePem();
    garm.inject(Fault.restart());

    assertThat(garm.certificatePem()).isEqualTo(before);
    connect("127.0.0.1", "TLSv1.3").close();
  }

  @Test
  void withoutTlsThereIsNoCertificate() {
    try (FakeGarm plain = FakeGarm.start()) {
      assertThatIllegalStateException().isThrownBy(plain::certificatePem);
    }
  }

  private X509Certificate certificate() throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(RawClient.utf8(garm.certificatePem())));
  }

  private RawClient connect(String host, String version)
      throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("garm", certificate());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    int port = URI.create(garm.url()).getPort();
    var socket = (SSLSocket) context.getSocketFactory().createSocket(host, port);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    parameters.setProtocols(new String[] {version});
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return new RawClient(socket);
  }
}
