package dev.infraevents.pubsub.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.infraevents.AuthenticationException;
import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.ProtocolException;
import dev.infraevents.RequestException;
import dev.infraevents.TlsOptions;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.foundries.FakeFoundriesApi;
import dev.infraevents.testkit.foundries.FakeFoundriesApiExtension;
import dev.infraevents.testkit.foundries.FoundriesErrorShape;
import dev.infraevents.testkit.foundries.FoundriesQueue;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
@Timeout(60)
class EventQueuesTest {

  private static final String JSON = "application/json";

  @RegisterExtension final FakeFoundriesApiExtension extension = new FakeFoundriesApiExtension();

  @Test
  void listShowsEveryQueue() {
    server().addPushQueue("one", "https://example.com/a");
    server().addPullQueue("two");

    List<EventQueue> listed = queues().list();

    assertThat(listed).extracting(EventQueue::label).containsExactly("one", "two");
    assertThat(listed).extracting(EventQueue::isPush).containsExactly(true, false);
    assertThat(listed).extracting(EventQueue::isPull).containsExactly(false, true);
    assertThat(listed)
        .extracting(EventQueue::pushUrl)
        .containsExactly("https://example.com/a", null);
    ReceivedRequest request = server().requests().get(0);
    assertThat(request.target()).isEqualTo("/ota/factories/example-factory/event-queues/");
    assertThat(request.headers("OSF-TOKEN")).containsExactly(server().apiToken());
    assertThat(request.headers("Authorization")).isEmpty();
  }

  @Test
  void listOfNothingIsEmpty() {
    assertThat(queues().list()).isEmpty();
    server().inject(Fault.refuseUpgrade(204, JSON, ""));
    assertThat(queues().list()).isEmpty();
  }

  @Test
  void queueOfAnUnknownTypeIsListedAsItArrived() {
    String raw = "{\"label\":\"ü\",\n \"type\":\"mqtt\", \"new\":[1.50]}";
    server().inject(Fault.refuseUpgrade(200, JSON, "[ " + raw + " ]"));

    EventQueue queue = queues().list().get(0);

    assertThat(queue.type()).isEqualTo("mqtt");
    assertThat(queue.raw().utf8()).isEqualTo(raw);
    assertThat(queue.isPush() || queue.isPull()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "{}",
        "<html>login</html>",
        "[1]",
        "[{}",
        "[] []",
        "[{\"type\":\"push\"}]"
      })
  void listThatIsNoneIsRefused(String body) {
    server().inject(Fault.refuseUpgrade(200, "text/html", body));

    assertThatThrownBy(() -> queues().list())
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("is this the API");
  }

  @Test
  void pushQueueIsCreatedWithItsUrlWordForWord() throws IOException {
    queues().createPush("ci", URI.create("https://Example.com:443/hook?x=%41#f"));

    FoundriesQueue queue = server().queues().get(0);
    assertThat(queue.pushUrl()).isEqualTo("https://Example.com:443/hook?x=%41#f");
    JsonNode body = new ObjectMapper().readTree(server().requests().get(0).body());
    assertThat(body.size()).isEqualTo(3);
    assertThat(server().requests().get(0).header("Content-Type")).contains(JSON);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://example.com/", "example.com", "https:/x", "mailto:a@b"})
  void urlThatGoogleWouldNotPushToIsRefused(String url) {
    assertThatThrownBy(() -> queues().createPush("ci", URI.create(url)))
        .isInstanceOf(ConfigurationException.class);
    assertThat(server().requests()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a/b", "a\nb", ".", ".."})
  void labelThatCanNotBeOneIsRefused(String label) {
    EventQueues queues = queues();
    assertThatThrownBy(() -> queues.createPush(label, URI.create("https://example.com/")))
        .isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> queues.createPull(label, Path.of("unused")))
        .isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> queues.delete(label)).isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> EventQueues.builder().factory(label))
        .isInstanceOf(ConfigurationException.class);
    assertThat(server().requests()).isEmpty();
  }

  @Test
  void labelAndFactoryAreEncodedInThePath() {
    try (var server = FakeFoundriesApi.builder().factory("a b?ü").start()) {
      server.addPushQueue("50%+~x", "https://example.com/");

      queues(server).delete("50%+~x");

      assertThat(server.queues()).isEmpty();
      assertThat(server.requests().get(0).target())
          .isEqualTo("/ota/factories/a%20b%3F%C3%BC/event-queues/50%25%2B~x/");
    }
  }

  @Test
  void deletedQueueIsGone() {
    server().addPushQueue("one", "https://example.com/");

    queues().delete("one");

    assertThat(server().queues()).isEmpty();
    ReceivedRequest request = server().requests().get(0);
    assertThat(request.header("Content-Type")).contains(JSON);
    assertThat(request.body()).isEmpty();
  }

  @Test
  void deletionOfWhatIsNotThereNamesFactoryAndLabel() {
    var thrown = catchThrowableOfType(RequestException.class, () -> queues().delete("nope"));

    assertThat(thrown.status()).isEqualTo(404);
    assertThat(thrown.isRetryable()).isFalse();
    assertThat(thrown).hasMessageContaining("example-factory").hasMessageContaining("nope");
    assertThat(server().requests()).hasSize(1);
  }

  @Test
  void secondQueueOfALabelIsRefused() {
    server().addPushQueue("one", "https://example.com/");

    var thrown =
        catchThrowableOfType(
            RequestException.class,
            () -> queues().createPush("one", URI.create("https://example.com/")));

    assertThat(thrown.status()).isEqualTo(409);
    assertThat(thrown).hasMessageContaining("factory example-factory has a queue one");
  }

  @Test
  void unknownFactoryIsNamed() {
    EventQueues queues = builder(server()).factory("other").build();

    assertThatThrownBy(queues::list)
        .isInstanceOf(RequestException.class)
        .hasMessageContaining("no factory other");
  }

  @ParameterizedTest
  @EnumSource(FoundriesErrorShape.class)
  void wordsOfEveryShapeOfErrorAreReported(FoundriesErrorShape shape) {
    try (var server = FakeFoundriesApi.builder().errorShape(shape).start()) {
      var thrown = catchThrowableOfType(RequestException.class, () -> queues(server).delete("x"));

      String expected =
          switch (shape) {
            case MSG, MESSAGE, TEXT -> "404 (no such event queue: x)";
            case ERROR_LIST -> "404 (request failed: no such event queue: x)";
            case ERROR_FIELDS -> "404 (request failed: label: no such event queue: x)";
            case HTML -> "bytes of HTML)";
            case EMPTY -> "404 (without a word)";
          };
      assertThat(thrown).hasMessageContaining(expected);
      assertThat(thrown.body().contains("no such event queue: x"))
          .isEqualTo(shape != FoundriesErrorShape.EMPTY);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {203, 205, 206, 301, 302, 400, 405, 418})
  void everyOtherStatusIsAnError(int status) {
    server()
        .inject(
            Fault.refuseUpgrade(status, JSON, "[]").withHeader("Location", "https://example.com/"));

    var thrown = catchThrowableOfType(RequestException.class, () -> queues().list());

    assertThat(thrown.status()).isEqualTo(status);
    assertThat(thrown.isRetryable()).isFalse();
    assertThat(server().requests()).hasSize(1);
  }

  @Test
  void forbiddenIsReportedWithTheBodyAsItCame() {
    String body = "{\"detail\": \"scope event-queues:read missing\", \"x\": 1}";
    server().inject(Fault.refuseUpgrade(403, JSON, body).withHeader("X-Request-Id", "42"));

    var thrown = catchThrowableOfType(RequestException.class, () -> queues().list());

    assertThat(thrown.status()).isEqualTo(403);
    assertThat(thrown.body()).isEqualTo(body);
    assertThat(thrown.headers()).containsEntry("X-Request-Id", List.of("42"));
    assertThat(thrown)
        .hasMessageContaining("scope event-queues:read missing")
        .hasMessageContaining("may not manage the event queues");
  }

  @Test
  void longBodyIsNotInTheMessageAndCutInTheException() {
    server().inject(Fault.refuseUpgrade(400, "text/plain", "x".repeat(10_000)));

    var thrown = catchThrowableOfType(RequestException.class, () -> queues().list());

    assertThat(thrown).hasMessageContaining("10000 bytes of text");
    assertThat(thrown.body()).hasSizeLessThan(5000).startsWith("xxx");
  }

  @Test
  void tokenThatIsNotAcceptedIsAnAuthenticationError() {
    EventQueues queues =
        builder(server()).credentials(FoundriesCredentials.apiToken("s3cret-token")).build();

    var thrown = catchThrowableOfType(AuthenticationException.class, queues::list);

    assertThat(thrown.status()).isEqualTo(401);
    assertThat(thrown).hasMessageContaining("invalid API token");
  }

  @Test
  void secretsThatAreSentBackAreNotShown() {
    String token = server().apiToken();
    server().inject(Fault.refuseUpgrade(400, "text/plain", "bad " + token + " and h1dden"));
    var options = ConnectionOptions.builder().header("X-Gate", "h1dden").build();

    var thrown =
        catchThrowableOfType(
            RequestException.class, () -> builder(server()).connection(options).build().list());

    assertThat(thrown.toString() + thrown.body()).doesNotContain(token).doesNotContain("h1dden");
    assertThat(server().requests().get(0).header("X-Gate")).contains("h1dden");
  }

  @Test
  void slashAtTheEndOfTheAddressDoesNotCount() {
    EventQueues queues = builder(server()).api(server().url() + "/").build();

    assertThat(queues.list()).isEmpty();
  }

  @Test
  void serverThatRequiresNoSlashIsServedToo() {
    try (var server = FakeFoundriesApi.builder().requireTrailingSlash(false).start()) {
      assertThat(queues(server).list()).isEmpty();
    }
  }

  @Test
  void credentialsAreNotSentInTheClearUnlessAllowed() {
    EventQueues.Builder exposed = builder(server()).api("http://api.example.com");
    assertThatThrownBy(exposed::build)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("not encrypted");
    assertThat(exposed.allowPlaintextCredentials().build())
        .hasToString("EventQueues[http://api.example.com, factory=example-factory]");

    var login = FoundriesCredentials.oauth2("http://app.example.com/oauth/token/", "id", "s3cret");
    assertThatThrownBy(() -> builder(server()).credentials(login).build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageNotContaining("s3cret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "api.foundries.io",
        "ftp://x",
        "https://u:p4ss@x/",
        "https://x?q=1",
        "https://"
      })
  void addressThatIsNoneIsRefusedWithoutQuotingIt(String url) {
    assertThatThrownBy(() -> EventQueues.builder().api(url))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("https://api.foundries.io")
        .hasMessageNotContaining("p4ss");
  }

  @Test
  void clientNeedsAFactoryAndCredentials() {
    assertThatThrownBy(() -> EventQueues.builder().factory("a").build())
        .isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> EventQueues.builder().credentials(token(server())).build())
        .isInstanceOf(ConfigurationException.class);
  }

  @Test
  void certificateOfAnAuthorityOfOnesOwnIsTrusted(@TempDir Path folder) throws IOException {
    try (var server = FakeFoundriesApi.builder().tls().start()) {
      Path pem = Files.writeString(folder.resolve("ca.pem"), server.certificatePem());
      var tls = TlsOptions.builder().trustedCertificates(pem).build();
      var options = ConnectionOptions.builder().tls(tls).build();

      assertThat(builder(server).connection(options).build().list()).isEmpty();
      assertThatThrownBy(() -> queues(server).list())
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("not trusted");
    }
  }

  private FakeFoundriesApi server() {
    return extension.server();
  }

  private EventQueues queues() {
    return queues(server());
  }

  private static EventQueues queues(FakeFoundriesApi server) {
    return builder(server).build();
  }

  private static EventQueues.Builder builder(FakeFoundriesApi server) {
    return EventQueues.builder()
        .api(server.url())
        .factory(server.factory())
        .credentials(token(server));
  }

  private static FoundriesCredentials token(FakeFoundriesApi server) {
    return FoundriesCredentials.apiToken(server.apiToken());
  }
}
