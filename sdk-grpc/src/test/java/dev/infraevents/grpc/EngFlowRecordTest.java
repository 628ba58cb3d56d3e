package dev.infraevents.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.infraevents.Bytes;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.EventSource;
import dev.infraevents.Subscription;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse;
import dev.infraevents.spi.MessageReader;
import dev.infraevents.testkit.EventRecorder;
import dev.infraevents.testkit.ReplaySource;
import dev.infraevents.testkit.junit.LeakCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What was recorded comes back as the same events. */
@ExtendWith(LeakCheck.class)
class EngFlowRecordTest {

  private final EngFlowDecoder decoder = new EngFlowDecoder();

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("engflow.ndjson");
  }

  private static String line(Message message) {
    return "{\"base64\":\"" + Base64.getEncoder().encodeToString(message.toByteArray()) + "\"}";
  }

  private <P> void comesBack(MessageReader<P> reader, List<String> lines) throws Exception {
    List<Event<P>> live;
    try (var recorder = EventRecorder.to(file())) {
      live = play(ReplaySource.builder(reader).lines(lines), recorder::around);
    }
    assertThat(Files.readAllLines(file())).isEqualTo(lines);
    List<Event<P>> replayed =
        play(ReplaySource.builder(reader).file(file()), UnaryOperator.identity());

    assertThat(live).hasSameSizeAs(lines);
    assertThat(replayed).extracting(Event::raw).isEqualTo(all(live, Event::raw));
    assertThat(replayed).extracting(Event::id).isEqualTo(all(live, Event::id));
    assertThat(replayed).extracting(Event::type).isEqualTo(all(live, Event::type));
    assertThat(replayed).extracting(Event::payload).isEqualTo(all(live, Event::payload));
  }

  private static <P, T> List<T> all(List<Event<P>> events, Function<Event<P>, T> part) {
    return events.stream().map(part).toList();
  }

  private static <P> List<Event<P>> play(
      ReplaySource.Builder<P> recording, UnaryOperator<EventHandler<P>> around) throws Exception {
    List<Event<P>> events = Collections.synchronizedList(new ArrayList<>());
    try (EventSource<P> source = recording.source(Messages.SOURCE).build();
        Subscription subscription =
            source.subscribe(around.apply((event, delivery) -> events.add(event)))) {
      subscription.completion().toCompletableFuture().get(30, TimeUnit.SECONDS);
      assertThat(subscription.stats().undecodable()).isZero();
    }
    return events;
  }

  @Test
  void notificationsAndTheEventsOfInvocationsComeBack() throws Exception {
    List<String> lines = new ArrayList<>();
    for (Any any : Messages.everyNotification()) {
      lines.add(line(Messages.response(Messages.notification(any).build())));
    }
    Messages.everyBuildEvent().forEach(event -> lines.add(line(event)));

    comesBack(decoder::read, lines);
  }

  @Test
  void theEventsOfABuildComeBack() throws Exception {
    comesBack(
        decoder::readProgress,
        Messages.everyBuildEvent().stream().map(EngFlowRecordTest::line).toList());
  }

  @Test
  void aMessageThatIsTextByChanceIsNotRedacted() throws Exception {
    // Short, so that every length is a character, and with what a redaction would replace.
    var event = Messages.lifecycle().clear().setBuildId("b").addKeywords("token=abc");
    byte[] message =
        Messages.response(
                Messages.notification(Messages.any(event)).setId("1").clearTimestamp().build())
            .toByteArray();
    assertThat(Bytes.ofUtf8(Bytes.of(message).utf8())).isEqualTo(Bytes.of(message));

    comesBack(decoder::read, List.of(line(PullNotificationResponse.parseFrom(message))));
  }
}
