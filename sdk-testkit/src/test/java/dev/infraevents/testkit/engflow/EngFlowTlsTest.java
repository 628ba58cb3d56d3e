package dev.infraevents.testkit.engflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.TlsFiles;
import dev.infraevents.testkit.junit.LeakCheck;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannelRegistry.ProviderNotFoundException;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** TLS with a private authority, client certificates, and faults beneath it. */
@ExtendWith(LeakCheck.class)
class EngFlowTlsTest {

  @TempDir Path directory;

  private FakeEngFlow engflow;

  private void start(FakeEngFlowBuilder builder) {
    engflow = builder.tls(directory.resolve("pem")).start();
  }

  @AfterEach
  void tearDown() {
    engflow.close();
  }

  @Test
  void theServerIsTrustedThroughItsAuthority() throws IOException {
    start(FakeEngFlow.builder());
    assertThat(engflow.url()).startsWith("grpcs://localhost:");
    try (var reader = PullClient.call(engflow, trusting()).begin(engflow, PullClient.first())) {
      engflow.queue().about("b1").buildStarted();
      reader.acknowledge(1);
    }
    assertThat(engflow.calls().get(0).certificate()).isEmpty();
  }

  @Test
  void theServerIsNotTrustedWithout() {
    start(FakeEngFlow.builder());
    try (var call = PullClient.call(engflow, TlsChannelCredentials.create())) {
      assertThat(call.end().getCode()).isEqualTo(Code.UNAVAILABLE);
    }
  }

  @Test
  void aClientCertificateIsACredential() throws IOException {
    start(FakeEngFlow.builder().acceptCertificate());
    TlsFiles tls = engflow.tls();

    assertThat(answerTo(trusting())).isEqualTo(Code.UNAUTHENTICATED);
    assertThat(answerTo(showing(tls.certificate(), tls.key()))).isEqualTo(Code.OK);
    assertThat(engflow.calls().get(1).certificate()).contains(TlsFiles.CLIENT);
  }

  @Test
  void aBadTokenIsNotOutweighedByACertificate() throws IOException {
    start(FakeEngFlow.builder().acceptCertificate().acceptToken());
    TlsFiles tls = engflow.tls();
    Metadata empty = new Metadata();
    for (String name : new String[] {"x-engflow-auth-method", "x-engflow-auth-token"}) {
      empty.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), "");
    }
    try (var call = PullClient.call(engflow, showing(tls.certificate(), tls.key()), empty)) {
      assertThat(call.end().getCode()).isEqualTo(Code.UNAUTHENTICATED);
    }
  }

  @Test
  void aCertificateOfAnotherAuthorityIsNotShownToTheServer() throws IOException {
    start(FakeEngFlow.builder().acceptCertificate());
    TlsFiles tls = engflow.tls();

    assertThat(answerTo(showing(tls.strangerCertificate(), tls.strangerKey())))
        .isEqualTo(Code.UNAUTHENTICATED);
    assertThat(engflow.calls().get(0).certificate()).isEmpty();
  }

  @Test
  void aKeyThatDoesNotMatchItsCertificateIsRefused() throws IOException {
    start(FakeEngFlow.builder().acceptCertificate());
    TlsFiles tls = engflow.tls();

    assertThat(answerTo(showing(tls.certificate(), tls.strangerKey()))).isNotEqualTo(Code.OK);
  }

  @Test
  void theHandshakeMayDemandACertificate() throws IOException {
    start(FakeEngFlow.builder().demandCertificate());
    TlsFiles tls = engflow.tls();

    assertThat(answerTo(trusting())).isEqualTo(Code.UNAVAILABLE);
    assertThat(answerTo(showing(tls.strangerCertificate(), tls.strangerKey())))
        .isEqualTo(Code.UNAVAILABLE);
    assertThat(answerTo(showing(tls.certificate(), tls.key()))).isEqualTo(Code.OK);
  }

  @Test
  void theSameKeyIsThereInAFormThatGrpcCanNotRead() throws IOException {
    start(FakeEngFlow.builder());
    TlsFiles tls = engflow.tls();

    assertThat(Files.readString(tls.pkcs1Key())).startsWith("-----BEGIN RSA PRIVATE KEY-----\n");
    ChannelCredentials credentials = showing(tls.certificate(), tls.pkcs1Key());
    assertThatExceptionOfType(ProviderNotFoundException.class)
        .isThrownBy(() -> PullClient.call(engflow, credentials).close());
  }

  @Test
  void aConnectionCanBeTruncatedBeneathTls() throws IOException {
    start(FakeEngFlow.builder());
    try (var reader = PullClient.call(engflow, trusting()).begin(engflow, PullClient.first())) {
      engflow.inject(Fault.truncate());

      Status end = reader.end();
      assertThat(end.isOk()).isFalse();
    }
    engflow.awaitReaders(1, 0, PullClient.SOON);
  }

  @Test
  void theServerIsTheSameAfterARestart() throws IOException {
    start(FakeEngFlow.builder());
    engflow.inject(Fault.restart());
    assertThat(answerTo(trusting())).isEqualTo(Code.OK);
  }

  @Test
  void withoutTlsThereAreNoFiles() {
    engflow = FakeEngFlow.start();
    assertThat(engflow.url()).startsWith("grpc://127.0.0.1:");
    assertThatIllegalStateException().isThrownBy(engflow::tls);
  }

  private Code answerTo(ChannelCredentials credentials) {
    try (var call = PullClient.call(engflow, credentials)) {
      call.send(PullClient.first());
      call.halfClose();
      return call.end().getCode();
    }
  }

  private ChannelCredentials trusting() throws IOException {
    return TlsChannelCredentials.newBuilder()
        .trustManager(engflow.tls().authority().toFile())
        .build();
  }

  private ChannelCredentials showing(Path certificate, Path key) throws IOException {
    return TlsChannelCredentials.newBuilder()
        .trustManager(engflow.tls().authority().toFile())
        .keyManager(certificate.toFile(), key.toFile())
        .build();
  }
}
