package dev.infraevents.pubsub.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.infraevents.ProtocolException;
import dev.infraevents.RequestException;
import dev.infraevents.TransportException;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.foundries.FakeFoundriesApi;
import dev.infraevents.testkit.foundries.FakeFoundriesApiExtension;
import dev.infraevents.testkit.internal.DaemonThreads;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
@Timeout(60)
class QueueRetryTest {

  private static final Duration SECOND = Duration.ofSeconds(1);

  @RegisterExtension final FakeFoundriesApiExtension extension = new FakeFoundriesApiExtension();

  private final VirtualTime time = new VirtualTime();
  private final DaemonThreads threads = new DaemonThreads("test");
  private final AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
  private final AtomicBoolean interrupted = new AtomicBoolean();

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 502, 503, 504})
  void readIsRepeatedAfterTroubleThatMayPass(int status) {
    refuse(status, 3);

    assertThat(outcome(() -> queues().list())).isNull();
    assertThat(server().requests()).hasSize(4);
  }

  @Test
  void readIsGivenUpAfterFourAttempts() {
    refuse(503, 9);

    assertThat(outcome(() -> queues().list())).isInstanceOf(RequestException.class);
    assertThat(server().requests()).hasSize(4);
  }

  @Test
  void readIsRepeatedWhenTheAnswerIsCutOff() {
    server().inject(Fault.truncate());

    assertThat(outcome(() -> queues().list())).isNull();
    assertThat(server().requests()).hasSize(2);
  }

  @Test
  void serverThatIsNotThereIsGivenUpInTheEnd() {
    server().inject(Fault.outage());

    assertThat(outcome(() -> queues().list())).isInstanceOf(TransportException.class);
  }

  @Test
  void serverIsLeftAloneForAsLongAsItAsks() {
    server().inject(Fault.refuseUpgrade(429, "text/plain", "").withHeader("Retry-After", "40"));
    Thread caller = start(() -> queues().list());
    await().until(() -> time.pendingTasks() == 1);
    assertThat(time.nextDelay()).contains(Duration.ofSeconds(40));

    time.advance(Duration.ofSeconds(40));
    DaemonThreads.await(caller);

    assertThat(thrown.get()).isNull();
    assertThat(server().requests()).hasSize(2);
  }

  @Test
  void callerIsNotHeldForLongerThanAMinute() {
    server().inject(Fault.refuseUpgrade(503, "text/plain", "").withHeader("Retry-After", "61"));

    assertThatThrownBy(() -> queues().list())
        .isInstanceOfSatisfying(
            RequestException.class,
            e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(61)));
    assertThat(server().requests()).hasSize(1);
  }

  @Test
  void interruptEndsThePause() {
    refuse(503, 9);
    Thread caller = start(() -> queues().list());
    await().until(() -> time.pendingTasks() == 1);

    caller.interrupt();
    DaemonThreads.await(caller);

    assertThat(thrown.get()).isInstanceOf(TransportException.class).hasMessageContaining("interr");
    assertThat(interrupted).isTrue();
    assertThat(server().requests()).hasSize(1);
  }

  @Test
  void deletionIsRepeatedAndDoneWhenTheFirstAnswerWasLost() {
    server().addPushQueue("one", "https://example.com/");
    server().inject(Fault.truncate());

    assertThat(outcome(() -> queues().delete("one"))).isNull();
    assertThat(server().queues()).isEmpty();
    assertThat(server().requests()).hasSize(2);
  }

  @Test
  void deletionThatWasOnlyPutOffFindsOutThatThereIsNoQueue() {
    refuse(429, 1);

    assertThat(outcome(() -> queues().delete("one")))
        .isInstanceOfSatisfying(RequestException.class, e -> assertThat(e.status()).isEqualTo(404));
    assertThat(server().requests()).hasSize(2);
  }

  @Test
  void creationIsNeverRepeated() {
    refuse(503, 9);

    assertThatThrownBy(() -> queues().createPush("a", URI.create("https://example.com/")))
        .isInstanceOf(RequestException.class);
    assertThat(server().requests()).hasSize(1);

    server().heal();
    server().inject(Fault.truncate());
    assertThatThrownBy(() -> queues().createPush("a", URI.create("https://example.com/")))
        .isInstanceOf(TransportException.class);
    assertThat(server().requests()).hasSize(2);
  }

  @Test
  void answerThatIsNotTheApisIsNotAskedForAgain() {
    server().inject(Fault.garbageText());

    assertThat(outcome(() -> queues().list())).isInstanceOf(ProtocolException.class);
    assertThat(server().requests()).hasSize(1);
  }

  private void refuse(int status, int times) {
    server().inject(Fault.refuseUpgrade(status, "text/plain", "busy").times(times));
  }

  /** Lets time pass until the call is over. */
  private @Nullable Throwable outcome(Runnable call) {
    Thread caller = start(call);
    await()
        .until(
            () -> {
              time.advance(SECOND);
              return !caller.isAlive();
            });
    return thrown.get();
  }

  private Thread start(Runnable call) {
    return threads.start(
        "caller",
        () -> {
          thrown.set(catchThrowable(call::run));
          interrupted.set(Thread.interrupted());
        });
  }

  private FakeFoundriesApi server() {
    return extension.server();
  }

  private EventQueues queues() {
    return EventQueues.builder()
        .api(server().url())
        .factory(server().factory())
        .credentials(FoundriesCredentials.apiToken(server().apiToken()))
        .timeSource(new TimeSource(time.clock(), time::nanoTime, time))
        .build();
  }
}
