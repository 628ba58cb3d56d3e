package dev.infraevents.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.EventHandler;
import dev.infraevents.engflow.EngFlowPayload;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.engflow.EngFlowNotification.State;
import dev.infraevents.testkit.engflow.FakeEngFlow;
import dev.infraevents.testkit.engflow.FakeEngFlowBuilder;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two consumers of one queue. */
@ExtendWith(LeakCheck.class)
class EngFlowSharingTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration WINDOW = Duration.ofSeconds(30);
  private static final int COUNT = 200;

  private final VirtualTime time = new VirtualTime(); // the server's
  private final Queue<String> first = new ConcurrentLinkedQueue<>();
  private final Queue<String> second = new ConcurrentLinkedQueue<>();

  private FakeEngFlowBuilder server() {
    return FakeEngFlow.builder()
        .announceCalls()
        .timeSource(new TimeSource(time.clock(), time::nanoTime, time));
  }

  private static EngFlowEventSource source(FakeEngFlow server) {
    return EngFlowEventSource.builder().endpoint(server.url()).ackDeadline(WINDOW).build();
  }

  private static List<String> publish(FakeEngFlow server) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < COUNT; i++) {
      ids.add(server.queue().about("ci/" + i).buildStarted());
    }
    return ids;
  }

  @Test
  void theyShareTheLoadAndNoneIsHandledByBoth() {
    try (var server = server().start();
        var source = source(server);
        var other = source(server);
        var one = source.subscribe((event, delivery) -> first.add(event.id()));
        var two = other.subscribe((event, delivery) -> second.add(event.id()))) {
      server.awaitReaders(2, 2, PATIENCE);
      List<String> ids = publish(server);
      server.queue().await(queue -> queue.count(State.ACKED) == COUNT, PATIENCE);
      assertThat(first).isNotEmpty();
      assertThat(second).isNotEmpty();
      List<String> all = new ArrayList<>(first);
      all.addAll(second);
      assertThat(all).containsExactlyInAnyOrderElementsOf(ids);
      assertThat(server.readers().get(0).client()).isNotEqualTo(server.readers().get(1).client());
    }
  }

  @Test
  void whatOneLeavesBehindGoesToTheOtherAtOnceWhereTheServerHandsItOn() {
    try (var server = server().releaseAtStreamEnd().start()) {
      closeOneOfTwo(server, () -> {});
    }
  }

  @Test
  void whatOneLeavesBehindGoesToTheOtherWhenItsWindowEnds() {
    try (var server = server().start()) {
      closeOneOfTwo(
          server,
          () -> {
            int handled = second.size();
            time.advance(WINDOW.minusMillis(1));
            assertThat(second).hasSize(handled);
            time.advance(Duration.ofMillis(1));
          });
    }
  }

  private void closeOneOfTwo(FakeEngFlow server, Runnable afterwards) {
    Queue<String> left = new ConcurrentLinkedQueue<>();
    EventHandler<EngFlowPayload> leavesEveryOther =
        (event, delivery) -> {
          if (first.size() <= left.size()) {
            first.add(event.id());
          } else {
            left.add(event.id());
            delivery.nack(Duration.ZERO);
          }
        };
    try (var source = source(server);
        var other = source(server);
        var one = source.subscribe(leavesEveryOther);
        var two = other.subscribe((event, delivery) -> second.add(event.id()))) {
      server.awaitReaders(2, 2, PATIENCE);
      List<String> ids = publish(server);
      server
          .queue()
          .await(
              queue ->
                  first.size() + second.size() + left.size() == COUNT
                      && queue.count(State.ACKED) == COUNT - left.size(),
              PATIENCE);
      assertThat(left).isNotEmpty();

      one.close();
      server.awaitReaders(2, 1, PATIENCE);
      afterwards.run();
      server.queue().await(queue -> queue.count(State.ACKED) == COUNT, PATIENCE);

      assertThat(second).containsAll(left);
      List<String> handled = new ArrayList<>(first);
      handled.addAll(second);
      assertThat(handled).containsExactlyInAnyOrderElementsOf(ids);
      assertThat(two.stats().balances()).isTrue();
    }
  }
}
