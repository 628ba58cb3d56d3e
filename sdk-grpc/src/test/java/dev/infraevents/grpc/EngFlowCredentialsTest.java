package dev.infraevents.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.infraevents.ConfigurationException;
import dev.infraevents.Token;
import io.grpc.Metadata;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngFlowCredentialsTest {

  private static final Endpoint CLUSTER = Endpoint.parse("grpcs://example.com");

  @Test
  void noneMeansNoProviderAndNoHeaders() {
    assertThat(EngFlowCredentials.none().provider(CLUSTER)).isNull();
    assertThat(EngFlowCredentials.none().metadata(Token.of("x")).keys()).isEmpty();
  }

  @Test
  void aTokenIsSentWithItsMethodAndItsExpiryIsReadFromIt() throws Exception {
    String jwt = "eyJhbGciOiJub25lIn0." + base64("{\"exp\":1800000000}") + ".c2ln";
    EngFlowCredentials credentials = EngFlowCredentials.token(jwt);

    Token token = credentials.provider(CLUSTER).fetch();

    assertThat(token.expiresAt()).isEqualTo(Instant.ofEpochSecond(1_800_000_000));
    Metadata sent = credentials.metadata(token);
    assertThat(sent.keys())
        .containsExactlyInAnyOrder("x-engflow-auth-method", "x-engflow-auth-token");
    assertThat(values(sent, "x-engflow-auth-method")).containsExactly("jwt-v0");
    assertThat(values(sent, "x-engflow-auth-token")).containsExactly(jwt);
    assertThat(credentials.secrets(token)).contains(jwt).doesNotContain("jwt-v0");
  }

  @Test
  void anEmptyTokenIsRefusedBecauseHeadersWithoutOneBreakClientCertificates() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> EngFlowCredentials.token(""));
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> EngFlowCredentials.bearer("s3cret\n"))
        .withMessageNotContaining("s3cret");
  }

  @Test
  void aBearerTokenIsSentAsAuthorization() throws Exception {
    EngFlowCredentials credentials = EngFlowCredentials.bearer("abc==");

    Token token = credentials.provider(CLUSTER).fetch();

    assertThat(values(credentials.metadata(token), "authorization"))
        .containsExactly("Bearer abc==");
    assertThat(credentials.secrets(token)).contains("abc==");
  }

  @Test
  void headersCanHaveSeveralValuesEach() throws Exception {
    EngFlowCredentials credentials =
        EngFlowCredentials.headers(Map.of("X-Auth", List.of("v1", "v2"), "x-user", List.of("me")));

    Token token = credentials.provider(CLUSTER).fetch();

    Metadata sent = credentials.metadata(token);
    assertThat(values(sent, "x-auth")).containsExactly("v1", "v2");
    assertThat(values(sent, "x-user")).containsExactly("me");
    assertThat(credentials.secrets(token)).contains("v1", "v2", "me");
    assertThat(token.expiresAt()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "x y", "x:y", ":path", "X-Bin-bin", "grpc-timeout", "TE", "content-type", "ü"})
  void aHeaderThatGrpcCanNotSendIsRefused(String name) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> EngFlowCredentials.headers(Map.of(name, List.of("s3cret"))))
        .withMessageNotContaining("s3cret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3cret\n", "s3cret\tx", "s3crüt", "\u007f"})
  void aValueThatGrpcWouldDropAndLogIsRefused(String value) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> EngFlowCredentials.headers(Map.of("x-auth", List.of(value))))
        .withMessageContaining("x-auth")
        .withMessageNotContaining("s3cr");
  }

  @Test
  void headersWithoutAnyAreRefused() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> EngFlowCredentials.headers(Map.of()));
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> EngFlowCredentials.headers(Map.of("x", List.of())));
  }

  @Test
  void theyShowTheirKindOnly() {
    assertThat(EngFlowCredentials.token("s3cret")).hasToString("EngFlowCredentials[token]");
    assertThat(EngFlowCredentials.bearer("s3cret")).hasToString("EngFlowCredentials[bearer]");
    assertThat(EngFlowCredentials.headers(Map.of("x", List.of("s3cret"))))
        .hasToString("EngFlowCredentials[headers]");
    assertThat(EngFlowCredentials.credentialHelper(List.of("helper", "s3cret")))
        .hasToString("EngFlowCredentials[credential helper]");
    assertThat(EngFlowCredentials.none()).hasToString("EngFlowCredentials[none]");
  }

  private static Iterable<String> values(Metadata sent, String name) {
    return sent.getAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
