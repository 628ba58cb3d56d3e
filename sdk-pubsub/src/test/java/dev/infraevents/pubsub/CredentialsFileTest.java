package dev.infraevents.pubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.auth.oauth2.ServiceAccountCredentials;
import dev.infraevents.ConfigurationException;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The file is believed in as little as possible, and nothing of it is shown. */
@ExtendWith(LeakCheck.class)
class CredentialsFileTest {

  private static final String KEY = newKey();

  @TempDir private Path directory;

  private static String newKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      byte[] key = generator.generateKeyPair().getPrivate().getEncoded();
      return Base64.getEncoder().encodeToString(key);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ObjectNode genuine() {
    return new ObjectMapper()
        .createObjectNode()
        .put("type", "service_account")
        .put("project_id", "osf-prod")
        .put("private_key_id", "0123456789abcdef")
        .put("private_key", "-----BEGIN PRIVATE KEY-----\n" + KEY + "\n-----END PRIVATE KEY-----\n")
        .put("client_email", "listener@osf-prod.iam.gserviceaccount.com")
        .put("client_id", "123456789012345678901")
        .put("auth_uri", "https://accounts.google.com/o/oauth2/auth")
        .put("token_uri", "https://oauth2.googleapis.com/token")
        .put("fio-subscription-name", "f-123-my-queue");
  }

  private Path file(String content) throws IOException {
    return Files.writeString(directory.resolve("queue.json"), content);
  }

  private static void refused(Path file, URI tokenServer, String why) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> CredentialsFile.read(file, tokenServer))
        .withMessageContaining(file.toString())
        .withMessageContaining(why)
        .satisfies(error -> assertNothingShown(stackTrace(error)));
  }

  private static void assertNothingShown(String text) {
    assertThat(text)
        .doesNotContain(KEY.substring(0, 20), "BEGIN PRIVATE", "s3cret", "0123456789ab");
  }

  private static String stackTrace(Throwable error) {
    var text = new StringWriter();
    error.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  @Test
  void theSubscriptionAndTheCredentialsAreRead() throws Exception {
    CredentialsFile read = CredentialsFile.read(file(genuine().toString()), null);
    assertThat(read.subscription()).isEqualTo("projects/osf-prod/subscriptions/f-123-my-queue");
    var account = (ServiceAccountCredentials) read.credentials();
    assertThat(account.getClientEmail()).isEqualTo("listener@osf-prod.iam.gserviceaccount.com");
    assertThat(account.getTokenServerUri()).hasToString("https://oauth2.googleapis.com/token");
  }

  // Without a scope they could not be renewed.
  @Test
  void credentialsAreUsedWithTheScopeThatTheyNeed() throws Exception {
    CredentialsFile read = CredentialsFile.read(file(genuine().toString()), null);
    var settings =
        FoundriesPullSource.builder()
            .subscription("osf-prod", "queue")
            .endpoint("localhost:443")
            .credentials(read.credentials())
            .settings();
    assertThat(((ServiceAccountCredentials) settings.credentials()).getScopes())
        .containsExactly("https://www.googleapis.com/auth/pubsub");
  }

  @Test
  void aFullNameIsUsedAsItIs() throws Exception {
    String full = "projects/other/subscriptions/q-1";
    Path file = file(genuine().put("fio-subscription-name", full).toString());
    assertThat(CredentialsFile.read(file, null).subscription()).isEqualTo(full);
  }

  @Test
  @SuppressWarnings("ObjectToString") // whatever it shows
  void theKeyIsNotShown() throws Exception {
    CredentialsFile read = CredentialsFile.read(file(genuine().toString()), null);
    assertThat(read.toString()).contains("f-123-my-queue");
    assertNothingShown(read.toString());
    var source =
        FoundriesPullSource.builder().credentialsFile(directory.resolve("queue.json")).build();
    assertNothingShown(source.toString());
    source.close();
  }

  // The kinds that Google's generic loader takes; some fetch whatever the file says.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "authorized_user",
        "external_account",
        "external_account_authorized_user",
        "impersonated_service_account",
        "gdch_service_account",
        "s3cret"
      })
  void anotherKindOfCredentialsIsRefused(String type) throws Exception {
    refused(file(genuine().put("type", type).toString()), null, "not the key of a service account");
  }

  @ParameterizedTest
  @ValueSource(strings = {"fio-subscription-name", "project_id", "token_uri"})
  void aMissingMemberIsNamed(String member) throws Exception {
    ObjectNode json = genuine();
    json.remove(member);
    refused(file(json.toString()), null, "it has no " + member);
    refused(file(json.put(member, 42).toString()), null, "it has no " + member);
    refused(file(json.put(member, " ").toString()), null, "it has no " + member);
    refused(file(json.putNull(member).toString()), null, "it has no " + member);
  }

  @ParameterizedTest
  @ValueSource(strings = {"type", "private_key", "private_key_id", "client_email", "client_id"})
  void aMissingMemberOfTheKeyIsRefused(String member) throws Exception {
    ObjectNode json = genuine();
    json.remove(member);
    refused(file(json.toString()), null, "can not be used");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://oauth2.googleapis.com.s3cret.example/token",
        "http://oauth2.googleapis.com/token",
        "https://oauth2.googleapis.com/token?s3cret",
        "http://169.254.169.254/s3cret",
        "s3cret"
      })
  void aTokenServerThatIsNotGooglesIsRefused(String uri) throws Exception {
    refused(file(genuine().put("token_uri", uri).toString()), null, "token_uri is not Google's");
  }

  @Test
  void anotherTokenServerIsUsedIfTheApplicationSaysSo() throws Exception {
    URI own = URI.create("http://localhost:1/token");
    Path file = file(genuine().put("token_uri", "http://169.254.169.254/").toString());
    var account = (ServiceAccountCredentials) CredentialsFile.read(file, own).credentials();
    assertThat(account.getTokenServerUri()).isEqualTo(own);
  }

  @Test
  void aFileThatCanNotBeReadIsTold() {
    refused(directory.resolve("none.json"), null, "can not be read: NoSuchFileException");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "s3cret", "[]", "null", "\"s3cret\"", "{", "{\"private_key\": s3cret"})
  void whatIsNoJsonObjectIsRefused(String content) throws Exception {
    refused(file(content), null, "can not be used");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3cret",
        "-----BEGIN PRIVATE KEY-----\nczNjcmV0\n-----END PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY-----\ns3cret\n-----END RSA PRIVATE KEY-----\n"
      })
  void aKeyThatCanNotBeReadIsRefused(String key) throws Exception {
    refused(file(genuine().put("private_key", key).toString()), null, "can not be used");
  }

  @Test
  void aSubscriptionThatCanNotBeIsRefused() throws Exception {
    Path file = file(genuine().put("fio-subscription-name", "a/../b").toString());
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> CredentialsFile.read(file, null));
  }
}
