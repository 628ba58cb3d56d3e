package dev.infraevents.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.infraevents.AuthenticationException;
import dev.infraevents.ConfigurationException;
import dev.infraevents.Token;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every helper is a real process: a script for sh. */
@ExtendWith(LeakCheck.class)
@EnabledOnOs({OS.LINUX, OS.MAC})
class CredentialHelperTest {

  private static final String JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl";

  @TempDir Path dir;

  @Test
  void itsHeadersAndTheirExpiryAreUsedAndUnknownKeysIgnored() throws Exception {
    EngFlowCredentials credentials =
        helper(
            """
            echo '{"headers":{"x-engflow-auth-method":["jwt-v0"],"X-Auth":["a","b"]},'
            echo ' "expires":"2031-05-06T07:08:09+02:00","cached":true}'
            """);

    Token token = fetch(credentials);

    assertThat(token.expiresAt()).isEqualTo(Instant.parse("2031-05-06T05:08:09Z"));
    assertThat(HeaderToken.headers(token))
        .isEqualTo(Map.of("x-engflow-auth-method", List.of("jwt-v0"), "X-Auth", List.of("a", "b")));
    assertThat(credentials.metadata(token).keys())
        .containsExactlyInAnyOrder("x-engflow-auth-method", "x-auth");
  }

  @Test
  void itIsRunWithGetAndAskedByUriWithoutADefaultPort() throws Exception {
    EngFlowCredentials credentials =
        helper(
            """
            echo "$@" > "$(dirname "$0")/arguments"
            cat > "$(dirname "$0")/question"
            echo '{}'
            """,
            "--profile",
            "ci");

    Token token = credentials.provider(Endpoint.parse("grpcs://Example.com:443/")).fetch();

    assertThat(dir.resolve("arguments")).hasContent("--profile ci get");
    assertThat(dir.resolve("question")).hasContent("{\"uri\":\"grpcs://example.com\"}");
    assertThat(token.expiresAt()).isNull();
    assertThat(credentials.metadata(token).keys()).isEmpty();
  }

  @Test
  void itNeedNotReadTheQuestion() throws Exception {
    assertThat(fetch(helper("exec 0<&-; echo '{\"headers\":{\"x\":[\"1\"]}}'")).value())
        .isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "1, exit code 1",
    "2, exit code 2 (unknown subcommand",
    "5, exit code 5 (authentication failed",
    "6, exit code 6 (its token store can not be read",
    "7, exit code 7 (run engflow_auth login",
  })
  void itsFailureIsOneOfAuthenticationAndSaysWhatItSaid(int exit, String meaning) {
    assertThatExceptionOfType(AuthenticationException.class)
        .isThrownBy(
            () -> fetch(helper("echo >&2; echo 'no token'  >&2; echo more >&2; exit " + exit)))
        .withMessageContaining(meaning)
        .withMessageContaining(
            "the credential helper sh has no credentials for grpcs://example.com")
        .withMessageEndingWith(": no token")
        .withMessageNotContaining(dir.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        JWT,
        "Bearer abc123",
        "0123456789abcdef0123456789abcdef01234567",
        "--token=hunter2",
      })
  void whatLooksLikeASecretIsNotShown(String secret) {
    var failure =
        catchThrowableOfType(
            AuthenticationException.class,
            () ->
                fetch(helper("echo \"refused: " + secret + "!\" >&2; exit 5", "--token=hunter2")));

    assertThat(failure).hasMessageContaining("refused: ").hasMessageContaining("***");
    assertThat(failure)
        .hasMessageNotContaining(secret.replace("Bearer ", ""))
        .hasMessageNotContaining("hunter2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "s3cret",
        "[]",
        "{\"headers\":{\"x\":[1]}}",
        "{\"expires\":\"s3cret\"}",
        "{\"expires\":1800000000}",
      })
  void anAnswerThatIsNoneIsAMatterOfConfigurationAndNotQuoted(String answer) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> fetch(helper("echo '" + answer + "'")))
        .withMessageContaining("is it a credential helper?")
        .withMessageNotContaining("s3cret")
        .withNoCause();
  }

  @Test
  void aProgramThatIsNotThereIsAMatterOfConfiguration() {
    String missing = dir.resolve("not-there").toString();

    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> fetch(EngFlowCredentials.credentialHelper(List.of(missing, "s3cret"))))
        .withMessageContaining("the credential helper not-there can not be started")
        .withMessageNotContaining("s3cret");
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> EngFlowCredentials.credentialHelper(List.of()));
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> EngFlowCredentials.credentialHelper(List.of(" ")));
  }

  @Test
  void aLongAnswerAndALongComplaintDoNotBlockIt() throws Exception {
    EngFlowCredentials credentials =
        helper(
            """
            i=0
            while [ $i -lt 3000 ]; do
              echo 'a complaint that nobody reads, again and again' >&2
              i=$((i+1))
            done
            echo '{"headers":{"x":["1"]}}'
            """);

    assertThat(HeaderToken.headers(fetch(credentials))).containsKey("x");
  }

  @Test
  void anInterruptEndsTheProgramAndItsChildren() throws Exception {
    EngFlowCredentials credentials =
        helper(
            """
            sleep 600 &
            echo $! > "$(dirname "$0")/child.tmp"
            mv "$(dirname "$0")/child.tmp" "$(dirname "$0")/child"
            wait
            """);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                fetch(credentials);
              } catch (Exception e) {
                thrown.set(e);
              }
            });
    caller.start();
    await().until(() -> Files.exists(dir.resolve("child")));
    long child = Long.parseLong(Files.readString(dir.resolve("child")).strip());

    caller.interrupt();
    caller.join();

    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    await().until(() -> ProcessHandle.of(child).map(process -> !process.isAlive()).orElse(true));
  }

  private EngFlowCredentials helper(String script, String... arguments) throws IOException {
    Path file = dir.resolve("helper.sh");
    Files.writeString(file, script);
    List<String> command = new ArrayList<>(List.of("sh", file.toString()));
    command.addAll(List.of(arguments));
    return EngFlowCredentials.credentialHelper(command);
  }

  private static Token fetch(EngFlowCredentials credentials) throws Exception {
    return credentials.provider(Endpoint.parse("grpcs://example.com")).fetch();
  }
}
