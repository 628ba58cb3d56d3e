package dev.infraevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.infraevents.testkit.junit.LeakCheck;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class ConnectionOptionsTest {

  @ParameterizedTest
  @ValueSource(strings = {"a\r\nX-Evil: s3cret", "a\ns3cret", "a\u0000s3cret", "s3crét"})
  void aHeaderValueThatBreaksItsLineIsRefusedWithoutBeingShown(String value) {
    assertThatThrownBy(() -> ConnectionOptions.builder().header("X-Api", value))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("X-Api")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3cr"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "X Api", "X\r\nEvil", "X-Api:", "Authorization: Bearer s3cret"})
  void aHeaderNameThatIsNoneIsRefused(String name) {
    assertThatThrownBy(() -> ConnectionOptions.builder().header(name, "x"))
        .isInstanceOf(ConfigurationException.class)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3cret"));
  }

  @Test
  void headerValuesAreNotShown() {
    ConnectionOptions options =
        ConnectionOptions.builder().header("Authorization", "Bearer s3cret").build();
    assertThat(options.toString()).contains("Authorization").doesNotContain("s3cret");
    assertThat(options.headers()).isEqualTo(Map.of("Authorization", "Bearer s3cret"));
  }

  static Stream<Function<Duration, ConnectionOptions.Builder>> durations() {
    Duration second = Duration.ofSeconds(1);
    return Stream.of(
        d -> ConnectionOptions.builder().connectTimeout(d),
        d -> ConnectionOptions.builder().ping(d, second),
        d -> ConnectionOptions.builder().ping(second, d),
        d -> ConnectionOptions.builder().healthyAfter(d),
        d -> ConnectionOptions.builder().renewBefore(d));
  }

  @ParameterizedTest
  @MethodSource("durations")
  void durationsMustBePositive(Function<Duration, ConnectionOptions.Builder> setter) {
    assertThatThrownBy(() -> setter.apply(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> setter.apply(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(setter.apply(Duration.ofNanos(1)).build()).isNotNull();
  }

  @Test
  void maxFailuresMustNotBeNegative() {
    assertThatThrownBy(() -> ConnectionOptions.builder().maxFailures(-1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void optionsAreImmutableAndVariantsKeepTheRest() {
    TlsOptions tls = TlsOptions.builder().build();
    var builder =
        ConnectionOptions.builder()
            .connectTimeout(Duration.ofSeconds(1))
            .ping(Duration.ofSeconds(2), Duration.ofSeconds(3))
            .backoff(new Backoff(Duration.ofSeconds(4), Duration.ofSeconds(5)))
            .healthyAfter(Duration.ofSeconds(6))
            .maxFailures(7)
            .renewBefore(Duration.ofSeconds(8))
            .proxy(InetSocketAddress.createUnresolved("proxy", 9))
            .tls(tls)
            .header("A", "1");
    ConnectionOptions options = builder.build();
    builder.header("B", "2").maxFailures(0);
    assertThat(options.headers()).containsOnlyKeys("A");

    ConnectionOptions variant = options.toBuilder().header("C", "3").build();
    assertThat(options.headers()).containsOnlyKeys("A");
    assertThat(variant.headers()).containsOnlyKeys("A", "C");
    assertThat(variant.connectTimeout()).isEqualTo(Duration.ofSeconds(1));
    assertThat(variant.pingInterval()).isEqualTo(Duration.ofSeconds(2));
    assertThat(variant.pongTimeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(variant.backoff().initial()).isEqualTo(Duration.ofSeconds(4));
    assertThat(variant.healthyAfter()).isEqualTo(Duration.ofSeconds(6));
    assertThat(variant.maxFailures()).isEqualTo(7);
    assertThat(variant.renewBefore()).isEqualTo(Duration.ofSeconds(8));
    assertThat(variant.proxy().getPort()).isEqualTo(9);
    assertThat(variant.tls()).isSameAs(tls);
  }
}
