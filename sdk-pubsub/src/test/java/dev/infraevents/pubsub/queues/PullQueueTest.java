package dev.infraevents.pubsub.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.infraevents.AuthenticationException;
import dev.infraevents.ConfigurationException;
import dev.infraevents.ProtocolException;
import dev.infraevents.RequestException;
import dev.infraevents.TransportException;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.foundries.FakeFoundriesApi;
import dev.infraevents.testkit.foundries.FakeFoundriesApiExtension;
import dev.infraevents.testkit.internal.DaemonThreads;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
@Timeout(60)
class PullQueueTest {

  private static final String JSON = "application/json";

  @RegisterExtension final FakeFoundriesApiExtension extension = new FakeFoundriesApiExtension();

  @TempDir private Path folder;

  @Test
  void keyIsKeptAsItCame() throws IOException {
    queues().createPull("mine", file());

    assertThat(Files.readString(file())).isEqualTo(server().queues().get(0).credentials());
    assertThat(server().requests().get(0).body())
        .isEqualTo("{\"label\":\"mine\",\"type\":\"pull\"}");
  }

  @Test
  void fileIsForItsOwnerOnly() throws IOException {
    assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"));

    queues().createPull("mine", file());

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
  }

  @Test
  void fileThatExistsIsNotTouchedAndNothingIsSent() throws IOException {
    Files.writeString(file(), "an older key");

    assertThatThrownBy(() -> queues().createPull("mine", file()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("exists");

    assertThat(file()).hasContent("an older key");
    assertThat(server().requests()).isEmpty();
  }

  @Test
  void fileThatCanNotBeCreatedCostsNothing() {
    assertThatThrownBy(() -> queues().createPull("mine", folder.resolve("no/such/file")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("no folder");
    assertThat(server().requests()).isEmpty();
  }

  static Stream<Arguments> refusals() {
    return Stream.of(400, 403, 404, 409, 429).map(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void refusalLeavesNoFileAndIsReportedAsItIs(int status) {
    server().inject(Fault.refuseUpgrade(status, JSON, "{\"msg\":\"no\"}").times(9));

    var thrown =
        catchThrowableOfType(RequestException.class, () -> queues().createPull("mine", file()));

    assertThat(thrown.status()).isEqualTo(status);
    assertThat(file()).doesNotExist();
    assertThat(server().requests()).hasSize(1);
  }

  @Test
  void refusedTokenLeavesNoFile() {
    server().inject(Fault.refuseUpgrade(401, JSON, ""));

    assertThatThrownBy(() -> queues().createPull("mine", file()))
        .isInstanceOf(AuthenticationException.class);
    assertThat(file()).doesNotExist();
    assertThat(server().requests()).hasSize(1);
  }

  @Test
  void serverThatIsNotThereLeavesNoFileAndCanBeTriedAgain() {
    server().inject(Fault.outage());

    assertThatThrownBy(() -> queues().createPull("mine", file()))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("no connection");
    assertThat(file()).doesNotExist();
  }

  static Stream<Fault> troubles() {
    return Stream.of(
        Fault.truncate(), Fault.garbageText(), Fault.invalidJson(), Fault.oversize(5_000_000));
  }

  @ParameterizedTest
  @MethodSource("troubles")
  void lostKeyIsReportedWithWhatToDo(Fault trouble) {
    server().inject(trouble);

    var thrown =
        catchThrowableOfType(ProtocolException.class, () -> queues().createPull("mine", file()));

    assertThat(thrown)
        .hasMessageContaining("mine")
        .hasMessageContaining("delete the queue, then create another");
    assertThat(thrown.isRetryable()).isFalse();
    assertThat(file()).doesNotExist();
    assertThat(server().requests()).hasSize(1);
    assertThat(server().queues()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 503, 504})
  void troubleOfAGatewayIsNoRefusal(int status) {
    server().inject(Fault.refuseUpgrade(status, JSON, "").times(9));

    assertThatThrownBy(() -> queues().createPull("mine", file()))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("delete the queue, then create another")
        .hasCauseInstanceOf(RequestException.class);
    assertThat(file()).doesNotExist();
    assertThat(server().requests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "[]", "{\"private_key\":\"\"}", "<html>private_key</html>"})
  void answerWithoutAKeyIsNotKept(String body) {
    server().inject(Fault.refuseUpgrade(201, JSON, body));

    assertThatThrownBy(() -> queues().createPull("mine", file()))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("holds no key");
    assertThat(file()).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"private_key\":\"k3y\"}",
        "{\"private_key\":\"k3y\",\"type\":\"external_account\"}",
        "{\"private_key\":\"k3y\",\"type\":\"service_account\",\"project_id\":\"p\"}"
      })
  void keyIsKeptEvenIfTheRestIsNotAsExpected(String body) {
    server().inject(Fault.refuseUpgrade(201, JSON, body));

    assertThatThrownBy(() -> queues().createPull("mine", file()))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("holds the key of queue mine, but")
        .hasMessageNotContaining("k3y");
    assertThat(file()).hasContent(body);
  }

  @ParameterizedTest
  @ValueSource(ints = {203, 206})
  void keyIsKeptUnderWhateverStatusAProxyGivesIt(int status) throws IOException {
    String key =
        "{\"type\":\"service_account\",\"private_key\":\"k3y\",\"project_id\":\"p\","
            + "\"client_email\":\"c\",\"fio-subscription-name\":\"s\"}";
    server().inject(Fault.refuseUpgrade(status, JSON, key));

    queues().createPull("mine", file());

    assertThat(file()).hasContent(key);
  }

  @Test
  void interruptWhileTheAnswerIsAwaitedLeavesNoFile() {
    server().inject(Fault.stall());
    var threads = new DaemonThreads("test");
    var thrown = new AtomicReference<Throwable>();
    EventQueues queues = queues();
    Thread caller =
        threads.start(
            "caller",
            () -> {
              try {
                queues.createPull("mine", file());
              } catch (ProtocolException e) {
                thrown.set(e);
              }
            });
    server().await(api -> !api.queues().isEmpty(), Duration.ofSeconds(10));

    caller.interrupt();
    DaemonThreads.await(caller);

    assertThat(thrown.get()).hasMessageContaining("interrupted").hasMessageContaining("delete");
    assertThat(file()).doesNotExist();
  }

  private Path file() {
    return folder.resolve("key.json");
  }

  private FakeFoundriesApi server() {
    return extension.server();
  }

  private EventQueues queues() {
    return EventQueues.builder()
        .api(server().url())
        .factory(server().factory())
        .credentials(FoundriesCredentials.apiToken(server().apiToken()))
        .build();
  }
}
