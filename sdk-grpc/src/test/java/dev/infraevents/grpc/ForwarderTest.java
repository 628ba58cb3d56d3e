package dev.infraevents.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.infraevents.AuthenticationException;
import dev.infraevents.CloudEvents;
import dev.infraevents.ConfigurationException;
import dev.infraevents.Event;
import dev.infraevents.RpcException;
import dev.infraevents.SourceException;
import dev.infraevents.Token;
import dev.infraevents.TransportException;
import dev.infraevents.engflow.EngFlowPayload;
import dev.infraevents.engflow.InvocationFinished;
import dev.infraevents.grpc.proto.forwarding.EngFlowRequest;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.engflow.FakeEngFlow;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class ForwarderTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Event<EngFlowPayload> EVENT =
      Messages.event(Messages.any(Messages.invocationFinished().toBuilder()));

  private static Forwarder.Builder to(FakeEngFlow server) {
    return Forwarder.builder().endpoint(server.url());
  }

  /** Handles the event on a thread of its own. */
  private static CompletableFuture<Void> handling(Forwarder forwarder) {
    var done = new CompletableFuture<Void>();
    new Thread(() -> complete(done, forwarder), "handler").start();
    return done;
  }

  private static void complete(CompletableFuture<Void> done, Forwarder forwarder) {
    try {
      forwarder.handle(EVENT, null);
      done.complete(null);
    } catch (RuntimeException e) {
      done.completeExceptionally(e);
    }
  }

  private static SourceException failure(CompletableFuture<Void> handling) {
    Throwable thrown =
        handling
            .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
            .handle((done, failure) -> failure)
            .join();
    assertThat(thrown).isInstanceOf(SourceException.class);
    return (SourceException) thrown;
  }

  @Test
  void anEventArrivesUnderItsIdAsACloudEventThatReadsBackTyped() throws Exception {
    try (FakeEngFlow server = FakeEngFlow.start();
        Forwarder forwarder = to(server).build()) {
      forwarder.handle(EVENT, null);
      forwarder.handle(EVENT, null);

      List<EngFlowRequest> requests = server.forwarding().requests();
      assertThat(requests).hasSize(2);
      assertThat(requests.get(0).getId()).isEqualTo(EVENT.id());
      assertThat(requests.get(1)).isEqualTo(requests.get(0));
      Event<?> read = CloudEvents.fromJson(requests.get(0).getPayload());
      assertThat(read.payload()).isInstanceOf(InvocationFinished.class).isEqualTo(EVENT.payload());
      assertThat(read.id()).isEqualTo(EVENT.id());
      assertThat(read.subject()).isEqualTo(EVENT.subject());
      assertThat(read.time()).isEqualTo(EVENT.time());
      assertThat(read.data()).isEqualTo(EVENT.data());
      assertThat(read.attributes()).isEqualTo(EVENT.attributes());
    }
  }

  @Test
  void whatTheServiceRefusesIsAFailure() {
    try (FakeEngFlow server = FakeEngFlow.start();
        Forwarder forwarder = to(server).build()) {
      server.forwarding().answerWith(Status.FAILED_PRECONDITION.withDescription("disk full"));
      assertThatThrownBy(() -> forwarder.handle(EVENT, null))
          .isInstanceOfSatisfying(
              RpcException.class, e -> assertThat(e.code()).isEqualTo("FAILED_PRECONDITION"))
          .hasMessageContaining("disk full")
          .satisfies(e -> assertThat(e.getMessage()).doesNotContain(Messages.INVOCATION));
      server.heal();
      assertThatCode(() -> forwarder.handle(EVENT, null)).doesNotThrowAnyException();
    }
  }

  @Test
  void whatIsNotAnsweredInTimeIsAFailure() {
    var time = new VirtualTime();
    try (FakeEngFlow server = FakeEngFlow.start();
        Forwarder forwarder =
            to(server).timeSource(new TimeSource(time.clock(), time::nanoTime, time)).build()) {
      server.forwarding().pause();
      CompletableFuture<Void> handling = handling(forwarder);
      server.forwarding().awaitRequests(1, PATIENCE);
      await().until(() -> time.pendingTasks() == 1);

      time.advance(Duration.ofMillis(9_999));
      assertThat(handling).isNotDone();
      time.advance(Duration.ofMillis(1));
      assertThat(failure(handling))
          .isInstanceOf(TransportException.class)
          .hasMessageContaining("did not take an event within 10000 ms");

      server.heal();
      assertThat(handling(forwarder)).succeedsWithin(PATIENCE);
      assertThat(time.pendingTasks()).isZero();
    }
  }

  @Test
  void anOutageFailsEventsUntilTheServiceIsBack() {
    try (FakeEngFlow server = FakeEngFlow.start();
        Forwarder forwarder = to(server).build()) {
      assertThat(handling(forwarder)).succeedsWithin(PATIENCE);
      server.inject(Fault.outage());
      for (int i = 0; i < 3; i++) {
        assertThat(failure(handling(forwarder)).isRetryable()).isTrue();
      }
      server.heal();
      assertThat(handling(forwarder)).succeedsWithin(PATIENCE);
      assertThat(server.forwarding().requests()).hasSize(2);
    }
  }

  @Test
  void aCallThatIsCutIsAFailure() {
    try (FakeEngFlow server = FakeEngFlow.start();
        Forwarder forwarder = to(server).build()) {
      server.forwarding().pause();
      CompletableFuture<Void> handling = handling(forwarder);
      server.forwarding().awaitRequests(1, PATIENCE);
      server.inject(Fault.reset());
      assertThat(failure(handling)).isInstanceOf(TransportException.class);
    }
  }

  @Test
  void manyEventsAreUnderWayAtOnce() {
    try (FakeEngFlow server = FakeEngFlow.start();
        Forwarder forwarder = to(server).build()) {
      server.forwarding().pause();
      List<CompletableFuture<Void>> handling = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        handling.add(handling(forwarder));
      }
      server.forwarding().awaitRequests(20, PATIENCE);
      assertThat(handling).noneMatch(CompletableFuture::isDone);
      server.forwarding().resume();
      assertThat(handling).allSatisfy(done -> assertThat(done).succeedsWithin(PATIENCE));
    }
  }

  @Test
  void anInterruptEndsTheWaitAndIsKept() throws InterruptedException {
    try (FakeEngFlow server = FakeEngFlow.start();
        Forwarder forwarder = to(server).build()) {
      server.forwarding().pause();
      var kept = new CompletableFuture<Boolean>();
      var done = new CompletableFuture<Void>();
      var handler =
          new Thread(
              () -> {
                complete(done, forwarder);
                kept.complete(Thread.currentThread().isInterrupted());
              });
      handler.start();
      server.forwarding().awaitRequests(1, PATIENCE);
      handler.interrupt();
      assertThat(failure(done))
          .isInstanceOf(TransportException.class)
          .hasMessageContaining("interrupted");
      assertThat(kept).succeedsWithin(PATIENCE).isEqualTo(true);
    }
  }

  @Test
  void closingFailsWhatIsUnderWayAndRefusesWhatComesLater() {
    try (FakeEngFlow server = FakeEngFlow.start()) {
      Forwarder forwarder = to(server).build();
      server.forwarding().pause();
      CompletableFuture<Void> handling = handling(forwarder);
      server.forwarding().awaitRequests(1, PATIENCE);
      forwarder.close();
      forwarder.close();
      assertThat(failure(handling)).isNotNull();
      assertThatThrownBy(() -> forwarder.handle(EVENT, null))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
  }

  @Test
  void aRefusedTokenIsRenewedOnceThenTheEventArrives() throws Exception {
    try (FakeEngFlow server = FakeEngFlow.builder().acceptToken().start()) {
      String stale = "stale-" + server.token();
      var fetched = new AtomicInteger();
      EngFlowCredentials credentials =
          EngFlowCredentials.token(
              () -> new Token(fetched.getAndIncrement() == 0 ? stale : server.token(), null));
      try (Forwarder forwarder = to(server).credentials(credentials).build()) {
        forwarder.handle(EVENT, null);
        forwarder.handle(EVENT, null);
      }
      assertThat(fetched).hasValue(2);
      assertThat(server.forwarding().requests()).hasSize(2);
    }
  }

  @Test
  void aTokenThatStaysRefusedIsAnAuthenticationErrorWithoutTheToken() {
    try (FakeEngFlow server = FakeEngFlow.builder().acceptToken().start();
        Forwarder forwarder =
            to(server).credentials(EngFlowCredentials.token("S3cret-token")).build()) {
      assertThatThrownBy(() -> forwarder.handle(EVENT, null))
          .isInstanceOf(AuthenticationException.class)
          .satisfies(e -> assertThat(e.getMessage()).doesNotContain("S3cret"));
      assertThat(server.forwarding().requests()).isEmpty();
    }
  }

  @Test
  void channelSettingsThatThrowLeaveNothingBehind() {
    Forwarder.Builder builder =
        Forwarder.builder()
            .endpoint("grpc://cluster.invalid")
            .channel(
                channel -> {
                  throw new IllegalStateException("no such setting");
                });
    assertThatThrownBy(builder::build).hasMessage("no such setting");
    Rpcs.awaitNoTimersInUse();
  }

  @Test
  void settingsThatCanNotWorkAreRefused() {
    assertThatThrownBy(() -> Forwarder.builder().build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("endpoint");
    assertThatThrownBy(() -> Forwarder.builder().callTimeout(Duration.ZERO))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("callTimeout");
  }
}
