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
import dev.infraevents.testkit.junit.LeakCheck;
import io.grpc.Status;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What readers get. */
@ExtendWith(LeakCheck.class)
class EngFlowStoreTest {

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

  private static GetInvocationRequest.Builder invocation() {
    return GetInvocationRequest.newBuilder().setInvocationId(INVOCATION);
  }
}
