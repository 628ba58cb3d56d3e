package dev.infraevents.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Int32Value;
import com.google.protobuf.Timestamp;
import dev.infraevents.Bytes;
import dev.infraevents.Event;
import dev.infraevents.OpenEnum;
import dev.infraevents.engflow.BuildProgress;
import dev.infraevents.engflow.BuildStatus;
import dev.infraevents.engflow.EngFlow;
import dev.infraevents.engflow.Keywords;
import dev.infraevents.engflow.PackedMessage;
import dev.infraevents.engflow.StreamInfo;
import dev.infraevents.grpc.proto.build.BuildEvent;
import dev.infraevents.grpc.proto.build.BuildEvent.BuildComponentStreamFinished.FinishType;
import dev.infraevents.grpc.proto.build.ConsoleOutputStream;
import dev.infraevents.grpc.proto.build.PublishLifecycleEventRequest.ServiceLevel;
import dev.infraevents.grpc.proto.build.StreamId;
import dev.infraevents.grpc.proto.eventstore.StreamedBuildEvent;
import dev.infraevents.testkit.junit.LeakCheck;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class BuildProgressMessageTest {

  private static final Any ANY =
      Any.newBuilder()
          .setTypeUrl("type.googleapis.com/build_event_stream.BuildEvent")
          .setValue(ByteString.copyFromUtf8("hunter2"))
          .build();
  private static final PackedMessage PACKED =
      new PackedMessage(ANY.getTypeUrl(), Bytes.ofUtf8("hunter2"));

  private static BuildProgress payload(Consumer<BuildEvent.Builder> event) {
    return Messages.event(Messages.buildEvent(event).build()).payload();
  }

  private static StreamInfo stream() {
    return new StreamInfo(
        Messages.BUILD,
        Messages.INVOCATION,
        OpenEnum.of(StreamInfo.Component.TOOL),
        OpenEnum.of(StreamInfo.ServiceLevel.NONINTERACTIVE),
        new Keywords(List.of("command_name=build")),
        "joe@example.com",
        "CAE=",
        false);
  }

  @Test
  void everyKindOfEventHasItsType() {
    assertThat(Messages.everyBuildEvent())
        .extracting(event -> Messages.message(event).type())
        .isEqualTo(EngFlow.progressTypes());
    assertThat(Messages.everyBuildEvent())
        .allSatisfy(
            message -> {
              Event<BuildProgress> event = Messages.event(message);
              assertThat(event.payload()).isInstanceOf(event.type().payloadType());
              assertThat(event.payload().stream()).isEqualTo(stream());
            });
  }

  @Test
  void theEnvelopeSaysWhoseEventItIs() {
    StreamedBuildEvent message = Messages.everyBuildEvent().get(0);
    Event<BuildProgress> event = Messages.event(message);

    assertThat(event.subject()).isEqualTo(Messages.BUILD);
    assertThat(event.attributes()).isEqualTo(Map.of(EngFlow.INVOCATION, Messages.INVOCATION));
    assertThat(event.id()).isEqualTo(Messages.INVOCATION + "/CAE=");
    assertThat(event.time()).isEqualTo(Messages.TIME);
    assertThat(event.receivedAt()).isEqualTo(Messages.RECEIVED);
    assertThat(event.source()).isEqualTo(Messages.SOURCE);
    assertThat(event.raw()).isEqualTo(Messages.bytes(message));
    assertThat(event.data()).isEqualTo(event.raw());
    assertThat(event.dataContentType()).isEqualTo("application/protobuf");
  }

  @Test
  void anEventOfTheBuildAsAWholeIsIdentifiedByTheBuild() {
    var message = Messages.everyBuildEvent().get(2).toBuilder();
    message.getEventBuilder().getStreamIdBuilder().clearInvocationId();
    Event<BuildProgress> event = Messages.event(message.build());

    assertThat(event.id()).isEqualTo(Messages.BUILD + "/CAE=");
    assertThat(event.attributes()).isEmpty();
  }

  @Test
  void withoutATokenTheContentIdentifiesIt() {
    var message = Messages.everyBuildEvent().get(2).toBuilder().clearContinuationToken();

    assertThat(Messages.event(message.build()).id())
        .hasSize(32)
        .isEqualTo(Messages.event(message.build()).id());
  }

  @Test
  void everyMemberIsReadInFull() {
    assertThat(
            payload(
                e -> e.getInvocationAttemptStartedBuilder().setAttemptNumber(3).setDetails(ANY)))
        .isEqualTo(new BuildProgress.InvocationAttemptStarted(stream(), 3, PACKED));
    assertThat(payload(e -> e.getBuildEnqueuedBuilder().setDetails(ANY)))
        .isEqualTo(new BuildProgress.BuildEnqueued(stream(), PACKED));
    assertThat(payload(e -> e.setBazelEvent(ANY)))
        .isEqualTo(new BuildProgress.BazelEvent(stream(), PACKED));
    assertThat(payload(e -> e.setBuildExecutionEvent(ANY)))
        .isEqualTo(new BuildProgress.BuildExecutionEvent(stream(), PACKED));
    assertThat(payload(e -> e.setSourceFetchEvent(ANY)))
        .isEqualTo(new BuildProgress.SourceFetchEvent(stream(), PACKED));
    assertThat(payload(e -> e.getComponentStreamFinishedBuilder().setType(FinishType.EXPIRED)))
        .isEqualTo(
            new BuildProgress.ComponentStreamFinished(
                stream(), OpenEnum.of(BuildProgress.ComponentStreamFinished.Reason.EXPIRED)));
  }

  @Test
  void whatIsNotThereIsNull() {
    assertThat(payload(BuildEvent.Builder::getInvocationAttemptStartedBuilder))
        .isEqualTo(new BuildProgress.InvocationAttemptStarted(stream(), 0, null));
    assertThat(payload(BuildEvent.Builder::getInvocationAttemptFinishedBuilder))
        .isEqualTo(new BuildProgress.InvocationAttemptFinished(stream(), null, null));
    assertThat(payload(BuildEvent.Builder::getBuildEnqueuedBuilder))
        .isEqualTo(new BuildProgress.BuildEnqueued(stream(), null));
    assertThat(payload(BuildEvent.Builder::getBuildFinishedBuilder))
        .isEqualTo(new BuildProgress.BuildFinished(stream(), null, null));
  }

  @Test
  void aStatusTellsAnExitCodeOfZeroFromNone() {
    BuildStatus none = status(dev.infraevents.grpc.proto.build.BuildStatus.newBuilder());
    BuildStatus zero =
        status(
            dev.infraevents.grpc.proto.build.BuildStatus.newBuilder()
                .setResultValue(3)
                .setFinalInvocationId(Messages.INVOCATION)
                .setBuildToolExitCode(Int32Value.of(0))
                .setErrorMessage("no such target")
                .setDetails(ANY));

    assertThat(none)
        .isEqualTo(new BuildStatus(OpenEnum.of(BuildStatus.Result.class, ""), "", null, "", null));
    assertThat(zero)
        .isEqualTo(
            new BuildStatus(
                OpenEnum.of(BuildStatus.Result.USER_ERROR),
                Messages.INVOCATION,
                0,
                "no such target",
                PACKED));
  }

  private static BuildStatus status(dev.infraevents.grpc.proto.build.BuildStatus.Builder status) {
    var finished =
        (BuildProgress.InvocationAttemptFinished)
            payload(e -> e.getInvocationAttemptFinishedBuilder().setInvocationStatus(status));
    var build =
        (BuildProgress.BuildFinished) payload(e -> e.getBuildFinishedBuilder().setStatus(status));
    assertThat(finished.status()).isNotNull().isEqualTo(build.status());
    return finished.status();
  }

  @Test
  void outputIsTextOrBytesAndIsNotShown() {
    BuildProgress text =
        payload(
            e ->
                e.getConsoleOutputBuilder()
                    .setType(ConsoleOutputStream.STDERR)
                    .setTextOutput("\u001b[31mhunter2"));
    BuildProgress binary =
        payload(
            e ->
                e.getConsoleOutputBuilder()
                    .setType(ConsoleOutputStream.STDOUT)
                    .setBinaryOutput(ByteString.copyFrom(new byte[] {-1, 0})));
    BuildProgress empty = payload(BuildEvent.Builder::getConsoleOutputBuilder);

    assertThat(text)
        .isEqualTo(
            new BuildProgress.ConsoleOutput(
                stream(),
                OpenEnum.of(BuildProgress.ConsoleOutput.Channel.STDERR),
                Bytes.ofUtf8("\u001b[31mhunter2")));
    assertThat(binary)
        .isEqualTo(
            new BuildProgress.ConsoleOutput(
                stream(),
                OpenEnum.of(BuildProgress.ConsoleOutput.Channel.STDOUT),
                Bytes.of(new byte[] {-1, 0})));
    assertThat(empty)
        .isEqualTo(
            new BuildProgress.ConsoleOutput(
                stream(), OpenEnum.of(BuildProgress.ConsoleOutput.Channel.class, ""), Bytes.EMPTY));
    assertThat(text.toString()).doesNotContain("hunter2");
  }

  @Test
  void everyValueOfAnEnumIsKnownButZero() {
    assertKnown(
        BuildStatus.Result.values().length,
        number ->
            status(dev.infraevents.grpc.proto.build.BuildStatus.newBuilder().setResultValue(number))
                .result());
    assertKnown(
        BuildProgress.ConsoleOutput.Channel.values().length,
        number ->
            ((BuildProgress.ConsoleOutput)
                    payload(e -> e.getConsoleOutputBuilder().setTypeValue(number)))
                .channel());
    assertKnown(
        BuildProgress.ComponentStreamFinished.Reason.values().length,
        number ->
            ((BuildProgress.ComponentStreamFinished)
                    payload(e -> e.getComponentStreamFinishedBuilder().setTypeValue(number)))
                .reason());
    assertKnown(
        StreamInfo.Component.values().length,
        number -> {
          var message = Messages.everyBuildEvent().get(0).toBuilder();
          message.getEventBuilder().getStreamIdBuilder().setComponentValue(number);
          return Messages.event(message.build()).payload().stream().component();
        });
  }

  private static void assertKnown(int constants, IntFunction<OpenEnum<?>> read) {
    assertThat(read.apply(0).isSet()).isFalse();
    assertThat(IntStream.rangeClosed(1, constants).mapToObj(read))
        .allSatisfy(value -> assertThat(value.known()).isPresent())
        .doesNotHaveDuplicates();
    assertThat(read.apply(constants + 1).known()).isEmpty();
    assertThat(read.apply(constants + 1).text()).isEqualTo(Integer.toString(constants + 1));
    assertThat(read.apply(-1).text()).isEqualTo("-1");
  }

  @Test
  void theServiceLevelOfZeroIsOneAndNoneIsNone() {
    var message = Messages.everyBuildEvent().get(0).toBuilder();

    message.getEventBuilder().setServiceLevel(ServiceLevel.INTERACTIVE);
    assertThat(serviceLevel(message).known()).contains(StreamInfo.ServiceLevel.INTERACTIVE);
    message.getEventBuilder().setServiceLevel(ServiceLevel.NONINTERACTIVE);
    assertThat(serviceLevel(message).known()).contains(StreamInfo.ServiceLevel.NONINTERACTIVE);
    message.getEventBuilder().setServiceLevelValue(7);
    assertThat(serviceLevel(message).text()).isEqualTo("7");
    message.getEventBuilder().clearServiceLevel();
    assertThat(serviceLevel(message).isSet()).isFalse();
  }

  private static OpenEnum<StreamInfo.ServiceLevel> serviceLevel(StreamedBuildEvent.Builder event) {
    return Messages.event(event.build()).payload().stream().serviceLevel();
  }

  @Test
  void aReplayedEventMayHaveNoComponent() {
    var message = Messages.everyBuildEvent().get(0).toBuilder();
    message
        .getEventBuilder()
        .getStreamIdBuilder()
        .setComponent(StreamId.BuildComponent.UNKNOWN_COMPONENT);

    assertThat(Messages.event(message.build()).payload().stream().component().isSet()).isFalse();
  }

  @Test
  void aMemberThatIsNewerThanThisVersionComesAsItIs() throws Exception {
    BuildProgress payload = payload(e -> e.setUnknownFields(Messages.NEWER));

    assertThat(payload)
        .isInstanceOfSatisfying(
            BuildProgress.Unknown.class,
            unknown ->
                assertThat(unknown.typeName())
                    .isEqualTo("type.googleapis.com/google.devtools.build.v1.BuildEvent"));
    Bytes content = ((BuildProgress.Unknown) payload).content();
    assertThat(BuildEvent.parseFrom(content.toByteArray()).getUnknownFields())
        .isEqualTo(Messages.NEWER);
    assertThat(payload.toString()).doesNotContain("hunter2");
  }

  @Test
  void aLastMessageWithoutAnEventCanBeRead() {
    Event<BuildProgress> event =
        Messages.event(
            StreamedBuildEvent.newBuilder().setIsLast(true).setContinuationToken("end").build());

    assertThat((Object) event.type()).isEqualTo(EngFlow.PROGRESS_UNKNOWN);
    assertThat(event.payload().stream().last()).isTrue();
    assertThat(event.subject()).isNull();
    assertThat(event.time()).isNull();
  }

  @Test
  void aTimeThatIsNoneIsNotATime() {
    assertThat(
            Messages.event(
                    Messages.buildEvent(
                            e -> e.setEventTime(Timestamp.newBuilder().setSeconds(Long.MAX_VALUE)))
                        .build())
                .time())
        .isNull();
    assertThat(
            Messages.event(Messages.buildEvent(BuildEvent.Builder::clearEventTime).build()).time())
        .isNull();
  }
}
