package dev.infraevents.websocket.garm;

import static dev.infraevents.websocket.garm.GarmTests.proxy;
import static dev.infraevents.websocket.garm.GarmTests.source;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.EventSource;
import dev.infraevents.Subscription;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.testkit.EventRecorder;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.ReplaySource;
import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.garm.GarmRecording;
import dev.infraevents.testkit.junit.LeakCheck;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What was recorded from a server comes back as the same events. */
@ExtendWith(LeakCheck.class)
class GarmRecordTest {

  @TempDir Path folder;

  private final Received live = new Received();
  private final Received replayed = new Received();

  private Path file() {
    return folder.resolve("garm.ndjson");
  }

  private void replay(URI address) throws Exception {
    try (EventSource<GarmPayload> source =
            ReplaySource.garm().file(file()).source(address).build();
        Subscription subscription = source.subscribe(replayed)) {
      subscription
          .completion()
          .toCompletableFuture()
          .get(Received.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(subscription.stats().balances()).isTrue();
    }
  }

  private static <T> List<T> all(Received received, Function<Event<GarmPayload>, T> part) {
    return received.events().stream().map(part).toList();
  }

  @Test
  void aReplayBringsTheSameTypedEvents() throws Exception {
    List<String> frames = GarmRecording.head().frames();
    URI address;
    try (var server = FakeGarm.start();
        var recorder = EventRecorder.to(file());
        var garm = source(server).build();
        Subscription subscription = garm.subscribe(recorder.around(live))) {
      address = garm.source();
      server.awaitFilter(Received.PATIENCE);
      frames.forEach(server::emitRaw);
      live.awaitEvents(frames.size());
    }
    replay(address);

    assertThat(live.events()).hasSameSizeAs(frames);
    for (Function<Event<GarmPayload>, Object> part :
        List.<Function<Event<GarmPayload>, Object>>of(
            Event::type,
            Event::id,
            Event::source,
            e -> String.valueOf(e.subject()),
            e -> String.valueOf(e.time()),
            Event::payload,
            Event::attributes,
            Event::data,
            Event::raw)) {
      assertThat(all(replayed, part)).isEqualTo(all(live, part));
    }
  }

  @Test
  void whatCouldNotBeDecodedCanNotBeDecodedAgain() throws Exception {
    try (var server = FakeGarm.start();
        var recorder = EventRecorder.to(file());
        var garm = source(server).build();
        Subscription subscription =
            garm.subscribe(
                recorder.around(live),
                DeliveryOptions.builder().deadLetters(recorder::undecodable).build())) {
      server.awaitFilter(Received.PATIENCE);
      server.inject(Fault.garbageText());
      server.inject(Fault.invalidJson());
      server.emit("proxy", "create", proxy("1"));
      live.awaitSubject("1");
    }
    assertThat(Files.readAllLines(file())).hasSize(3);
    try (var source = ReplaySource.garm().file(file()).build();
        Subscription subscription = source.subscribe(replayed)) {
      replayed.awaitSubject("1");
      subscription
          .completion()
          .toCompletableFuture()
          .get(Received.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(subscription.stats().undecodable()).isEqualTo(2);
    }
  }

  @Test
  void noSecretOfAnEventReachesTheFile() throws Exception {
    String secret = "hunter2-hunter2";
    try (var server = FakeGarm.start();
        var recorder = EventRecorder.to(file());
        var garm = source(server).build();
        Subscription subscription = garm.subscribe(recorder.around(live))) {
      server.awaitFilter(Received.PATIENCE);
      server.emit(
          "repository",
          "create",
          ("{\"id\":\"r\",\"name\":\"x\",\"webhook_secret\":\"%s\",\"credentials\":{\"pat\":"
                  + "{\"oauth2_token\":\"%s\"}}}")
              .formatted(secret, secret));
      live.awaitSubject("r");
    }
    assertThat(Files.readString(file()))
        .contains("\"webhook_secret\":\"***\"")
        .doesNotContain(secret);
    replay(URI.create("https://garm.example.com"));
    assertThat(replayed.subjects()).containsExactly("r");
  }
}
