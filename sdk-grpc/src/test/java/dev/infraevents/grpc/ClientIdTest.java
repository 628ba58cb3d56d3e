package dev.infraevents.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.infraevents.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What both grammars of EngFlow's contract accept, and nothing else. */
class ClientIdTest {

  private static final String UUID = "6f1c2f0e-7d7b-4f0e-9f0a-3d1b2c4d5e6f";

  @ParameterizedTest
  @ValueSource(strings = {"", "a/", "a1/", "a-b/", "x/y/", "a-b1-c/d/"})
  void aPathOfWordsBeforeTheUuidIsAccepted(String path) {
    assertThat(ClientId.check(path + UUID)).isEqualTo(path + UUID);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1a/", "A/", "a_b/", "a-/", "-a/", "a.b/", "/", "a//", "a--b/", "a-1/", " "})
  void whatOneOfTheGrammarsRefusesIsRefused(String path) {
    assertThatThrownBy(() -> ClientId.check(path + UUID))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("client id");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a", "a/b", "6F1C2F0E-7D7B-4F0E-9F0A-3D1B2C4D5E6F", UUID + "/", UUID + "\n"})
  void aUuidInLowerCaseStandsAtTheEnd(String id) {
    assertThatThrownBy(() -> ClientId.check(id)).isInstanceOf(ConfigurationException.class);
  }

  @Test
  void itHas128CharactersAtMost() {
    String longest = "a".repeat(91) + "/" + UUID;
    assertThat(ClientId.check(longest)).hasSize(128);
    assertThatThrownBy(() -> ClientId.check("a" + longest))
        .isInstanceOf(ConfigurationException.class);
  }

  @Test
  void whatIsMadeUpIsAcceptedAndNeverTheSame() {
    assertThat(ClientId.check(ClientId.random())).isNotEqualTo(ClientId.random());
  }
}
