package dev.infraevents.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.gax.grpc.GrpcStatusCode;
import com.google.api.gax.rpc.ApiExceptionFactory;
import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import dev.infraevents.AuthenticationException;
import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.RpcException;
import dev.infraevents.SourceException;
import dev.infraevents.TransportException;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusException;
import java.io.IOException;
import java.net.ConnectException;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PubSubErrorsTest {

  private static final String QUEUE = "projects/osf-prod/subscriptions/queue";

  private final List<String> renewals = new ArrayList<>();
  private final GoogleCredentials credentials =
      new GoogleCredentials() {
        private static final long serialVersionUID = 1;

        @Override
        public AccessToken refreshAccessToken() {
          renewals.add("token");
          return new AccessToken("token-" + renewals.size(), null);
        }
      };
  private final PubSubErrors errors = errors(Endpoint.GOOGLE, credentials);

  private static PubSubErrors errors(Endpoint endpoint, GoogleCredentials credentials) {
    var connection = ConnectionOptions.builder().header("X-Key", "s3cret").build();
    return new PubSubErrors(
        new PubSubSettings(endpoint, credentials, connection, null), QUEUE, "ask your operator");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NOT_FOUND           | false | it does not exist; ask your operator",
        "PERMISSION_DENIED   | false | may not use it, or it does not exist; ask your operator",
        "FAILED_PRECONDITION | false | detached from its topic, or its messages are pushed",
        "INVALID_ARGUMENT    | false | check names and endpoint",
        "OUT_OF_RANGE        | false | check names and endpoint",
        "UNIMPLEMENTED       | false | check names and endpoint",
        "UNAVAILABLE         | true  | can not serve this now",
        "RESOURCE_EXHAUSTED  | true  | can not serve this now",
        "DEADLINE_EXCEEDED   | true  | can not serve this now",
        "INTERNAL            | true  | can not serve this now",
        "ABORTED             | true  | can not serve this now",
        "UNKNOWN             | true  | can not serve this now",
        "DATA_LOSS           | true  | can not serve this now",
        "ALREADY_EXISTS      | true  | can not serve this now",
      })
  void aStatusIsToldWithWhatToDo(Code code, boolean retryable, String advice) {
    SourceException error = errors.of(code.toStatus().withDescription("so says\nthe server"));
    assertThat(error)
        .isInstanceOfSatisfying(
            RpcException.class, rpc -> assertThat(rpc.code()).isEqualTo(code.name()))
        .hasMessageContaining("pubsub.googleapis.com:443 answered " + code)
        .hasMessageContaining(QUEUE)
        .hasMessageContaining("so says")
        .hasMessageContaining(advice)
        .hasMessageNotContaining("\n");
    assertThat(error.isRetryable()).isEqualTo(retryable);
  }

  @ParameterizedTest
  @EnumSource(
      value = Code.class,
      names = {"OK", "CANCELLED"})
  void anEndOfNoOnesFaultIsRetried(Code code) {
    SourceException error = errors.of(code.toStatus());
    assertThat(error).isInstanceOf(TransportException.class);
    assertThat(error.isRetryable()).isTrue();
  }

  @Test
  void credentialsAreRenewedOnceAndAgainAfterTheyHaveWorked() throws Exception {
    errors.renewCredentials();
    assertThat(renewals).isEmpty();
    assertThat(errors.of(Status.UNAUTHENTICATED).isRetryable()).isTrue();
    errors.renewCredentials();
    errors.renewCredentials();
    assertThat(renewals).hasSize(1);
    assertThat(errors.of(Status.UNAUTHENTICATED))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("made for something else, revoked or expired, or the clock");
    errors.worked();
    assertThat(errors.of(Status.UNAUTHENTICATED).isRetryable()).isTrue();
    errors.renewCredentials();
    assertThat(renewals).hasSize(2);
  }

  @Test
  void aServerThatIsNoEmulatorIsTold() {
    PubSubErrors emulator = errors(new Endpoint("localhost", 8085, true), null);
    emulator.of(Status.UNAUTHENTICATED);
    assertThat(emulator.of(Status.UNAUTHENTICATED))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("this is no emulator");
  }

  @Test
  void aCauseThatIsBuriedIsFound() {
    var grpc = new StatusException(Status.NOT_FOUND.withDescription("gone"));
    var api = ApiExceptionFactory.createException(grpc, GrpcStatusCode.of(Code.NOT_FOUND), false);
    var service = new IllegalStateException("Expected the service to be RUNNING", api);
    assertThat(errors.of(new IllegalStateException("failed", new ExecutionException(service))))
        .isInstanceOfSatisfying(
            RpcException.class, error -> assertThat(error.code()).isEqualTo("NOT_FOUND"))
        .hasMessageContaining("ask your operator");
    var bare =
        ApiExceptionFactory.createException(
            new IOException("hidden"), GrpcStatusCode.of(Code.PERMISSION_DENIED), false);
    assertThat(errors.of(new RuntimeException(bare)))
        .isInstanceOfSatisfying(
            RpcException.class, error -> assertThat(error.code()).isEqualTo("PERMISSION_DENIED"));
  }

  @Test
  void missingCredentialsAreAMatterOfConfiguration() {
    var nothing = new IllegalStateException(new IOException("no default credentials"));
    assertThat(errors(Endpoint.GOOGLE, null).of(nothing))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("credentials(...)")
        .hasMessageContaining("GOOGLE_APPLICATION_CREDENTIALS");
    assertThat(errors.of(nothing)).isInstanceOf(TransportException.class);
  }

  @Test
  void aConnectionThatCanNotBeHadIsToldByItsReason() {
    assertThat(errors.of(Status.UNAVAILABLE.withCause(new ConnectException("Connection refused"))))
        .isInstanceOf(TransportException.class)
        .hasMessage("no connection to pubsub.googleapis.com:443: Connection refused");
    var untrusted = new SSLHandshakeException("no path");
    untrusted.initCause(new CertificateException("no path"));
    assertThat(errors.of(Status.UNAVAILABLE.withCause(untrusted)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("ConnectionOptions.tls");
  }

  @Test
  void whatAServerSaysIsShortenedAndShowsNoHeader() {
    String words = "your s3cret is wrong " + "x".repeat(1000);
    assertThat(errors.of(Status.NOT_FOUND.withDescription(words)))
        .hasMessageContaining("...")
        .hasMessageNotContaining("s3cret")
        .satisfies(error -> assertThat(error.getMessage()).hasSizeLessThan(600));
  }
}
