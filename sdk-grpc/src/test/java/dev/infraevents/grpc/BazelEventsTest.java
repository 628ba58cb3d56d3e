package dev.infraevents.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.OpenEnum;
import dev.infraevents.engflow.BuildProgress;
import dev.infraevents.engflow.PackedMessage;
import dev.infraevents.engflow.bazel.Aborted;
import dev.infraevents.engflow.bazel.BazelBuildEvent;
import dev.infraevents.engflow.bazel.BuildMetadata;
import dev.infraevents.engflow.bazel.BuildMetrics;
import dev.infraevents.engflow.bazel.EventId;
import dev.infraevents.engflow.bazel.Finished;
import dev.infraevents.engflow.bazel.Other;
import dev.infraevents.engflow.bazel.Progress;
import dev.infraevents.engflow.bazel.Started;
import dev.infraevents.engflow.bazel.UnstructuredCommandLine;
import dev.infraevents.engflow.bazel.WorkspaceStatus;
import dev.infraevents.grpc.proto.bazel.BuildEvent;
import dev.infraevents.grpc.proto.bazel.BuildEventId;
import dev.infraevents.grpc.proto.bazel.BuildFinished;
import dev.infraevents.grpc.proto.bazel.BuildStarted;
import dev.infraevents.testkit.junit.LeakCheck;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class BazelEventsTest {

  private static final Instant TIME = Instant.parse("2026-11-20T12:00:00.123Z");
  private static final Timestamp TIMESTAMP =
      Timestamp.newBuilder().setSeconds(TIME.getEpochSecond()).setNanos(TIME.getNano()).build();
  private static final Timestamp NONE = Timestamp.newBuilder().setSeconds(Long.MAX_VALUE).build();

  static BazelBuildEvent read(Consumer<BuildEvent.Builder> event) {
    var builder = BuildEvent.newBuilder();
    event.accept(builder);
    return BazelEvents.decode(Messages.bytes(builder.build()));
  }

  @Test
  void anEventOfABuildIsUnpacked() {
    var bazel = BuildEvent.newBuilder();
    bazel.getProgressBuilder().setStderr("Loading:");
    var event = Messages.buildEvent(e -> e.setBazelEvent(Any.pack(bazel.build()))).build();
    var payload = (BuildProgress.BazelEvent) Messages.event(event).payload();

    assertThat(payload.message().typeUrl())
        .isEqualTo("type.googleapis.com/build_event_stream.BuildEvent");
    assertThat(BazelEvents.decode(payload.message()))
        .containsInstanceOf(Progress.class)
        .get()
        .extracting(progress -> ((Progress) progress).stderr())
        .isEqualTo("Loading:");
  }

  @Test
  void anEventOfAnotherToolIsNone() {
    Bytes garbage = Bytes.of(new byte[] {-1});

    assertThat(BazelEvents.decode(new PackedMessage("type.googleapis.com/buck.Event", garbage)))
        .isEmpty();
    assertThat(BazelEvents.decode(new PackedMessage(BazelBuildEvent.MESSAGE_NAME, garbage)))
        .isEmpty();
    assertThat(BazelEvents.decode(PackedMessage.EMPTY)).isEmpty();
  }

  @Test
  void aMalformedEventCanNotBeDecoded() {
    byte[] whole = BuildEvent.newBuilder().setProgress(progress("hunter2")).build().toByteArray();
    var message =
        new PackedMessage(
            "x/" + BazelBuildEvent.MESSAGE_NAME, Bytes.of(whole, 0, whole.length - 1));

    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(() -> BazelEvents.decode(message))
        .withMessageContaining("Bazel event of " + (whole.length - 1) + " bytes")
        .withMessageNotContaining("hunter")
        .withNoCause();
  }

  private static dev.infraevents.grpc.proto.bazel.Progress progress(String text) {
    return dev.infraevents.grpc.proto.bazel.Progress.newBuilder().setStdout(text).build();
  }

  @Test
  void theHeaderSaysWhatItIsAndWhatIsToCome() {
    BazelBuildEvent event =
        read(
            e -> {
              e.setLastMessage(true).setProgress(progress(""));
              e.getIdBuilder().getProgressBuilder().setOpaqueCount(7);
              e.addChildrenBuilder().getProgressBuilder().setOpaqueCount(8);
              e.addChildrenBuilder().getTargetCompletedBuilder().setLabel("//a:b");
            });

    assertThat(event.lastMessage()).isTrue();
    assertThat(event.id().kind()).isEqualTo("progress");
    assertThat(event.children())
        .extracting(EventId::kind)
        .containsExactly("progress", "target_completed");
    assertThat(event.children()).extracting(EventId::name).containsExactly("", "//a:b");
    assertThat(event.children()).doesNotHaveDuplicates().doesNotContain(event.id());
    assertThat(event.children().get(0))
        .isEqualTo(read(e -> e.getIdBuilder().getProgressBuilder().setOpaqueCount(8)).id());
  }

  @Test
  void everyIdHasItsKindAndItsName() {
    assertId("started", "", id -> id.getStartedBuilder());
    assertId("unknown", "x", id -> id.getUnknownBuilder().setDetails("x"));
    assertId(
        "structured_command_line",
        "x",
        id -> id.getStructuredCommandLineBuilder().setCommandLineLabel("x"));
    assertId("fetch", "https://x", id -> id.getFetchBuilder().setUrl("https://x"));
    assertId("configuration", "x", id -> id.getConfigurationBuilder().setId("x"));
    assertId("target_configured", "x", id -> id.getTargetConfiguredBuilder().setLabel("x"));
    assertId(
        "pattern",
        "//... -//x",
        id -> id.getPatternBuilder().addPattern("//...").addPattern("-//x"));
    assertId("pattern_skipped", "x", id -> id.getPatternSkippedBuilder().addPattern("x"));
    assertId("named_set", "0", id -> id.getNamedSetBuilder().setId("0"));
    assertId("target_completed", "x", id -> id.getTargetCompletedBuilder().setLabel("x"));
    assertId("action_completed", "x", id -> id.getActionCompletedBuilder().setLabel("x"));
    assertId("unconfigured_label", "x", id -> id.getUnconfiguredLabelBuilder().setLabel("x"));
    assertId("configured_label", "x", id -> id.getConfiguredLabelBuilder().setLabel("x"));
    assertId("test_result", "x", id -> id.getTestResultBuilder().setLabel("x"));
    assertId("test_progress", "x", id -> id.getTestProgressBuilder().setLabel("x"));
    assertId("test_summary", "x", id -> id.getTestSummaryBuilder().setLabel("x"));
    assertId("target_summary", "x", id -> id.getTargetSummaryBuilder().setLabel("x"));
    assertId("build_finished", "", id -> id.getBuildFinishedBuilder());
    assertId("", "", id -> id.setUnknownFields(Messages.NEWER));
    assertThat(read(e -> {}).id()).isEqualTo(EventId.NONE);
  }

  private static void assertId(String kind, String name, Consumer<BuildEventId.Builder> id) {
    EventId read = read(e -> id.accept(e.getIdBuilder())).id();
    assertThat(read.kind()).isEqualTo(kind);
    assertThat(read.name()).isEqualTo(name);
    assertThat(read.content().isEmpty()).isFalse();
  }

  @Test
  void aStartHasAllThatBazelSays() {
    var started =
        (Started)
            read(
                e ->
                    e.getStartedBuilder()
                        .setUuid(Messages.INVOCATION)
                        .setStartTime(TIMESTAMP)
                        .setBuildToolVersion("8.4.2")
                        .setOptionsDescription("--config=ci")
                        .setCommand("test")
                        .setWorkingDirectory("/w")
                        .setWorkspaceDirectory("/ws")
                        .setServerPid(1L << 40)
                        .setHost("h")
                        .setUser("joe"));

    assertThat(started)
        .isEqualTo(
            new Started(
                started.header(),
                Messages.INVOCATION,
                TIME,
                "8.4.2",
                "--config=ci",
                "test",
                "/w",
                "/ws",
                1L << 40,
                "h",
                "joe"));
  }

  @Test
  void anOldBazelsMillisecondsAreATimeToo() {
    var both = BuildStarted.newBuilder().setStartTime(TIMESTAMP).setStartTimeMillis(1);
    var millis = BuildStarted.newBuilder().setStartTimeMillis(TIME.toEpochMilli());
    var illegal = millis.clone().setStartTime(NONE);

    assertThat(startTime(both)).isEqualTo(TIME);
    assertThat(startTime(millis)).isEqualTo(TIME);
    assertThat(startTime(illegal)).isEqualTo(TIME);
    assertThat(startTime(BuildStarted.newBuilder().setStartTime(Timestamp.getDefaultInstance())))
        .isEqualTo(Instant.EPOCH);
    assertThat(startTime(BuildStarted.newBuilder())).isNull();
  }

  private static @Nullable Instant startTime(BuildStarted.Builder started) {
    return ((Started) read(e -> e.setStarted(started))).startTime();
  }

  @Test
  void successIsAnExitCodeOfZero() {
    var zero = finished(BuildFinished.newBuilder(), 0, "SUCCESS");
    var failed = finished(BuildFinished.newBuilder().setOverallSuccess(true), 3, "TESTS_FAILED");

    assertThat(zero.success()).isTrue();
    assertThat(zero.exitCode()).isZero();
    assertThat(zero.exitCodeName()).isEqualTo("SUCCESS");
    assertThat(failed.success()).isFalse();
    assertThat(failed.exitCode()).isEqualTo(3);
  }

  private static Finished finished(BuildFinished.Builder finished, int code, String name) {
    finished.getExitCodeBuilder().setCode(code).setName(name);
    return (Finished) read(e -> e.setFinished(finished));
  }

  @Test
  void withoutAnExitCodeCountsWhatBazelSaysBesides() {
    var succeeded = (Finished) read(e -> e.getFinishedBuilder().setOverallSuccess(true));
    var not = (Finished) read(BuildEvent.Builder::getFinishedBuilder);

    assertThat(succeeded.success()).isTrue();
    assertThat(succeeded.exitCode()).isNull();
    assertThat(not.success()).isFalse();
    assertThat(not.exitCode()).isNull();
  }

  @Test
  void anEndHasItsTimeAndItsReason() {
    var finished =
        (Finished)
            read(
                e ->
                    e.getFinishedBuilder()
                        .setFinishTimeMillis(TIME.toEpochMilli())
                        .getFailureDetailBuilder()
                        .setMessage("tests failed"));

    assertThat(finished.finishTime()).isEqualTo(TIME);
    assertThat(finished.failureMessage()).isEqualTo("tests failed");
  }

  @Test
  void whatDoesNotComeSaysWhatAndWhy() {
    var aborted =
        (Aborted)
            read(
                e -> {
                  e.getIdBuilder().getTargetCompletedBuilder().setLabel("//a:b");
                  e.getAbortedBuilder().setReasonValue(6).setDescription("no such rule");
                });

    assertThat(aborted.id().name()).isEqualTo("//a:b");
    assertThat(aborted.reason().known()).contains(Aborted.Reason.ANALYSIS_FAILURE);
    assertThat(aborted.description()).isEqualTo("no such rule");
    for (int reason = 1; reason <= Aborted.Reason.values().length; reason++) {
      assertThat(reason(reason).known()).isPresent();
    }
    assertThat(reason(0).isSet()).isFalse();
    assertThat(reason(12).text()).isEqualTo("12");
  }

  private static OpenEnum<Aborted.Reason> reason(int number) {
    return ((Aborted) read(e -> e.getAbortedBuilder().setReasonValue(number))).reason();
  }

  @Test
  void metricsAreTheNumbersOfTheBuild() {
    var metrics =
        (BuildMetrics)
            read(
                e -> {
                  var builder = e.getBuildMetricsBuilder();
                  builder
                      .getActionSummaryBuilder()
                      .setActionsCreated(1)
                      .setActionsCreatedNotIncludingAspects(2)
                      .setActionsExecuted(3)
                      .setRemoteCacheHits(4);
                  builder
                      .getTargetMetricsBuilder()
                      .setTargetsLoaded(5)
                      .setTargetsConfigured(6)
                      .setTargetsConfiguredNotIncludingAspects(7);
                  builder.getPackageMetricsBuilder().setPackagesLoaded(8);
                  builder
                      .getTimingMetricsBuilder()
                      .setCpuTimeInMs(9)
                      .setWallTimeInMs(10)
                      .setAnalysisPhaseTimeInMs(11)
                      .setExecutionPhaseTimeInMs(12)
                      .setActionsExecutionStartInMs(13)
                      .getCriticalPathTimeBuilder()
                      .setSeconds(14);
                  var artifacts = builder.getArtifactMetricsBuilder();
                  artifacts.getSourceArtifactsReadBuilder().setSizeInBytes(15).setCount(16);
                  artifacts.getOutputArtifactsSeenBuilder().setSizeInBytes(17).setCount(18);
                  artifacts.getOutputArtifactsFromActionCacheBuilder().setCount(19);
                  artifacts.getTopLevelArtifactsBuilder().setCount(20);
                  builder.getCumulativeMetricsBuilder().setNumAnalyses(21).setNumBuilds(22);
                });

    assertThat(metrics)
        .isEqualTo(
            new BuildMetrics(
                metrics.header(),
                new BuildMetrics.Actions(1, 2, 3, 4),
                new BuildMetrics.Targets(5, 6, 7),
                8,
                new BuildMetrics.Timing(
                    Duration.ofMillis(9),
                    Duration.ofMillis(10),
                    Duration.ofMillis(11),
                    Duration.ofMillis(12),
                    Duration.ofMillis(13),
                    Duration.ofSeconds(14)),
                new BuildMetrics.Artifacts(
                    new BuildMetrics.Files(15, 16),
                    new BuildMetrics.Files(17, 18),
                    new BuildMetrics.Files(0, 19),
                    new BuildMetrics.Files(0, 20)),
                21,
                22));
    assertThat(((BuildMetrics) read(BuildEvent.Builder::getBuildMetricsBuilder)).timing())
        .isEqualTo(
            new BuildMetrics.Timing(
                Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, null));
  }

  @Test
  void whatIsNotReadComesAsItIs() throws Exception {
    Message payload =
        dev.infraevents.grpc.proto.bazel.TargetConfigured.newBuilder()
            .setUnknownFields(Messages.NEWER)
            .build();
    var configured =
        (Other)
            read(e -> e.setConfigured((dev.infraevents.grpc.proto.bazel.TargetConfigured) payload));

    assertThat(configured)
        .isEqualTo(new Other(configured.header(), "configured", 18, Messages.bytes(payload)));
  }

  @Test
  void aPayloadThatIsNewerThanThisVersionHasItsNumber() {
    var newer = (Other) read(e -> e.setUnknownFields(Messages.NEWER));
    var none = (Other) read(e -> e.setLastMessage(true));

    assertThat(newer).isEqualTo(new Other(newer.header(), "", 199, Bytes.ofUtf8("hunter2")));
    assertThat(none).isEqualTo(new Other(none.header(), "", 0, Bytes.EMPTY));
  }

  @Test
  void everyPayloadOfTheProtocolIsRead() {
    var payloads = BuildEvent.getDescriptor().getOneofs().get(0).getFields();

    assertThat(payloads).hasSize(25);
    for (var field : payloads) {
      var event = BuildEvent.newBuilder();
      event.setField(field, event.newBuilderForField(field).build());
      BazelBuildEvent read = BazelEvents.decode(Messages.bytes(event.build()));
      if (read instanceof Other other) {
        assertThat(List.of(other.field(), other.number()))
            .isEqualTo(List.of(field.getName(), field.getNumber()));
      }
      assertThat(read.toString()).startsWith(read.getClass().getSimpleName() + "[");
    }
  }

  @Test
  void listsAndMapsCanNotBeChanged() {
    var status =
        (WorkspaceStatus)
            read(e -> e.getWorkspaceStatusBuilder().addItemBuilder().setKey("k").setValue("v"));
    var metadata = (BuildMetadata) read(e -> e.getBuildMetadataBuilder().putMetadata("k", "v"));
    var line =
        (UnstructuredCommandLine) read(e -> e.getUnstructuredCommandLineBuilder().addArgs("bazel"));

    assertThat(status.items()).isUnmodifiable();
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> metadata.metadata().remove("k"));
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> line.arguments().add("build"));
  }

  static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
