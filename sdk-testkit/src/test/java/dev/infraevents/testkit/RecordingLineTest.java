package dev.infraevents.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.Bytes;
import dev.infraevents.testkit.garm.GarmRecording;
import dev.infraevents.testkit.junit.LeakCheck;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class RecordingLineTest {

  private static final String JWT = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyIjoieCJ9.c2lnbmF0dXJl";

  private static String line(String message) {
    return RecordingLine.of(Bytes.ofUtf8(message), new Redaction(new SecretKeys("pin")));
  }

  private static Bytes message(String line) {
    return RecordingLine.message(line.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        " { \"b\" : 1.50e+02 ,\t\"a\":-0, \"a\":null } ",
        "[1,\"\\u003c\\/\\ud83d\\ude00 \\u0000\",true,[[]],{\"\":\"\"}]",
        "{\"text\":\"\u65e5\u672c \ud83d\ude00 \u2028\"}",
        "{\"base64\":\"!\"}",
        "{ \"base64\":\"AAAA\"}",
        "{\"base64\":\"AAAA\",\"more\":1}",
        "{\"when\":\"12:30\",\"image\":\"ghcr.io/x/y:1.2@sha256:00ff\",\"mail\":\"mailto:a@b.c\"}"
      })
  void aJsonObjectOrArrayIsItsOwnLine(String message) {
    assertThat(line(message)).isEqualTo(message);
    assertThat(message(message)).isEqualTo(Bytes.ofUtf8(message));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "plain text",
        "two\nlines\r\n",
        "\"a JSON string\"",
        "17",
        "null",
        "{} {}",
        "{\"half\":",
        "{'no':'json'}",
        "[1,2",
        "\ufeff{}",
        "{\"base64\":\"AAAA\"}",
        "{\"base64\":\"\"}"
      })
  void anyOtherTextComesBackAsItWas(String message) {
    assertThat(line(message)).startsWith("\"").endsWith("\"").doesNotContain("\n", "\r");
    assertThat(message(line(message))).isEqualTo(Bytes.ofUtf8(message));
  }

  @Test
  void bytesThatAreNotUtf8ComeBackAsTheyWere() {
    Bytes binary = Bytes.of(new byte[] {'{', (byte) 0xE4, (byte) 0xB8, '\n', 0, '}'});
    String line = RecordingLine.of(binary, new Redaction(new SecretKeys()));
    assertThat(line).isEqualTo("{\"base64\":\"e+S4CgB9\"}");
    assertThat(message(line)).isEqualTo(binary);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n\u0012token=hunter2 u:p@host", "\u0000", "{\u0001}"})
  void bytesThatAreUtf8ByChanceComeBackAsTheyWere(String message) {
    assertThat(line(message)).startsWith("{\"base64\":\"");
    assertThat(message(line(message))).isEqualTo(Bytes.ofUtf8(message));
  }

  @Test
  void whatIsMeantForATerminalIsText() {
    assertThat(line("\u001b[31mred\u001b[0m\ttoken=abc\b\f"))
        .isEqualTo("\"\\u001B[31mred\\u001B[0m\\ttoken=***\"");
  }

  @Test
  void aPrettyPrintedMessageLosesItsLineBreaksAndNothingElse() {
    assertThat(line("{\r\n  \"a\": [\n    1,\n    \"x\\ny\"\n  ]\n}\n"))
        .isEqualTo("{  \"a\": [    1,    \"x\\ny\"  ]}");
  }

  @Test
  void realTrafficHoldsNothingToRedact() {
    assertThat(GarmRecording.head().frames())
        .allSatisfy(frame -> assertThat(line(frame)).isEqualTo(frame));
  }

  @Test
  void aLineThatIsNotOfTheRecorderIsTheMessage() {
    assertThat(message("hello").utf8()).isEqualTo("hello");
    assertThat(message("\"open").utf8()).isEqualTo("\"open");
    assertThat(message("\"a\" \"b\"").utf8()).isEqualTo("\"a\" \"b\"");
    assertThat(message("{\"base64\":\"A\"}").utf8()).isEqualTo("{\"base64\":\"A\"}");
    byte[] latin = {'{', (byte) 0xFC, '}'};
    assertThat(RecordingLine.message(latin)).isEqualTo(Bytes.of(latin));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "token",
        "Access-Token",
        "GITHUB_TOKEN",
        "tokenValue",
        "password",
        "webhook_secret",
        "Authorization",
        "api key",
        "apiKey",
        "x-api-key",
        "private_key_bytes",
        "oauth2",
        "to\\u006ben",
        "PIN"
      })
  void theValueOfASecretKeyIsReplaced(String key) {
    assertThat(line("{ \"a\":1.0, \"%s\" : \"s\\\"3\\n\" ,\"b\":\"c\"}".formatted(key)))
        .isEqualTo("{ \"a\":1.0, \"%s\" : \"***\" ,\"b\":\"c\"}".formatted(key));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tok", "pins", "key", "auth-type", "credentials_name", "pass"})
  void theValueOfAnotherKeyIsKept(String key) {
    String message = "{\"%s\":\"value\"}".formatted(key);
    assertThat(line(message)).isEqualTo(message);
  }

  @Test
  void everythingBelowASecretKeyIsReplacedAndTheFormKept() {
    assertThat(
            line(
                "[{\"secrets\":{\"a\":\"x\",\"n\":[1,-2.5,{\"z\":\"y\"}],\"t\":true,\"e\":\"\","
                    + "\"0\":null},\"after\":\"kept\",\"n\":3}]"))
        .isEqualTo(
            "[{\"secrets\":{\"a\":\"***\",\"n\":[\"***\",\"***\",{\"z\":\"***\"}],\"t\":true,"
                + "\"e\":\"\",\"0\":null},\"after\":\"kept\",\"n\":3}]");
  }

  @Test
  void tokensAndUserInfoAreReplacedInsideStrings() {
    assertThat(line("{\"log\":\"sent Bearer %s.\",\"u\":[\"x\"]}".formatted(JWT)))
        .isEqualTo("{\"log\":\"sent Bearer ***.\",\"u\":[\"x\"]}");
    assertThat(line("{\"url\":\"https://joe:p\\u0026s@host:1/a@b?c\"}"))
        .isEqualTo("{\"url\":\"https://***@host:1/a@b?c\"}");
    assertThat(line("[\"clone https://ghp_1@github.com/x, dsn admin:pw@db:5432/x\"]"))
        .isEqualTo("[\"clone https://***@github.com/x, dsn ***@db:5432/x\"]");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "`[\"header\\n" + JWT + "\"]`",
        "`[\"eyJhbGci\\u004fiJIUzI1NiJ9\\u002eeyJ1c2VyIjoieCJ9.c2ln\"]`",
        "`[\"https:\\/\\/ghp_1@host\"]`",
        "`[\"joe\\u003apw@host\"]`"
      })
  void aSecretThatHidesBehindAnEscapeTakesItsStringWithIt(String message) {
    assertThat(line(message)).isEqualTo("[\"***\"]");
  }

  @Test
  void textThatIsNoJsonIsSearchedToo() {
    assertThat(message(line("GET / password=hunter2; a=b " + JWT + " http://u:p@h/")).utf8())
        .isEqualTo("GET / password=***; a=b *** http://***@h/");
    assertThat(message(line("Authorization: Basic dTpw\nHost: h")).utf8())
        .isEqualTo("Authorization: ***\nHost: h");
    assertThat(message(line("{\"token\": \"a\\\"b\",\"x\":{\"secret\":12,\"y\":")).utf8())
        .isEqualTo("{\"token\": \"***\",\"x\":{\"secret\":***,\"y\":");
    assertThat(message(line("{\\\"token\\\":\\\"abc\\\",\\\"x\\\":1")).utf8())
        .isEqualTo("{\\\"token\\\":\\\"***\",\\\"x\\\":1");
    assertThat(message(line("{\"password\":\"cut o")).utf8()).isEqualTo("{\"password\":\"***");
  }

  @Test
  void aLargeMessageIsGoneThroughOnce() {
    String base64 = "eyJ-eyJ.:".repeat(500_000);
    String message = "{\"data\":\"" + base64 + "\",\"n\":" + "7".repeat(5_000) + "}";
    assertThat(line(message)).hasSizeGreaterThan(1_000_000);
    String deep = "[".repeat(50_000) + "]".repeat(50_000);
    assertThat(line(deep)).isEqualTo(deep);
    assertThat(message(line("x".repeat(3_000_000))).size()).isEqualTo(3_000_000);
  }
}
