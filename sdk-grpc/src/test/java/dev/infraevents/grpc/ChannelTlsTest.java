package dev.infraevents.grpc;

import static dev.infraevents.grpc.Rpcs.answering;
import static dev.infraevents.grpc.Rpcs.call;
import static dev.infraevents.grpc.Rpcs.channel;
import static dev.infraevents.grpc.Rpcs.party;
import static dev.infraevents.grpc.Rpcs.settings;
import static dev.infraevents.grpc.Rpcs.trusting;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.AuthenticationException;
import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.SourceException;
import dev.infraevents.TlsOptions;
import dev.infraevents.TransportException;
import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.internal.tcp.TunnelProxy;
import dev.infraevents.testkit.internal.tls.SelfSignedCertificate;
import dev.infraevents.testkit.junit.LeakCheck;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class ChannelTlsTest {

  private static final SelfSignedCertificate SERVER = SelfSignedCertificate.create();
  private static final SelfSignedCertificate CLIENT = SelfSignedCertificate.create();
  private static final SelfSignedCertificate STRANGER = SelfSignedCertificate.create();

  @TempDir Path dir;

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void aClientCertificateIsShown(String version) throws Exception {
    try (RpcServer server = RpcServer.mutual(party(dir, SERVER, CLIENT), version, answering("t1"));
        RpcChannel channel = channel(secure(server, party(dir, CLIENT, SERVER)))) {
      assertThat(call(channel).getContinuationToken()).isEqualTo("t1");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void aMissingClientCertificateIsToldClearly(String version) throws Exception {
    try (RpcServer server =
        RpcServer.mutual(party(dir, SERVER, CLIENT), version, answering("t1"))) {
      assertThat(error(secure(server, trusting(dir, SERVER)), false))
          .isInstanceOf(AuthenticationException.class)
          .hasMessageContaining("wants a client certificate");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void aClientCertificateThatIsNotAcceptedIsToldClearly(String version) throws Exception {
    try (RpcServer server =
        RpcServer.mutual(party(dir, SERVER, CLIENT), version, answering("t1"))) {
      assertThat(error(secure(server, party(dir, STRANGER, SERVER)), false))
          .isInstanceOf(AuthenticationException.class)
          .hasMessageContaining("refuses the client certificate");
    }
  }

  @Test
  void anUntrustedServerIsAMatterOfConfigurationUnlessItHasWorked() throws Exception {
    try (RpcServer server = RpcServer.tls(party(dir, SERVER, CLIENT), "TLSv1.3", answering("t1"))) {
      EngFlowSettings settings = secure(server, trusting(dir, STRANGER));

      assertThat(error(settings, false))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("is not trusted");
      assertThat(error(settings, true)).isInstanceOf(TransportException.class);
    }
  }

  @Test
  void aCertificateForAnotherHostIsRefused() throws Exception {
    try (RpcServer server = RpcServer.tls(party(dir, SERVER, CLIENT), "TLSv1.3", answering("t1"))) {
      EngFlowSettings settings =
          settings("grpcs://127.0.0.1:" + server.port())
              .connection(ConnectionOptions.builder().tls(trusting(dir, SERVER)).build())
              .channel(builder -> builder.overrideAuthority("other.example"))
              .settings();

      assertThat(error(settings, false))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("another host");
    }
  }

  @Test
  void tlsAgainstPlaintextAndTheOtherWayRoundAreTold() throws Exception {
    try (RpcServer plain = RpcServer.plaintext(answering("t1"));
        RpcServer tls = RpcServer.tls(party(dir, SERVER, CLIENT), "TLSv1.3", answering("t1"))) {
      assertThat(error(secure(plain, trusting(dir, SERVER)), false))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("does not speak TLS");
      assertThat(error(settings("grpc://127.0.0.1:" + tls.port()).settings(), false))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("speaks TLS: use grpcs://");
    }
  }

  @Test
  void aTlsServerWithoutHttp2IsTold() throws Exception {
    try (FakeGarm http = FakeGarm.builder().tls().start()) {
      Path certificate = Files.writeString(dir.resolve("ca.pem"), http.certificatePem());
      EngFlowSettings settings =
          settings("grpcs://127.0.0.1:" + URI.create(http.url()).getPort())
              .connection(
                  ConnectionOptions.builder()
                      .tls(TlsOptions.builder().trustedCertificates(certificate).build())
                      .build())
              .settings();

      assertThat(error(settings, false))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("does not offer HTTP/2");
    }
  }

  @Test
  void aTlsConnectionGoesThroughAProxyAsWell() throws Exception {
    try (RpcServer server = RpcServer.tls(party(dir, SERVER, CLIENT), "TLSv1.3", answering("t1"));
        var proxy = new TunnelProxy();
        RpcChannel channel =
            channel(
                settings("grpcs://localhost:" + server.port())
                    .connection(
                        ConnectionOptions.builder()
                            .tls(trusting(dir, SERVER))
                            .proxy(proxy.address())
                            .build())
                    .settings())) {
      assertThat(call(channel).getContinuationToken()).isEqualTo("t1");

      assertThat(proxy.tunnels()).isEqualTo(1);
    }
  }

  private static EngFlowSettings secure(RpcServer server, TlsOptions tls) {
    return settings("grpcs://127.0.0.1:" + server.port())
        .connection(ConnectionOptions.builder().tls(tls).build())
        .settings();
  }

  private static SourceException error(EngFlowSettings settings, boolean worked) {
    try (RpcChannel channel = channel(settings)) {
      return new RpcErrors(settings).of(Rpcs.failure(channel, worked));
    }
  }
}
