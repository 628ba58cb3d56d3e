package dev.infraevents.testkit.engflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.infraevents.grpc.proto.build.BuildEvent;
import dev.infraevents.grpc.proto.build.StreamId.BuildComponent;
import dev.infraevents.grpc.proto.eventstore.BuildProgressEvent;
import dev.infraevents.grpc.proto.eventstore.GetBuildRequest;
import dev.infraevents.grpc.proto.eventstore.GetInvocationRequest;
import dev.infraevents.grpc.proto.eventstore.ReplayModeOptions.ReplayMode;
import dev.infraevents.grpc.proto.eventstore.StreamedBuildEvent;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.junit.LeakCheck;
import io.grpc.Status;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class EngFlowStoreTest {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String INVOCATION = "070d25bf-3eac-4ea6-85a8-4f0643165657";
  private static final String OTHER = "170d25bf-3eac-4ea6-85a8-4f0643165657";
  private static final String BUILD = "ci/Nightly-1/9608f439-4c3e-4909-8a0c-f78810322b6b";

  private FakeEngFlow engflow;
  private EngFlowStore store;
  private StoreClient client;

  @BeforeEach
  void start() {
    engflow = FakeEngFlow.start();
    store = engflow.store();
    client = new StoreClient(engflow);
  }

  @AfterEach
  void stop() {
    client.close();
    engflow.close();
  }

  @Test
  void anInvocationStartsWithItsAttemptAndEndsWithALastEvent() {
    store.invocation(BUILD, INVOCATION).append(3).complete();

    List<StreamedBuildEvent> events = client.all(invocation());

    assertThat(events)
        .extracting(event -> event.getEvent().getBuildEvent().getEventCase())
        .containsExactly(
            BuildEvent.EventCase.INVOCATION_ATTEMPT_STARTED,
            BuildEvent.EventCase.CONSOLE_OUTPUT,
            BuildEvent.EventCase.CONSOLE_OUTPUT);
    assertThat(events)
        .extracting(StreamedBuildEvent::getIsLast)
        .containsExactly(false, false, true);
    assertThat(events)
        .extracting(event -> event.getEvent().getStreamId().getInvocationId())
        .containsOnly(INVOCATION);
    assertThat(events)
        .extracting(event -> event.getEvent().getStreamId().getComponent())
        .containsExactly(BuildComponent.CONTROLLER, BuildComponent.TOOL, BuildComponent.TOOL);
  }

  @Test
  void tokensAreDifferentAndOfDifferentForms() {
    List<String> tokens = store.invocation(INVOCATION).append(100).tokens();
    assertThat(new HashSet<>(tokens)).hasSize(100);
    assertThat(tokens.subList(0, 3)).extracting(String::length).doesNotHaveDuplicates();
  }

  @Test
  void aReadGoesOnAfterItsToken() {
    StoredStream stream = store.invocation(INVOCATION).append(5).complete();
    for (int from = 1; from < 5; from++) {
      String token = stream.tokens().get(from - 1);
      assertThat(client.all(invocation().setContinuationToken(token)))
          .extracting(StreamedBuildEvent::getContinuationToken)
          .isEqualTo(stream.tokens().subList(from, 5));
    }
    assertThat(store.reads().get(1).continuationToken()).contains(stream.tokens().get(1));
  }

  @Test
  void afterTheFinalTokenThereIsALastMessageWithoutAnEvent() {
    StoredStream stream = store.invocation(INVOCATION).append(2).complete();
    String token = stream.tokens().get(1);
    assertThat(client.all(invocation().setContinuationToken(token)))
        .singleElement()
        .satisfies(
            message -> {
              assertThat(message.getIsLast()).isTrue();
              assertThat(message.hasEvent()).isFalse();
              assertThat(message.getContinuationToken()).isEqualTo(token);
            });
  }

  @Test
  void aForeignTokenIsRefused() {
    store.invocation(INVOCATION).append(2);
    assertThat(client.failure(invocation().setContinuationToken("tok")))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void aReaderThatFollowsGetsWhatIsAppendedLater() {
    StoredStream stream = store.invocation(INVOCATION).append(2);
    try (StoreClient.Reader reader = client.follow(invocation())) {
      reader.ask(10);
      assertThat(reader.next().getIsLast()).isFalse();
      assertThat(reader.next().getIsLast()).isFalse();
      stream.appendOutput("later");
      assertThat(reader.next().getEvent().getBuildEvent().getConsoleOutput().getTextOutput())
          .isEqualTo("later");
      stream.complete();
      StreamedBuildEvent last = reader.next();
      assertThat(last.getIsLast()).isTrue();
      assertThat(last.hasEvent()).isFalse();
      assertThat(reader.end().getCode()).isEqualTo(Status.Code.OK);
    }
  }

  @Test
  void aReaderThatStopsEndsWithoutALastMessageUnlessTheStreamIsComplete() {
    StoredStream stream = store.invocation(INVOCATION).append(2);
    var request = invocation().setReplayMode(ReplayMode.STOP_AFTER_LAST_KNOWN);
    assertThat(client.all(request)).hasSize(2).noneMatch(StreamedBuildEvent::getIsLast);
    stream.complete();
    assertThat(client.all(request)).hasSize(2).last().matches(StreamedBuildEvent::getIsLast);
    assertThat(store.reads().get(0).replayMode()).isEqualTo(ReplayMode.STOP_AFTER_LAST_KNOWN);
  }

  @Test
  void anAbandonedStreamEndsWithAnErrorAfterItsLastEventForThoseWhoFollow() {
    StoredStream stream = store.invocation(INVOCATION).append(2);
    try (StoreClient.Reader reader = client.follow(invocation())) {
      reader.ask(10);
      reader.next();
      reader.next();
      stream.abandon(Status.ABORTED.withDescription("publisher gone"));
      assertThat(reader.end().getCode()).isEqualTo(Status.Code.ABORTED);
    }
    assertThat(client.all(invocation().setReplayMode(ReplayMode.STOP_AFTER_LAST_KNOWN))).hasSize(2);
  }

  @Test
  void aTruncatedStreamEndsWithoutALastMessage() {
    store.invocation(INVOCATION).append(2).truncate();
    assertThat(client.all(invocation())).hasSize(2).noneMatch(StreamedBuildEvent::getIsLast);
  }

  @Test
  void aCallCanBeEndedEarlyOnce() {
    store
        .invocation(INVOCATION)
        .append(4)
        .complete()
        .endNext(1, Status.UNAVAILABLE)
        .endNext(2, Status.OK);
    assertThat(client.failure(invocation())).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(client.all(invocation())).hasSize(2);
    assertThat(client.all(invocation())).hasSize(4);
    assertThat(store.reads()).extracting(StoreRead::sent).containsExactly(1, 2, 4);
    assertThat(store.reads().get(0).end().orElseThrow().getCode())
        .isEqualTo(Status.Code.UNAVAILABLE);
  }

  @Test
  void aStreamMayBeUnknownAtFirst() {
    store.invocation(INVOCATION).append(1).complete().notFound(2);
    assertThat(client.failure(invocation())).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(client.failure(invocation())).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(client.all(invocation())).hasSize(1);
  }

  @Test
  void whatWasNeverStoredIsNotFound() {
    assertThat(client.failure(invocation())).isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void aMissingOrMalformedIdIsRefused() {
    assertThat(client.failure(GetInvocationRequest.newBuilder()))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(client.failure(GetInvocationRequest.newBuilder().setInvocationId("a/" + INVOCATION)))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(client.failure(GetBuildRequest.newBuilder()))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void aClusterCanRejectInstanceNames() {
    store.invocation(INVOCATION).append(1).complete();
    var named = invocation().setInstanceName("default");
    assertThat(client.all(named)).hasSize(1);
    store.rejectInstanceNames();
    assertThat(client.failure(named)).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(client.all(invocation())).hasSize(1);
    assertThat(store.reads()).extracting(StoreRead::instanceName).contains("default", "");
  }

  @Test
  void aBuildHoldsTheEventsOfAllItsInvocations() {
    StoredStream build = store.build(BUILD).append(1);
    StoredStream first = store.invocation(BUILD, INVOCATION).append(2).complete();
    store.invocation(BUILD, OTHER).append(1).complete();
    build.complete();

    List<StreamedBuildEvent> events = client.all(GetBuildRequest.newBuilder().setBuildId(BUILD));

    assertThat(events)
        .extracting(event -> event.getEvent().getStreamId().getInvocationId())
        .containsExactly("", INVOCATION, INVOCATION, OTHER);
    assertThat(events.get(0).getEvent().getBuildEvent().hasBuildEnqueued()).isTrue();
    assertThat(events)
        .extracting(event -> event.getEvent().getStreamId().getBuildId())
        .containsOnly(BUILD);
    assertThat(build.tokens()).doesNotContainAnyElementsOf(first.tokens());
    assertThat(store.reads().get(0).isOfBuild()).isTrue();
  }

  @Test
  void eventsAreStoredWordForWord() {
    BuildProgressEvent given =
        BuildProgressEvent.newBuilder().addNotificationKeywords("command_name=test").build();
    store
        .invocation(INVOCATION)
        .append(given)
        .append(
            StreamedBuildEvent.newBuilder()
                .setEvent(given)
                .setContinuationToken("mine")
                .setPrincipal("me")
                .build());
    List<StreamedBuildEvent> events =
        client.all(invocation().setReplayMode(ReplayMode.STOP_AFTER_LAST_KNOWN));
    assertThat(events).extracting(StreamedBuildEvent::getEvent).containsExactly(given, given);
    assertThat(events.get(1).getContinuationToken()).isEqualTo("mine");
    assertThat(events.get(1).getPrincipal()).isEqualTo("me");
  }

  @Test
  void componentsCanBeMissing() {
    store.invocation(INVOCATION).omitComponents().append(1).complete();
    assertThat(client.all(invocation()).get(0).getEvent().getStreamId().getComponent())
        .isEqualTo(BuildComponent.UNKNOWN_COMPONENT);
  }

  @Test
  void anEventCanBeLargerThanWhatClientsAcceptUnlessTold() {
    store.invocation(INVOCATION).appendOutput("x".repeat(5 << 20)).complete();
    assertThat(client.all(invocation()).get(0).getSerializedSize()).isGreaterThan(5 << 20);
  }

  @Test
  void anEventCanBeUnreadable() {
    store.invocation(INVOCATION).appendUnreadable().complete();
    var failure = client.statusOf(invocation());
    assertThat(failure.getCode()).isEqualTo(Status.Code.CANCELLED);
    assertThat(failure.getCause()).hasRootCauseInstanceOf(InvalidProtocolBufferException.class);
  }

  @Test
  void nothingIsSentThatTheClientDoesNotTake() {
    store.invocation(INVOCATION).append(1);
    for (int i = 0; i < 300; i++) {
      store.invocation(INVOCATION).appendOutput("x".repeat(10_000));
    }
    store.invocation(INVOCATION).complete();
    try (StoreClient.Reader reader = client.follow(invocation())) {
      reader.ask(1);
      reader.next();
      StoreRead read = store.reads().get(0);
      assertThat(read.sent()).isLessThan(200);
      reader.ask(400);
      store.await(s -> read.end().isPresent(), SOON);
      assertThat(read.sent()).isEqualTo(301);
    }
  }

  @Test
  void openCallsAreCounted() {
    store.invocation(INVOCATION).append(1);
    try (var one = client.follow(invocation());
        var two = client.follow(invocation())) {
      one.ask(1);
      two.ask(1);
      store.await(s -> s.openReads() == 2, SOON);
    }
    store.await(s -> s.openReads() == 0, SOON);
    assertThat(store.mostOpenReads()).isEqualTo(2);
    assertThat(store.reads())
        .extracting(read -> read.end().orElseThrow().getCode())
        .containsOnly(Status.Code.CANCELLED);
  }

  @Test
  void aStallHoldsEventsBackUntilItIsHealed() {
    StoredStream stream = store.invocation(INVOCATION).append(1);
    try (var reader = client.follow(invocation())) {
      reader.ask(10);
      reader.next();
      engflow.inject(Fault.stall());
      stream.append(1).complete();
      assertThat(store.reads().get(0).sent()).isEqualTo(1);
      engflow.heal();
      assertThat(reader.next().hasEvent()).isTrue();
    }
  }

  @Test
  void aRestartEndsReads() {
    store.invocation(INVOCATION).append(1);
    try (var reader = client.follow(invocation())) {
      reader.ask(10);
      reader.next();
      engflow.inject(Fault.restart());
      assertThat(reader.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }
  }

  @Test
  void theHeadersOfACallAreKeptAndNotShown() {
    store.invocation(INVOCATION).append(1).complete();
    client.all(invocation());
    StoreRead read = store.reads().get(0);
    assertThat(read.call().header("x-test")).contains("secret");
    assertThat(read).asString().doesNotContain("secret").contains(INVOCATION);
  }

  private static GetInvocationRequest.Builder invocation() {
    return GetInvocationRequest.newBuilder().setInvocationId(INVOCATION);
  }
}
