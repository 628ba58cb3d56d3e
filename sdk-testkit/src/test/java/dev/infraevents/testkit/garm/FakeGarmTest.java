package dev.infraevents.testkit.garm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What tests do with the fake: watch it, wait for it, start it and close it. */
@ExtendWith(LeakCheck.class)
class FakeGarmTest {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration NOW = Duration.ZERO;

  @Test
  void anEventWithoutAnyoneToHearItIsGone() throws IOException {
    try (FakeGarm garm = FakeGarm.start()) {
      assertThat(garm.emit("pool", "create", "{}")).isZero();
      try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
        assertThat(client.barrier("p")).isEmpty();
      }
      garm.connections().get(0).awaitClosed(SOON);
      assertThat(garm.emit("pool", "create", "{}")).isZero();
      assertThat(garm.eventsDropped()).isZero();
    }
  }

  @Test
  void awaitConnectionsWaitsForTheUpgrade() throws Exception {
    try (FakeGarm garm = FakeGarm.start()) {
      var executor = Executors.newSingleThreadExecutor();
      Future<RawClient> client = executor.submit(() -> RawClient.upgraded(garm));

      List<GarmConnection> connections = garm.awaitConnections(1, SOON);

      assertThat(connections).hasSize(1);
      assertThat(connections.get(0).id()).isEqualTo(1);
      assertThat(connections.get(0).request().header("Authorization").orElse(""))
          .startsWith("Bearer ");
      client.get().close();
      executor.shutdown();
    }
  }

  @Test
  void whatDoesNotHappenInTimeFailsAndSaysHowThingsStand() throws IOException {
    try (FakeGarm garm = FakeGarm.start();
        RawClient client = RawClient.upgraded(garm)) {
      assertThatExceptionOfType(AssertionError.class)
          .isThrownBy(() -> garm.awaitConnections(2, NOW))
          .withMessageContaining("not within PT0S: FakeGarm[" + garm.url())
          .withMessageContaining("connection 1 (open, no filter, 0 messages, 0 pings");
      assertThatExceptionOfType(AssertionError.class)
          .isThrownBy(() -> garm.awaitFilter(Duration.ofMillis(1)));
      assertThatExceptionOfType(AssertionError.class)
          .isThrownBy(() -> garm.connections().get(0).awaitClosed(NOW));
      assertThat(client.barrier("p")).isEmpty();
    }
  }

  @Test
  void anInterruptEndsTheWaiting() {
    try (FakeGarm garm = FakeGarm.start()) {
      Thread.currentThread().interrupt();
      assertThatExceptionOfType(AssertionError.class)
          .isThrownBy(() -> garm.awaitConnections(1, SOON));
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void awaitFilterFindsTheNewestConnectionThatIsOpen() throws IOException {
    try (FakeGarm garm = FakeGarm.start();
        RawClient first = RawClient.subscribed(garm, RawClient.ALL);
        RawClient second = RawClient.upgraded(garm)) {
      assertThat(garm.awaitFilter(SOON).id()).isEqualTo(1);
      second.text(RawClient.ALL);
      garm.connections().get(1).awaitFilter(SOON);
      assertThat(garm.awaitFilter(SOON).id()).isEqualTo(2);
      second.close();
      garm.connections().get(1).awaitClosed(SOON);
      assertThat(garm.awaitFilter(SOON).id()).isEqualTo(1);
      assertThat(first.barrier("p")).isEmpty();
    }
  }

  @Test
  void anythingThatCanBeSeenCanBeWaitedFor() throws IOException {
    try (FakeGarm garm = FakeGarm.start();
        RawClient client = RawClient.upgraded(garm)) {
      GarmConnection connection = garm.connections().get(0);
      client.pong();
      client.text("{}");
      client.ping("p");

      connection.await(c -> c.pingsReceived() == 1 && c.pongsReceived() == 1, SOON);
      garm.await(g -> g.upgradeRequests().size() == 1, SOON);

      assertThat(connection.filters()).containsExactly("{}");
      assertThat(connection)
          .hasToString("connection 1 (open, no filter, 1 messages, 1 pings, 1 pongs received)");
      client.closeFrame(1001, "");
      connection.await(c -> c.closeCode().isPresent(), SOON);
      connection.awaitClosed(SOON);
      assertThat(connection.toString()).startsWith("connection 1 (closed, ");
    }
  }

  @Test
  void severalServersRunSideBySideAndDoNotShareTokens() throws IOException {
    try (FakeGarm one = FakeGarm.start();
        FakeGarm two = FakeGarm.start();
        RawClient client = RawClient.connect(two)) {
      assertThat(client.upgrade(one.token().mint())).startsWith("HTTP/1.1 401 ");
    }
  }

  @Test
  void aServerThatIsUsedFromManyThreads() throws Exception {
    int clients = 4;
    int events = 500;
    try (FakeGarm garm = FakeGarm.builder().bufferCapacity(clients * events).start()) {
      var executor = Executors.newFixedThreadPool(2 * clients);
      List<Future<Integer>> received =
          IntStream.range(0, clients)
              .mapToObj(i -> executor.submit(() -> receive(garm, clients * events)))
              .toList();
      garm.await(
          g -> g.connections().stream().mapToInt(GarmConnection::pingsReceived).sum() == clients,
          SOON);
      List<Future<?>> emitters =
          IntStream.range(0, clients)
              .<Future<?>>mapToObj(i -> executor.submit(() -> emit(garm, events)))
              .toList();
      for (Future<?> emitter : emitters) {
        emitter.get();
      }
      for (Future<Integer> count : received) {
        assertThat(count.get()).isEqualTo(clients * events);
      }
      executor.shutdown();
    }
  }

  private static int receive(FakeGarm garm, int count) throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      int received = 0;
      while (received < count) {
        received += client.next().startsWith("TEXT ") ? 1 : count + 1;
      }
      return received;
    }
  }

  private static void emit(FakeGarm garm, int count) {
    for (int i = 0; i < count; i++) {
      garm.emit("pool", "update", "{\"i\":" + i + "}");
    }
  }

  @Test
  void theNamesOfThreadsSayWhoseTheyAre() throws IOException {
    try (FakeGarm garm = FakeGarm.start();
        RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      assertThat(client.barrier("p")).isEmpty();
      assertThat(Thread.getAllStackTraces().keySet())
          .filteredOn(thread -> thread.getName().startsWith("fake-garm-"))
          .allMatch(Thread::isDaemon)
          .extracting(Thread::getName)
          .contains("fake-garm-accept", "fake-garm-connection-1", "fake-garm-writer-1");
    }
  }

  @Test
  void aPrefixIsAPath() {
    assertThatIllegalArgumentException().isThrownBy(() -> FakeGarm.builder().pathPrefix("garm"));
    assertThatIllegalArgumentException().isThrownBy(() -> FakeGarm.builder().pathPrefix("/garm/"));
  }

  @Test
  void usersHaveToExist() {
    try (FakeGarm garm = FakeGarm.start()) {
      assertThatExceptionOfType(NoSuchElementException.class)
          .isThrownBy(() -> garm.disableUser("nobody"));
      assertThatExceptionOfType(NoSuchElementException.class)
          .isThrownBy(() -> garm.token().user("nobody"));
    }
  }

  @Test
  void theExtensionHasAServerOnlyDuringATest() {
    FakeGarmExtension extension = new FakeGarmExtension();

    assertThatIllegalStateException().isThrownBy(extension::server);
  }

  @Test
  void theRecordingHoldsRealEvents() throws IOException {
    List<String> frames = GarmRecording.head().frames();

    assertThat(frames).hasSize(68);
    ObjectMapper mapper = new ObjectMapper();
    for (String frame : frames) {
      List<String> keys = new ArrayList<>();
      mapper.readTree(frame).fieldNames().forEachRemaining(keys::add);
      assertThat(keys).containsExactly("entity-type", "operation", "payload");
    }
    assertThat(frames.get(0)).contains("a \\u003cb\\u003e \\u0026 c é中🚀");
  }
}
