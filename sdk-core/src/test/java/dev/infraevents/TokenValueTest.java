package dev.infraevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.infraevents.testkit.junit.LeakCheck;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class TokenValueTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3cret\n",
        "s3cret\r\nX-Evil: 1",
        " s3cret",
        "s3\tcret",
        "s3cret\u0000",
        "s3crét"
      })
  void whatNoHeaderCanCarryIsRefusedWithoutBeingShown(String value) {
    assertThatThrownBy(() -> Token.of(value))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("line break")
        .satisfies(e -> assertThat(e.toString()).doesNotContain("s3"));
  }

  @Test
  void anEmptyTokenIsRefused() {
    assertThatThrownBy(() -> Token.of(""))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("the token is empty");
  }

  @Test
  void theExpiryOfAJwtIsRead() {
    assertThat(Token.ofJwt(jwt("{\"exp\":1800000000,\"sub\":\"x\"}")).expiresAt())
        .isEqualTo(Instant.ofEpochSecond(1_800_000_000));
    assertThat(Token.ofJwt(jwt("{\"exp\":1800000000.75}")).expiresAt())
        .isEqualTo(Instant.ofEpochSecond(1_800_000_000));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "",
        "[]",
        "null",
        "\"text\"",
        "{\"exp\":\"1800000000\"}",
        "{\"exp\":null}",
        "{\"exp\":",
        "{\"exp\":9223372036854775807}",
        "not json"
      })
  void aJwtWithoutAUsableExpiryIsNotKnownToExpire(String claims) {
    assertThat(Token.ofJwt(jwt(claims)).expiresAt()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"opaque", "a.b", "a.b.c.d", "..", "a.!!!.c", "a.ü.c"})
  void whatIsNoJwtIsNotKnownToExpire(String value) {
    if (value.contains("ü")) {
      assertThatThrownBy(() -> Token.ofJwt(value)).isInstanceOf(ConfigurationException.class);
    } else {
      assertThat(Token.ofJwt(value).expiresAt()).isNull();
    }
  }

  @Test
  void theTextOfATokenIsNotShown() {
    Token token = new Token("s3cret", Instant.EPOCH);
    assertThat(token).hasToString("Token[expiresAt=1970-01-01T00:00:00Z]");
    assertThat(TokenProvider.fixed(token).toString()).doesNotContain("s3cret");
  }

  private static String jwt(String claims) {
    var encoder = Base64.getUrlEncoder().withoutPadding();
    String body = encoder.encodeToString(claims.getBytes(StandardCharsets.UTF_8));
    return "eyJhbGciOiJIUzI1NiJ9." + body + ".c2lnbmF0dXJl";
  }
}
