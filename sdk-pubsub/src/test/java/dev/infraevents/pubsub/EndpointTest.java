package dev.infraevents.pubsub;

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
    "localhost:8085, localhost, 8085",
    "127.0.0.1:1, 127.0.0.1, 1",
    "[::1]:65535, [::1], 65535",
    "europe-west1-pubsub.googleapis.com:443, europe-west1-pubsub.googleapis.com, 443",
  })
  void hostAndPortAreRead(String address, String host, int port) {
    Endpoint endpoint = Endpoint.parse(address, true, "emulator");
    assertThat(endpoint).isEqualTo(new Endpoint(host, port, true)).hasToString(address);
    assertThat(endpoint.target()).isEqualTo("dns:///" + address);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "localhost:",
        ":8085",
        "localhost:0",
        "localhost:65536",
        "localhost:999999",
        "localhost:80a",
        "http://localhost:8085",
        "localhost:8085/",
        "user@localhost:8085",
        "::1:8085",
        "local host:8085",
        "localhost:8085\n",
        "-a:1",
      })
  void whatIsNoHostAndPortIsRefusedByTheNameOfItsSetting(String address) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> Endpoint.parse(address, false, "PUBSUB_EMULATOR_HOST"))
        .withMessageStartingWith("PUBSUB_EMULATOR_HOST must be host:port");
  }

  @Test
  void withoutASettingItIsGoogles() {
    assertThat(Endpoint.GOOGLE).hasToString("pubsub.googleapis.com:443");
    assertThat(Endpoint.GOOGLE.emulator()).isFalse();
  }
}
