package dev.infraevents.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.Backoff;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.Event;
import dev.infraevents.engflow.EngFlow;
import dev.infraevents.engflow.InvocationFinished;
import dev.infraevents.testkit.engflow.EngFlowNotification;
import dev.infraevents.testkit.engflow.FakeEngFlow;
import dev.infraevents.testkit.junit.LeakCheck;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What goes over the wire between a consumer and the notification queue. */
@ExtendWith(LeakCheck.class)
class EngFlowEventSourceTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final ConnectionOptions QUICK =
      ConnectionOptions.builder()
          .backoff(new Backoff(Duration.ofMillis(1), Duration.ofMillis(20)))
          .build();

  private final FakeEngFlow fake = FakeEngFlow.start();
  private final List<Event<?>> events = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() {
    fake.close();
  }

  private EngFlowEventSource.Builder source() {
    return EngFlowEventSource.builder().endpoint(fake.url()).connection(QUICK);
  }

  private void awaitAcked(int count) {
    fake.queue().await(queue -> queue.count(EngFlowNotification.State.ACKED) == count, PATIENCE);
  }

  @Test
  void aNotificationIsHandledAndThenAcknowledged() {
    try (var source = source().build();
        var subscription = source.subscribe((event, delivery) -> events.add(event))) {
      String id =
          fake.queue()
              .about("ns/9608f439-4c3e-4909-8a0c-f78810322b6b")
              .invocationFinished("5173658c-4595-4978-8db0-2942b1e7ca13");
      awaitAcked(1);
      Event<InvocationFinished> event = events.get(0).as(InvocationFinished.class);
      assertThat(event.id()).isEqualTo(id);
      assertThat(event.type()).isEqualTo(EngFlow.INVOCATION_FINISHED);
      assertThat(event.payload().invocationId()).isEqualTo("5173658c-4595-4978-8db0-2942b1e7ca13");
    }
  }
}
