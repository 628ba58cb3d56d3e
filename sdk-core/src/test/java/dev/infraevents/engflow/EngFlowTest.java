package dev.infraevents.engflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.Bytes;
import dev.infraevents.EventType;
import dev.infraevents.OpenEnum;
import dev.infraevents.RawPayload;
import dev.infraevents.testkit.junit.LeakCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class EngFlowTest {

  private static final String SECRET = "hunter2";
  private static final PackedMessage PACKED =
      new PackedMessage("type.googleapis.com/acme.Thing", Bytes.ofUtf8(SECRET));
  private static final StreamInfo STREAM =
      new StreamInfo(
          "b",
          "i",
          OpenEnum.of(StreamInfo.Component.TOOL),
          OpenEnum.of(StreamInfo.ServiceLevel.class, ""),
          Keywords.NONE,
          "joe@example.com",
          "t",
          false);

  @Test
  void everyPayloadHasATypeOfItsOwn() {
    List<EventType<? extends EngFlowPayload>> types = new ArrayList<>(EngFlow.notificationTypes());
    types.addAll(EngFlow.progressTypes());

    assertThat(types).extracting(EventType::name).doesNotHaveDuplicates();
    assertThat(types)
        .extracting(type -> (Object) type.payloadType())
        .containsExactlyInAnyOrderElementsOf(records(EngFlowPayload.class).toList());
  }

  @Test
  void theTypesOfBuildEventsAreNamedAfterTheFieldsOfTheProtocol() {
    assertThat(EngFlow.progressTypes())
        .extracting(EventType::name)
        .containsExactly(
            "engflow.progress.invocation_attempt_started",
            "engflow.progress.invocation_attempt_finished",
            "engflow.progress.build_enqueued",
            "engflow.progress.build_finished",
            "engflow.progress.console_output",
            "engflow.progress.component_stream_finished",
            "engflow.progress.bazel_event",
            "engflow.progress.build_execution_event",
            "engflow.progress.source_fetch_event",
            "engflow.progress.unknown");
  }

  @Test
  void everyTypeThatIsCalledUnknownIsRaw() {
    assertThat(
            Stream.concat(EngFlow.notificationTypes().stream(), EngFlow.progressTypes().stream()))
        .allSatisfy(
            type ->
                assertThat(RawPayload.class.isAssignableFrom(type.payloadType()))
                    .as(type.name())
                    .isEqualTo(type.name().endsWith(".unknown")));
  }

  @Test
  void packedMessagesAndOutputAreNotShown() {
    var status =
        new BuildStatus(
            OpenEnum.of(BuildStatus.Result.COMMAND_FAILED),
            "",
            1,
            "see https://joe:" + SECRET + "@host/",
            PACKED);

    assertThat(
            List.of(
                new UnknownNotification(PACKED),
                new UnknownLifecycleEvent("", "b", null, Keywords.NONE, PACKED),
                new UnknownResultStoreEvent("", "b", PACKED),
                new BuildProgress.InvocationAttemptStarted(STREAM, 1, PACKED),
                new BuildProgress.InvocationAttemptFinished(STREAM, status, PACKED),
                new BuildProgress.BuildEnqueued(STREAM, PACKED),
                new BuildProgress.BuildFinished(STREAM, status, PACKED),
                new BuildProgress.ConsoleOutput(
                    STREAM,
                    OpenEnum.of(BuildProgress.ConsoleOutput.Channel.STDERR),
                    Bytes.ofUtf8(SECRET)),
                new BuildProgress.BazelEvent(STREAM, PACKED),
                new BuildProgress.BuildExecutionEvent(STREAM, PACKED),
                new BuildProgress.SourceFetchEvent(STREAM, PACKED),
                new BuildProgress.Unknown(STREAM, PACKED)))
        .allSatisfy(
            payload ->
                assertThat(payload.toString())
                    .doesNotContain(SECRET)
                    .contains("size=" + SECRET.length()));
    assertThat(PACKED.toString())
        .isEqualTo("PackedMessage[typeUrl=type.googleapis.com/acme.Thing, value=Bytes[size=7]]");
  }

  @Test
  void whatIsSetIsShown() {
    assertThat(
            new InvocationFinished(
                    "default",
                    "ci/b",
                    "i",
                    new AuthContext(new User("joe@example.com", List.of("dev"), null)),
                    Keywords.NONE)
                .toString())
        .isEqualTo(
            "InvocationFinished[instanceName=default, buildId=ci/b, invocationId=i,"
                + " authContext=AuthContext[user=User[principal=joe@example.com, roles=[dev]]]]");
  }

  @Test
  void theNameOfAMessageIsWhatFollowsTheLastSlash() {
    assertThat(PACKED.messageName()).isEqualTo("acme.Thing");
    assertThat(new PackedMessage("https://types.example.com/a/b.C", Bytes.EMPTY).messageName())
        .isEqualTo("b.C");
    assertThat(new PackedMessage("acme.Thing", Bytes.EMPTY).messageName()).isEmpty();
    assertThat(PackedMessage.EMPTY.messageName()).isEmpty();
  }

  /** The records that a sealed interface permits, at any depth. */
  private static Stream<Class<?>> records(Class<?> type) {
    return type.isSealed()
        ? Stream.of(type.getPermittedSubclasses()).flatMap(EngFlowTest::records)
        : Stream.of(type);
  }
}
