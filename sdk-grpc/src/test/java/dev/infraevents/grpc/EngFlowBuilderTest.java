package dev.infraevents.grpc;

import static dev.infraevents.grpc.Rpcs.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.TlsOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngFlowBuilderTest {

  @Test
  void anEndpointIsAllItNeeds() {
    EngFlowSettings settings = settings("grpcs://example.com").settings();

    assertThat(settings.credentials()).isSameAs(EngFlowCredentials.none());
    assertThat(settings.connection().pingInterval()).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.connection().pongTimeout()).isEqualTo(Duration.ofSeconds(20));
    assertThat(settings.maxMessageSize()).isEqualTo(21 * 1024 * 1024);
    assertThat(settings.time()).isNull();
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> new Rpcs.Settings().settings())
        .withMessageContaining("endpoint(...)");
  }

  @Test
  void credentialsAreNotSentInTheOpenUnlessThatIsAllowed() {
    EngFlowCredentials token = EngFlowCredentials.token("s3cret");

    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> settings("grpc://example.com").credentials(token).settings())
        .withMessageContaining("allowPlaintextCredentials()")
        .withMessageNotContaining("s3cret");
    assertThat(settings("grpcs://example.com").credentials(token).settings().credentials())
        .isSameAs(token);
    assertThat(settings("grpc://localhost").credentials(token).settings().credentials())
        .isSameAs(token);
    assertThat(
            settings("grpc://example.com")
                .credentials(token)
                .allowPlaintextCredentials()
                .settings()
                .credentials())
        .isSameAs(token);
    assertThat(settings("grpc://example.com").settings().credentials())
        .isSameAs(EngFlowCredentials.none());
  }

  @Test
  void tlsOptionsWithoutTlsAreAMistake() {
    ConnectionOptions tls = ConnectionOptions.builder().tls(TlsOptions.builder().build()).build();

    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> settings("grpc://localhost").connection(tls).settings())
        .withMessageContaining("use grpcs://");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void aMessageHasToHaveASize(int bytes) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> settings("grpc://localhost").maxMessageSize(bytes));
  }

  @Test
  void anInstanceIsNamedAsThePolicySays() {
    assertThat(InstanceNames.copied().toSend("blue")).isEqualTo("blue");
    assertThat(InstanceNames.copied().toSend("default")).isEmpty();
    assertThat(InstanceNames.copied().toSend("")).isEmpty();
    assertThat(InstanceNames.never().toSend("blue")).isEmpty();
    assertThat(InstanceNames.fixed("red").toSend("blue")).isEqualTo("red");
    assertThat(InstanceNames.fixed("default").toSend("")).isEqualTo("default");
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> InstanceNames.fixed(""));
  }

  @Test
  void aChannelPingsAsOftenAsGrpcCanAtMost() {
    assertThat(pingInterval(Duration.ofSeconds(3))).isEqualTo(Duration.ofSeconds(10));
    assertThat(pingInterval(Duration.ofSeconds(40))).isEqualTo(Duration.ofSeconds(40));
  }

  @Test
  void anExtraHeaderThatGrpcCanNotSendIsRefusedBeforeACallIsMade() {
    ConnectionOptions binary = ConnectionOptions.builder().header("x-bin", "s3cret").build();
    EngFlowSettings settings = settings("grpc://localhost").connection(binary).settings();

    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> new Channels(settings, Rpcs.WINDOW))
        .withMessageNotContaining("s3cret");
  }

  private static Duration pingInterval(Duration wanted) {
    ConnectionOptions often =
        ConnectionOptions.builder().ping(wanted, Duration.ofSeconds(1)).build();
    return new Channels(settings("grpc://localhost").connection(often).settings(), Rpcs.WINDOW)
        .pingInterval();
  }
}
