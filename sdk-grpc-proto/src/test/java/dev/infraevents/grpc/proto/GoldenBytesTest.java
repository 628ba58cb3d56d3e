package dev.infraevents.grpc.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Timestamp;
import com.google.rpc.Status;
import dev.infraevents.grpc.proto.eventstore.BuildLifecycleEventNotification;
import dev.infraevents.grpc.proto.eventstore.EventStoreGrpc;
import dev.infraevents.grpc.proto.eventstore.GetInvocationRequest;
import dev.infraevents.grpc.proto.eventstore.ReplayModeOptions.ReplayMode;
import dev.infraevents.grpc.proto.eventstore.StreamedBuildEvent;
import dev.infraevents.grpc.proto.forwarding.ForwardingGrpc;
import dev.infraevents.grpc.proto.notification.Notification;
import dev.infraevents.grpc.proto.notification.NotificationQueueGrpc;
import dev.infraevents.grpc.proto.notification.PullNotificationRequest;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse.AcknowledgeableNotification;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse.AcknowledgementReceipt;
import dev.infraevents.grpc.proto.resultstore.BuildLifecycleNotification;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Messages as EngFlow's servers read and write them, and how its calls are named. */
class GoldenBytesTest {

  private static final String FIRST_REQUEST =
      "0a1d121b6576656e7473746f72652f6c6966656379636c652d6576656e74731230656e67666c6f772d73"
          + "646b2f36663163326630652d376437622d346630652d396630612d3364316232633464356536661a040a"
          + "020878";

  private static final String RESPONSE =
      "0a7d0a0274311a770a2430303030303030302d303030302d343030302d383030302d3030303030303030"
          + "3030303112020801224b0a49747970652e676f6f676c65617069732e636f6d2f656e67666c6f772e6576"
          + "656e7473746f72652e76312e4275696c644c6966656379636c654576656e744e6f74696669636174696f"
          + "6e12060a0274301200120e0a0274781208080412046c617465";

  private static final String GET_INVOCATION =
      "0a0764656661756c74122430373064323562662d336561632d346561362d383561382d34663036343331"
          + "36353635371a03746f6b2002";

  private static final String SAMPLE =
      "0a0764656661756c74122439363038663433392d346333652d343930392d386130632d66373838313033"
          + "32326236622211636f6d6d616e645f6e616d653d74657374221170726f746f636f6c5f6e616d653d4245"
          + "502230757365725f6b6579776f72643d656e67666c6f773a43694364506970656c696e654e616d653d70"
          + "6f73742d6d657267652237757365725f6b6579776f72643d656e67666c6f773a436943644a6f624e616d"
          + "653d63692d72756e6e6572732d746573742d6d61747269782227757365725f6b6579776f72643d656e67"
          + "666c6f773a5265717565737465723d616e66656c6261722225757365725f6b6579776f72643d656e6766"
          + "6c6f773a53747265616d536f757263653d424553222f757365725f6b6579776f72643d656e67666c6f77"
          + "3a53747265616d547970653d436c69656e7442455053747265616dba06260a2435313733363538632d34"
          + "3539352d343937382d386462302d323934326231653763613133";

  private static <M extends MessageLite> void isWritten(M message, String hex) throws Exception {
    assertThat(HexFormat.of().formatHex(message.toByteArray())).isEqualTo(hex);
    assertThat(message.getParserForType().parseFrom(HexFormat.of().parseHex(hex)))
        .isEqualTo(message);
  }

  @Test
  void theFirstRequestNamesTheQueueTheClientAndTheDeadline() throws Exception {
    var request =
        PullNotificationRequest.newBuilder()
            .setClient("engflow-sdk/6f1c2f0e-7d7b-4f0e-9f0a-3d1b2c4d5e6f");
    request.getQueueBuilder().setName("eventstore/lifecycle-events");
    request
        .getNotificationDeliveryOptionsBuilder()
        .setAcknowledgementDeadline(Duration.newBuilder().setSeconds(120));

    isWritten(request.build(), FIRST_REQUEST);
  }

  @Test
  void acknowledgementsAreTokens() throws Exception {
    isWritten(
        PullNotificationRequest.newBuilder()
            .addAcknowledgementTokens("t1")
            .addAcknowledgementTokens("t2")
            .build(),
        "2202743122027432");
  }

  @Test
  void aResponseHasANotificationAndReceipts() throws Exception {
    Any payload =
        Any.newBuilder()
            .setTypeUrl("type.googleapis.com/engflow.eventstore.v1.BuildLifecycleEventNotification")
            .build();
    isWritten(
        PullNotificationResponse.newBuilder()
            .setNotification(
                AcknowledgeableNotification.newBuilder()
                    .setToken("t1")
                    .setNotification(
                        Notification.newBuilder()
                            .setId("00000000-0000-4000-8000-000000000001")
                            .setTimestamp(Timestamp.newBuilder().setSeconds(1))
                            .setPayload(payload)))
            .addAcknowledgementReceipt(receipt("t0", Status.getDefaultInstance()))
            .addAcknowledgementReceipt(
                receipt("tx", Status.newBuilder().setCode(4).setMessage("late").build()))
            .build(),
        RESPONSE);
  }

  private static AcknowledgementReceipt receipt(String token, Status status) {
    return AcknowledgementReceipt.newBuilder().setToken(token).setStatus(status).build();
  }

  @Test
  void aReceiptWithoutAStatusIsOk() throws Exception {
    var receipt = AcknowledgementReceipt.parseFrom(HexFormat.of().parseHex("0a027430"));

    assertThat(receipt.hasStatus()).isFalse();
    assertThat(receipt.getStatus().getCode()).isZero();
  }

  @Test
  void anInvocationIsAskedForFromAToken() throws Exception {
    isWritten(
        GetInvocationRequest.newBuilder()
            .setInstanceName("default")
            .setInvocationId("070d25bf-3eac-4ea6-85a8-4f0643165657")
            .setContinuationToken("tok")
            .setReplayMode(ReplayMode.STOP_AFTER_LAST_KNOWN)
            .build(),
        GET_INVOCATION);
  }

  @Test
  void aLastMessageMayHaveNoEvent() throws Exception {
    var last = StreamedBuildEvent.newBuilder().setIsLast(true).setContinuationToken("end").build();

    isWritten(last, "08011203656e64");
    assertThat(last.hasEvent()).isFalse();
  }

  @Test
  void thePublishedSampleIsWrittenAsItWasPublished() throws Exception {
    var sample =
        BuildLifecycleEventNotification.newBuilder()
            .setInstanceName("default")
            .setBuildId("9608f439-4c3e-4909-8a0c-f78810322b6b")
            .addKeywords("command_name=test")
            .addKeywords("protocol_name=BEP")
            .addKeywords("user_keyword=engflow:CiCdPipelineName=post-merge")
            .addKeywords("user_keyword=engflow:CiCdJobName=ci-runners-test-matrix")
            .addKeywords("user_keyword=engflow:Requester=anfelbar")
            .addKeywords("user_keyword=engflow:StreamSource=BES")
            .addKeywords("user_keyword=engflow:StreamType=ClientBEPStream");
    sample.getInvocationFinishedBuilder().setInvocationId("5173658c-4595-4978-8db0-2942b1e7ca13");

    isWritten(sample.build(), SAMPLE);
  }

  @Test
  void theTypeUrlsAreEngFlows() {
    assertThat(Any.pack(BuildLifecycleEventNotification.getDefaultInstance()).getTypeUrl())
        .isEqualTo("type.googleapis.com/engflow.eventstore.v1.BuildLifecycleEventNotification");
    assertThat(Any.pack(BuildLifecycleNotification.getDefaultInstance()).getTypeUrl())
        .isEqualTo("type.googleapis.com/engflow.resultstore.v1.BuildLifecycleNotification");
    assertThat(
            Any.pack(dev.infraevents.grpc.proto.bazel.BuildEvent.getDefaultInstance()).getTypeUrl())
        .isEqualTo("type.googleapis.com/build_event_stream.BuildEvent");
  }

  @Test
  void theCallsAreNamedAsTheServerKnowsThem() {
    assertCall(
        NotificationQueueGrpc.getPullMethod(),
        "engflow.notification.v1.NotificationQueue/Pull",
        MethodType.BIDI_STREAMING);
    assertCall(
        EventStoreGrpc.getGetInvocationMethod(),
        "engflow.eventstore.v1.EventStore/GetInvocation",
        MethodType.SERVER_STREAMING);
    assertCall(
        EventStoreGrpc.getGetBuildMethod(),
        "engflow.eventstore.v1.EventStore/GetBuild",
        MethodType.SERVER_STREAMING);
    assertCall(
        ForwardingGrpc.getForwardStreamMethod(),
        "com.engflow.notificationqueue.demoserver.Forwarding/ForwardStream",
        MethodType.UNARY);
  }

  private static void assertCall(MethodDescriptor<?, ?> call, String name, MethodType type) {
    assertThat(call.getFullMethodName()).isEqualTo(name);
    assertThat(call.getType()).isEqualTo(type);
  }

  @Test
  void whatIsNotReadIsNotLost() throws Exception {
    // A user of before 2023-06 with an agent, field 2 of its context.
    ByteString context = ByteString.copyFrom(HexFormat.of().parseHex("0a030a016112030a0162"));

    assertThat(dev.infraevents.grpc.proto.auth.AuthContext.parseFrom(context).toByteString())
        .isEqualTo(context);
  }
}
