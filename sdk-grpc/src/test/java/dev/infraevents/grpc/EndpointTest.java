package dev.infraevents.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.infraevents.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {

  @ParameterizedTest
  @CsvSource({
    "grpcs://example.cluster.engflow.com,   true,  example.cluster.engflow.com, 443",
    "grpc://example.com,                    false, example.com,                 80",
    "grpcs://example.com:8443,              true,  example.com,                 8443",
    "GRPCS://Example.COM/,                  true,  example.com,                 443",
    "grpc://127.0.0.1:50051/,               false, 127.0.0.1,                   50051",
    "grpcs://[2001:DB8::1],                 true,  [2001:db8::1],               443",
    "grpc://[::1]:50051,                    false, [::1],                       50051",
    "grpc://dns:50051,                      false, dns,                         50051",
  })
  void anAddressIsReadWithItsDefaultPort(String text, boolean secure, String host, int port) {
    assertThat(Endpoint.parse(text)).isEqualTo(new Endpoint(secure, host, port));
  }

  @ParameterizedTest
  @CsvSource({
    "grpcs://Example.com:443/, grpcs://example.com",
    "grpc://example.com:80,    grpc://example.com",
    "grpcs://example.com:80,   grpcs://example.com:80",
    "grpcs://[::1]:443,        grpcs://[::1]",
  })
  void theSourceIsTheSameForTheSameAddress(String text, String source) {
    assertThat(Endpoint.parse(text).uri()).hasToString(source);
    assertThat(Endpoint.parse(text)).hasToString(source);
  }

  @ParameterizedTest
  @CsvSource({
    "'',                             must start with grpcs://",
    "example.com:443,                must start with grpcs://",
    "https://example.com,            not https://",
    "grpcs:/example.com,             must start with grpcs://",
    "grpcs://,                       names no host",
    "grpcs:///,                      names no host",
    "grpcs://:443,                   names no host",
    "grpcs://user@example.com,       pass them as credentials",
    "grpcs://user:pw@example.com/a,  pass them as credentials",
    "grpcs://example.com/path,       no path",
    "grpcs://example.com//,          no path",
    "grpcs://example.com?q=1,        no query",
    "grpcs://example.com/#top,       no query",
    "grpcs://example.com:,           1 to 65535",
    "grpcs://example.com:0,          1 to 65535",
    "grpcs://example.com:65536,      1 to 65535",
    "grpcs://example.com:-1,         1 to 65535",
    "grpcs://example.com:https,      1 to 65535",
    "grpcs://exa mple.com,           white space",
    "' grpcs://example.com',         must start with grpcs://",
    "'grpcs://example.com ',         white space",
    "grpcs://exämple.com,            characters that can not stand",
    "grpcs://exa_mple.com,           a host that can not be one",
    "grpcs://-example.com,           a host that can not be one",
    "grpcs://example..com,           a host that can not be one",
    "grpcs://1.2.3.400,              a host that can not be one",
    "grpcs://::1,                    stands in brackets",
    "grpcs://::1:443,                stands in brackets",
    "grpcs://[::1,                   stands in brackets",
    "grpcs://[::g],                  a host that can not be one",
    "grpcs://[1:2:3],                a host that can not be one",
    "grpcs://example.com:1:2,        two colons",
    "grpcs://[::1]443,               a host that can not be one",
  })
  void anythingElseIsRefusedWithTheReason(String text, String reason) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> Endpoint.parse(text))
        .withMessageContaining(reason)
        .withMessageContaining("as in grpcs://example.cluster.engflow.com");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "grpcs://hans:s3cret@example.com",
        "s3cret://example.com@x",
        "hans:s3cret@example.com",
        "grpcs://s3cret@",
        "grpcs://hans:s3cret@example.com:port?x#y",
      })
  void whatIsRefusedIsNotQuoted(String text) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> Endpoint.parse(text))
        .satisfies(e -> assertThat(e).hasMessageNotContaining("hans"))
        .satisfies(e -> assertThat(e.getCause()).isNull());
  }

  @ParameterizedTest
  @CsvSource({
    "grpc://localhost:1,     true",
    "grpc://a.localhost,     true",
    "grpc://127.9.9.9,       true",
    "grpc://[::1]:50051,     true",
    "grpc://[0:0:0:0:0:0:0:1], true",
    "grpc://localhost.com,   false",
    "grpc://127.example.com, false",
    "grpc://[::2],           false",
    "grpc://[1::1],          false",
    "grpc://10.0.0.1,        false",
  })
  void itIsKnownWhetherBytesLeaveTheMachine(String text, boolean loopback) {
    assertThat(Endpoint.parse(text).isLoopback()).isEqualTo(loopback);
  }

  @Test
  void gRpcResolvesItByDnsWhateverItsNameReadsLike() {
    assertThat(Endpoint.parse("grpc://unix:1").target()).isEqualTo("dns:///unix:1");
    assertThat(Endpoint.parse("grpcs://[::1]").target()).isEqualTo("dns:///%5B::1%5D:443");
  }
}
