package dev.infraevents.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.rpc.RetryInfo;
import dev.infraevents.AuthenticationException;
import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.RpcException;
import dev.infraevents.SourceException;
import dev.infraevents.Token;
import dev.infraevents.TransportException;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.lite.ProtoLiteUtils;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RpcErrorsTest {

  private static final String ENDPOINT = "grpcs://example.com";

  private final EngFlowCredentials credentials = EngFlowCredentials.token("t0ken");
  private final EngFlowSettings settings =
      Rpcs.settings(ENDPOINT)
          .credentials(credentials)
          .connection(ConnectionOptions.builder().header("x-route", "h3ader").build())
          .maxMessageSize(1000)
          .settings();
  private final ConnectionWatch watch = new ConnectionWatch(() -> {});
  private Metadata trailers = new Metadata();
  private @Nullable Token token = Token.of("t0ken");
  private boolean worked;
  private boolean mayAppear;

  @ParameterizedTest
  @CsvSource({
    "CANCELLED,           true",
    "UNKNOWN,             true",
    "INVALID_ARGUMENT,    false",
    "DEADLINE_EXCEEDED,   true",
    "NOT_FOUND,           false",
    "ALREADY_EXISTS,      true",
    "PERMISSION_DENIED,   false",
    "RESOURCE_EXHAUSTED,  true",
    "FAILED_PRECONDITION, true",
    "ABORTED,             true",
    "OUT_OF_RANGE,        false",
    "UNIMPLEMENTED,       false",
    "INTERNAL,            true",
    "UNAVAILABLE,         true",
    "DATA_LOSS,           true",
  })
  void aStatusOfTheServersSaysWhetherAnotherTryHelps(Status.Code code, boolean retryable) {
    RpcException error = rpc(code.toStatus().withDescription("words of\nthe server"));

    assertThat(error.code()).isEqualTo(code.name());
    assertThat(error.isRetryable()).isEqualTo(retryable);
    assertThat(error)
        .hasMessageStartingWith(
            ENDPOINT + " answered GetInvocation with " + code + " (words of the server): ");
  }

  @Test
  void whatIsNotFoundMayAppearIfTheCallerThinksSo() {
    mayAppear = true;
    assertThat(rpc(Status.NOT_FOUND).isRetryable()).isTrue();
  }

  @Test
  void aCallThatHasWorkedIsNotGivenUpBecauseAServerOfAnotherVersionLacksIt() {
    worked = true;
    assertThat(rpc(Status.UNIMPLEMENTED).isRetryable()).isTrue();
    assertThat(rpc(Status.PERMISSION_DENIED).isRetryable()).isFalse();
    assertThat(rpc(Status.INVALID_ARGUMENT).isRetryable()).isFalse();
  }

  @Test
  void refusedCredentialsSayWhatIsKnownOfThem() {
    assertThat(error(Status.UNAUTHENTICATED))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("does not accept the credentials");

    token = new Token("t0ken", Instant.EPOCH);
    assertThat(error(Status.UNAUTHENTICATED))
        .hasMessageContaining("the token expired at 1970-01-01T00:00:00Z");

    token = null;
    assertThat(error(Status.UNAUTHENTICATED))
        .hasMessageContaining("wants credentials or a client certificate");
  }

  @ParameterizedTest
  @EnumSource(
      value = Status.Code.class,
      names = {"OK"},
      mode = EnumSource.Mode.EXCLUDE)
  void noMessageRepeatsASecretOrIsLongOrHasLines(Status.Code code) {
    String words = "you sent t0ken\r\nand h3ader\u001b[0m" + "!".repeat(500);

    assertThat(error(code.toStatus().withDescription(words)).getMessage())
        .contains("you sent *** and ***")
        .doesNotContain("t0ken", "h3ader", "\n", "\r", "\u001b")
        .hasSizeLessThan(500);
  }

  @Test
  void everyHeaderOfTheCredentialsIsBlanked() {
    EngFlowCredentials headers = EngFlowCredentials.headers(Map.of("a", List.of("one1", "two2")));
    EngFlowSettings others = Rpcs.settings(ENDPOINT).credentials(headers).settings();
    Token packed = HeaderToken.of(Map.of("a", List.of("one1", "two2")), null);
    Status status = Status.ABORTED.withDescription("one1 two2 " + packed.value());

    assertThat(new RpcErrors(others).of(Rpcs.failure(status, watch, packed, false)))
        .hasMessageContaining("(*** *** ***)");
  }

  @Test
  void anExhaustedServerIsLeftAloneForLonger() {
    assertThat(rpc(Status.RESOURCE_EXHAUSTED).retryAfter()).isEqualTo(Duration.ofSeconds(30));

    retryInfo(5);
    assertThat(rpc(Status.RESOURCE_EXHAUSTED).retryAfter()).isEqualTo(Duration.ofSeconds(30));

    retryInfo(90);
    assertThat(rpc(Status.RESOURCE_EXHAUSTED).retryAfter()).isEqualTo(Duration.ofSeconds(90));
  }

  @Test
  void aServerMaySayHowLongItWantsToBeLeftAlone() {
    assertThat(rpc(Status.UNAVAILABLE).retryAfter()).isNull();

    pushback("1500");
    assertThat(rpc(Status.UNAVAILABLE).retryAfter()).isEqualTo(Duration.ofMillis(1500));

    retryInfo(7);
    assertThat(rpc(Status.UNAVAILABLE).retryAfter()).isEqualTo(Duration.ofSeconds(7));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "", "soon", "99999999999999999999"})
  void aHintThatIsNoneIsNotHeeded(String pushback) {
    pushback(pushback);
    trailers.put(
        Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER),
        new byte[] {1, 2, 3});

    assertThat(rpc(Status.UNAVAILABLE).retryAfter()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/2 error code: ENHANCE_YOUR_CALM (Bandwidth exhausted)\nReceived Goaway",
        "HTTP/2 error code: ENHANCE_YOUR_CALM (Bandwidth exhausted)\nReceived Goaway\ntoo_many_pings",
      })
  void aServerThatIsPingedTooOftenIsTriedAgainSoonWithFewerPings(String words) {
    Status status = Status.RESOURCE_EXHAUSTED.withDescription(words);

    assertThat(RpcErrors.asksForFewerPings(status)).isTrue();
    assertThat(RpcErrors.asksForFewerPings(Status.RESOURCE_EXHAUSTED)).isFalse();
    assertThat(rpc(status).isRetryable()).isTrue();
    assertThat(rpc(status).retryAfter()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gRPC message exceeds maximum size 1000: 1001",
        "Decompressed gRPC message exceeds maximum size 1000",
      })
  void aMessageBeyondOurOwnLimitNamesTheSetting(String words) {
    assertThat(error(Status.RESOURCE_EXHAUSTED.withDescription(words)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("more than 1000 bytes; raise maxMessageSize(...)");
  }

  @Test
  void aMessageBeyondTheServersLimitCanNotBeSentByTryingAgain() {
    RpcException error =
        rpc(
            Status.RESOURCE_EXHAUSTED.withDescription(
                "gRPC message exceeds maximum size 4194304: 5000000"));

    assertThat(error.isRetryable()).isFalse();
    assertThat(error).hasMessageContaining("takes no message of more than 4194304 bytes");
  }

  @ParameterizedTest
  @CsvSource({
    "200, UNKNOWN,           false",
    "302, UNKNOWN,           false",
    "400, INTERNAL,          false",
    "403, PERMISSION_DENIED, false",
    "404, UNIMPLEMENTED,     false",
    "408, UNKNOWN,           true",
    "429, UNAVAILABLE,       true",
    "500, UNKNOWN,           true",
    "503, UNAVAILABLE,       true",
  })
  void anAnswerOfAProxyIsTakenForWhatItIs(int http, Status.Code code, boolean retryable) {
    Status status = overHttp(http, code);

    assertThat(rpc(status).isRetryable()).isEqualTo(retryable);
    assertThat(rpc(status))
        .hasMessageContaining("over HTTP with " + http + " (text/html), not as gRPC")
        .hasMessageNotContaining("c00kie")
        .hasMessageNotContaining("<html>");
    worked = true;
    assertThat(rpc(status).isRetryable()).isTrue();
  }

  @Test
  void aProxyThatWantsALoginIsToldAsSuch() {
    var error = (AuthenticationException) error(overHttp(401, Status.Code.UNAUTHENTICATED));

    assertThat(error.status()).isEqualTo(401);
    assertThat(error).hasMessageContaining("a proxy in front of the cluster");
  }

  @Test
  void aConnectionThatIsNotMadeOrLostIsRetriedAndSaysWhy() {
    assertThat(error(Status.UNAVAILABLE.withCause(new ConnectException("Connection refused"))))
        .isInstanceOf(TransportException.class)
        .hasMessage("no connection to grpcs://example.com: Connection refused");
    assertThat(
            error(
                Status.UNAVAILABLE
                    .withDescription("Unable to resolve host example.com")
                    .withCause(new IllegalStateException(new UnknownHostException("example.com")))))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("its name is not known to DNS");
    assertThat(error(Status.UNAVAILABLE.withDescription("End of stream or IOException")))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("was lost");
  }

  @Test
  void aProxyThatDoesNotLetUsThroughIsNamed() {
    assertThat(error(refusedByProxy("503 Busy")))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("the proxy does not let a connection")
        .hasMessageContaining("503")
        .hasMessageNotContaining("<html>");
    assertThat(error(refusedByProxy("407 Login")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("the proxy wants a login");
    worked = true;
    assertThat(error(refusedByProxy("407 Login"))).isInstanceOf(TransportException.class);
    assertThat(
            error(
                Status.UNAVAILABLE
                    .withDescription("Failed trying to connect with proxy")
                    .withCause(new ConnectException("Connection refused"))))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("through the proxy: Connection refused");
  }

  /** As grpc-java words it. */
  private static Status refusedByProxy(String answer) {
    return Status.UNAVAILABLE.withDescription(
        "Response returned from proxy was not successful (expected 2xx, got "
            + answer
            + "). Response body:\n<html>");
  }

  @Test
  void whatTheSocketSawExplainsWhatGrpcDoesNot() {
    watch.next().failed(new IOException("Connection reset"));

    assertThat(error(Status.UNAVAILABLE.withDescription("End of stream or IOException")))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("Connection reset");
  }

  @Test
  void aServerThatAnswersUnavailableIsNotAConnectionThatIsLost() {
    assertThat(error(Status.UNAVAILABLE.withDescription("auth backend unreachable")))
        .isInstanceOf(RpcException.class);
  }

  @Test
  void certificateTroubleIsAMatterOfConfigurationUnlessItHasWorked() {
    Status untrusted =
        Status.UNAVAILABLE.withCause(handshake("PKIX", new CertificateException("no path")));
    Status another =
        Status.UNAVAILABLE.withCause(new SSLPeerUnverifiedException("Cannot verify hostname"));

    assertThat(error(untrusted))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("is not trusted");
    assertThat(error(another))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("for another host");
    worked = true;
    assertThat(error(untrusted)).isInstanceOf(TransportException.class);
    assertThat(error(another)).isInstanceOf(TransportException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "access_denied",
        "bad_certificate",
        "certificate_expired",
        "certificate_required",
        "certificate_revoked",
        "certificate_unknown",
        "handshake_failure",
        "no_certificate",
        "unknown_ca",
        "unsupported_certificate",
      })
  void anAlertAboutTheClientCertificateIsOneOfAuthentication(String alert) {
    Status status = Status.UNAVAILABLE.withCause(handshake("Received fatal alert: " + alert, null));

    assertThat(error(status))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("TLS alert " + alert);
  }

  @Test
  void aClientCertificateThatHasWorkedIsGivenUpOnlyWhenItsTimeIsOver() {
    worked = true;

    assertThat(error(alert("unknown_ca"))).isInstanceOf(TransportException.class);
    assertThat(error(alert("certificate_expired"))).isInstanceOf(AuthenticationException.class);
    assertThat(error(alert("certificate_revoked"))).isInstanceOf(AuthenticationException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"protocol_version", "internal_error", "close_notify"})
  void anyOtherAlertMayPass(String alert) {
    assertThat(error(alert(alert)))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining(alert);
  }

  @Test
  void anAlertThatOnlyTheSocketSawCountsAsWell() {
    watch.next();
    watch.tlsFailed(handshake("Received fatal alert: certificate_required", null));

    assertThat(error(Status.UNAVAILABLE.withDescription("End of stream or IOException")))
        .isInstanceOf(AuthenticationException.class);
    assertThat(error(Status.UNAVAILABLE.withCause(new IOException("Broken pipe"))))
        .isInstanceOf(AuthenticationException.class);
  }

  @Test
  void aServerThatSpeaksSomethingElseIsAMatterOfConfigurationUnlessItHasWorked() {
    Status noTls =
        Status.UNAVAILABLE.withCause(new SSLException("Unsupported or unrecognized SSL message"));
    Status noHttp2 =
        Status.UNAVAILABLE.withCause(
            new IllegalStateException("TLS ALPN negotiation failed with protocols: [h2]"));

    assertThat(error(noTls))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("does not speak TLS: use grpc://");
    assertThat(error(Status.UNAVAILABLE.withCause(new IOException("Unexpected protocol: "))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("does not offer HTTP/2");
    assertThat(error(noHttp2))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("does not offer HTTP/2");
    assertThat(error(alert("no_application_protocol")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("does not offer HTTP/2");
    worked = true;
    assertThat(error(noTls)).isInstanceOf(TransportException.class);
  }

  private static Status alert(String name) {
    return Status.UNAVAILABLE.withCause(handshake("Received fatal alert: " + name, null));
  }

  private static SSLException handshake(String message, @Nullable Throwable cause) {
    SSLHandshakeException e = new SSLHandshakeException(message);
    if (cause != null) {
      e.initCause(cause);
    }
    return e;
  }

  /** As grpc-java words it. */
  private static Status overHttp(int http, Status.Code code) {
    return code.toStatus()
        .withDescription(
            "HTTP status code "
                + http
                + "\ninvalid content-type: text/html\nheaders: Metadata(set-cookie=c00kie)"
                + "\nDATA-----------------------------\n<html>");
  }

  private void retryInfo(int seconds) {
    com.google.rpc.Status details =
        com.google.rpc.Status.newBuilder()
            .addDetails(
                Any.pack(
                    RetryInfo.newBuilder()
                        .setRetryDelay(
                            com.google.protobuf.Duration.newBuilder().setSeconds(seconds))
                        .build()))
            .build();
    Metadata.Key<com.google.rpc.Status> key =
        Metadata.Key.of(
            "grpc-status-details-bin",
            ProtoLiteUtils.metadataMarshaller(com.google.rpc.Status.getDefaultInstance()));
    trailers.discardAll(key);
    trailers.put(key, details);
  }

  private void pushback(String value) {
    trailers.put(
        Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER), value);
  }

  private RpcException rpc(Status status) {
    return (RpcException) error(status);
  }

  private SourceException error(Status status) {
    return new RpcErrors(settings)
        .of(new RpcFailure("GetInvocation", status, trailers, watch, token, worked, mayAppear));
  }
}
