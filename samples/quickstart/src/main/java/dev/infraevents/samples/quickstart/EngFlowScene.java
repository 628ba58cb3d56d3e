package dev.infraevents.samples.quickstart;

import com.google.protobuf.Any;
import com.google.protobuf.Timestamp;
import dev.infraevents.grpc.EngFlowCredentials;
import dev.infraevents.grpc.EngFlowEventSource;
import dev.infraevents.grpc.proto.bazel.BuildEvent;
import dev.infraevents.grpc.proto.bazel.TestStatus;
import dev.infraevents.grpc.proto.build.BuildStatus;
import dev.infraevents.testkit.engflow.EngFlowNotification;
import dev.infraevents.testkit.engflow.EngFlowQueue;
import dev.infraevents.testkit.engflow.FakeEngFlow;
import dev.infraevents.testkit.engflow.NewNotification;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/**
 * The short life of a build: notifications that something has started or finished, and, in the
 * event store, what Bazel said meanwhile.
 */
final class EngFlowScene implements Scene {

  private static final String BUILD = "9608f439-4c3e-4909-8a0c-f78810322b6b";
  private static final String INVOCATION = "5173658c-4595-4978-8db0-2942b1e7ca13";
  private static final String TARGET = "//java/com/example:handler_test";

  private final FakeEngFlow server = FakeEngFlow.builder().acceptToken().start();
  private final EngFlowEventSource source =
      EngFlowEventSource.builder()
          .endpoint(server.url())
          .credentials(EngFlowCredentials.token(server.token()))
          .withInvocations()
          .build();

  @Override
  public String name() {
    return "engflow";
  }

  @Override
  public EngFlowEventSource source() {
    return source;
  }

  @Override
  public int play(Duration patience) {
    server.awaitReaders(1, 1, patience);
    about().buildStarted();
    about().invocationStarted(INVOCATION);
    int events = fillStore();
    about().invocationFinished(INVOCATION);
    about().buildFinished();
    return server.queue().notifications().size() + events;
  }

  private NewNotification about() {
    return server
        .queue()
        .about(BUILD)
        .keywords("command_name=test", "user_keyword=engflow:CiCdPipelineName=post-merge");
  }

  private int fillStore() {
    var stream = server.store().invocation(BUILD, INVOCATION).append(1);
    for (BuildEvent event : List.of(started(), targetCompleted(), testSummary(), finished())) {
      stream.append(
          dev.infraevents.grpc.proto.build.BuildEvent.newBuilder()
              .setEventTime(Timestamp.newBuilder().setSeconds(Instant.now().getEpochSecond()))
              .setBazelEvent(Any.pack(event))
              .build());
    }
    var attempt = dev.infraevents.grpc.proto.build.BuildEvent.newBuilder();
    attempt
        .getInvocationAttemptFinishedBuilder()
        .getInvocationStatusBuilder()
        .setResult(BuildStatus.Result.COMMAND_SUCCEEDED);
    return stream.append(attempt.build()).complete().tokens().size();
  }

  private static BuildEvent started() {
    return bazel(
        event -> {
          event.getIdBuilder().getStartedBuilder();
          event.getStartedBuilder().setCommand("test").setBuildToolVersion("8.4.2");
        });
  }

  private static BuildEvent targetCompleted() {
    return bazel(
        event -> {
          event.getIdBuilder().getTargetCompletedBuilder().setLabel(TARGET);
          event.getCompletedBuilder().setSuccess(true);
        });
  }

  private static BuildEvent testSummary() {
    return bazel(
        event -> {
          event.getIdBuilder().getTestSummaryBuilder().setLabel(TARGET);
          event.getTestSummaryBuilder().setOverallStatus(TestStatus.PASSED).setTotalRunCount(1);
        });
  }

  private static BuildEvent finished() {
    return bazel(
        event -> {
          event.getIdBuilder().getBuildFinishedBuilder();
          event.getFinishedBuilder().getExitCodeBuilder().setName("SUCCESS");
        });
  }

  private static BuildEvent bazel(Consumer<BuildEvent.Builder> event) {
    BuildEvent.Builder builder = BuildEvent.newBuilder();
    event.accept(builder);
    return builder.build();
  }

  /** Every notification is acknowledged, that of the invocation after the events of its build. */
  @Override
  public void awaitEnd(Duration patience) {
    server.queue().await(EngFlowScene::isAcknowledged, patience);
  }

  private static boolean isAcknowledged(EngFlowQueue queue) {
    return queue.count(EngFlowNotification.State.ACKED) == queue.notifications().size();
  }

  @Override
  public void close() {
    source.close();
    server.close();
  }
}
