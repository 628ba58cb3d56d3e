package dev.infraevents.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import dev.infraevents.AckOutcome;
import dev.infraevents.DecodingException;
import dev.infraevents.Event;
import dev.infraevents.engflow.AuthContext;
import dev.infraevents.engflow.EngFlow;
import dev.infraevents.engflow.EngFlowPayload;
import dev.infraevents.engflow.InvocationFinished;
import dev.infraevents.engflow.Keywords;
import dev.infraevents.engflow.LifecycleEvent;
import dev.infraevents.engflow.PackedMessage;
import dev.infraevents.engflow.ResultStoreInvocationStarted;
import dev.infraevents.engflow.UnknownLifecycleEvent;
import dev.infraevents.engflow.UnknownNotification;
import dev.infraevents.engflow.UnknownResultStoreEvent;
import dev.infraevents.engflow.User;
import dev.infraevents.grpc.proto.eventstore.BuildLifecycleEventNotification;
import dev.infraevents.grpc.proto.notification.Notification;
import dev.infraevents.grpc.proto.resultstore.BuildLifecycleNotification;
import dev.infraevents.spi.Settlement;
import dev.infraevents.testkit.junit.LeakCheck;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class NotificationMessageTest {

  private static final String SAMPLE =
      "0a0764656661756c74122439363038663433392d346333652d343930392d386130632d663738383130333232623662"
          + "2211636f6d6d616e645f6e616d653d74657374221170726f746f636f6c5f6e616d653d4245502230757365725f"
          + "6b6579776f72643d656e67666c6f773a43694364506970656c696e654e616d653d706f73742d6d657267652237"
          + "757365725f6b6579776f72643d656e67666c6f773a436943644a6f624e616d653d63692d72756e6e6572732d74"
          + "6573742d6d61747269782227757365725f6b6579776f72643d656e67666c6f773a5265717565737465723d616e"
          + "66656c6261722225757365725f6b6579776f72643d656e67666c6f773a53747265616d536f757263653d424553"
          + "222f757365725f6b6579776f72643d656e67666c6f773a53747265616d547970653d436c69656e744245505374"
          + "7265616dba06260a2435313733363538632d343539352d343937382d386462302d323934326231653763613133";

  @Test
  void everyKindOfMessageHasItsType() {
    assertThat(Messages.everyNotification())
        .extracting(any -> (Object) Messages.event(any).type())
        .containsExactly(
            EngFlow.BUILD_STARTED,
            EngFlow.BUILD_FINISHED,
            EngFlow.INVOCATION_STARTED,
            EngFlow.INVOCATION_FINISHED,
            EngFlow.LIFECYCLE_UNKNOWN,
            EngFlow.RESULT_STORE_INVOCATION_STARTED,
            EngFlow.RESULT_STORE_UNKNOWN,
            EngFlow.NOTIFICATION_UNKNOWN,
            EngFlow.NOTIFICATION_UNKNOWN);
  }

  @Test
  void thePayloadIsOfTheClassOfItsType() {
    assertThat(Messages.everyNotification())
        .allSatisfy(
            any -> {
              Event<EngFlowPayload> event = Messages.event(any);
              assertThat(event.payload()).isInstanceOf(event.type().payloadType());
            });
  }

  @Test
  void theEnvelopeIsKnownBeforeThePayloadIsDecodedAndIsTheSameAfter() {
    assertThat(Messages.everyNotification())
        .allSatisfy(
            any -> {
              NotificationMessage message = Messages.message(Messages.notification(any).build());
              Event<EngFlowPayload> event = message.decode();
              assertThat((Object) event.type()).isEqualTo(message.type());
              assertThat(event.subject()).isEqualTo(message.subject());
              assertThat(event.attributes()).isEqualTo(message.attributes());
              assertThat(event.source()).isEqualTo(message.source());
              assertThat(event.raw()).isEqualTo(message.raw());
            });
  }

  @Test
  void aFinishedInvocationHasAllThatTheClusterSays() {
    Event<EngFlowPayload> event = Messages.event(Any.pack(Messages.invocationFinished()));

    assertThat(event.payload())
        .isEqualTo(
            new InvocationFinished(
                "prod",
                Messages.BUILD,
                Messages.INVOCATION,
                new AuthContext(new User("joe@example.com", List.of("dev"), null)),
                new Keywords(
                    List.of(
                        "command_name=test", "user_keyword=engflow:CiCdUri=https://ci/?a=b:c"))));
    assertThat(event.subject()).isEqualTo(Messages.BUILD);
    assertThat(event.attributes())
        .isEqualTo(Map.of(EngFlow.INSTANCE, "prod", EngFlow.INVOCATION, Messages.INVOCATION));
    assertThat(event.id()).isEqualTo("6f1c2f0e-7d7b-4f0e-9f0a-3d1b2c4d5e6f");
    assertThat(event.time()).isEqualTo(Messages.TIME);
    assertThat(event.receivedAt()).isEqualTo(Messages.RECEIVED);
  }

  @Test
  void dataIsTheAnyAndRawTheWholeResponse() throws Exception {
    Any any = Any.pack(Messages.invocationFinished());
    Notification notification = Messages.notification(any).build();
    Event<EngFlowPayload> event = Messages.message(notification).decode();

    assertThat(Any.parseFrom(event.data().toByteArray())).isEqualTo(any);
    assertThat(event.dataContentType()).isEqualTo("application/protobuf");
    assertThat(event.raw()).isEqualTo(Messages.bytes(Messages.response(notification)));
  }

  @Test
  void thePublishedSampleIsReadAsPublished() throws Exception {
    var sample = BuildLifecycleEventNotification.parseFrom(HexFormat.of().parseHex(SAMPLE));
    Event<InvocationFinished> event = Messages.event(Any.pack(sample)).as(InvocationFinished.class);

    assertThat((Object) event.type()).isEqualTo(EngFlow.INVOCATION_FINISHED);
    InvocationFinished payload = event.payload();
    assertThat(payload.instanceName()).isEqualTo("default");
    assertThat(payload.buildId()).isEqualTo("9608f439-4c3e-4909-8a0c-f78810322b6b");
    assertThat(payload.invocationId()).isEqualTo("5173658c-4595-4978-8db0-2942b1e7ca13");
    assertThat(payload.authContext()).isNull();
    Keywords keywords = payload.keywords();
    assertThat(keywords.all()).hasSize(7);
    assertThat(keywords.commandName()).contains("test");
    assertThat(keywords.protocolName()).contains("BEP");
    assertThat(keywords.user(Keywords.CI_CD_PIPELINE_NAME)).contains("post-merge");
    assertThat(keywords.user(Keywords.CI_CD_JOB_NAME)).contains("ci-runners-test-matrix");
    assertThat(keywords.user(Keywords.REQUESTER)).contains("anfelbar");
    assertThat(keywords.user(Keywords.STREAM_SOURCE)).contains("BES");
    assertThat(keywords.user(Keywords.STREAM_TYPE)).contains("ClientBEPStream");
  }

  @Test
  void aKindThatIsNewerThanThisVersionIsStillAnEventOfItsBuild() {
    Any any = Messages.any(Messages.lifecycle().setUnknownFields(Messages.NEWER));
    Event<EngFlowPayload> event = Messages.event(any);

    assertThat(event.subject()).isEqualTo(Messages.BUILD);
    assertThat(event.payload())
        .isInstanceOfSatisfying(
            UnknownLifecycleEvent.class,
            unknown -> {
              assertThat(unknown.instanceName()).isEqualTo("prod");
              assertThat(unknown.keywords().commandName()).contains("test");
              assertThat(unknown.typeName()).isEqualTo(any.getTypeUrl());
              assertThat(unknown.content()).isEqualTo(Protos.bytes(any.getValue()));
            });
    assertThat(event.payload().toString()).doesNotContain("hunter2");
  }

  @Test
  void theResultStoreIsHeardToo() {
    List<Any> all = Messages.everyNotification();
    Event<EngFlowPayload> started = Messages.event(all.get(5));
    Event<EngFlowPayload> other = Messages.event(all.get(6));

    assertThat(started.payload())
        .isEqualTo(new ResultStoreInvocationStarted("prod", Messages.BUILD, Messages.INVOCATION));
    assertThat(started.attributes()).containsEntry(EngFlow.INVOCATION, Messages.INVOCATION);
    assertThat(other.payload())
        .isInstanceOfSatisfying(
            UnknownResultStoreEvent.class,
            unknown -> assertThat(unknown.buildId()).isEqualTo(Messages.BUILD));
    assertThat(other.attributes()).isEqualTo(Map.of(EngFlow.INSTANCE, "prod"));
    assertThat(other.subject()).isEqualTo(Messages.BUILD);
  }

  @ParameterizedTest
  @CsvSource({
    "type.googleapis.com/acme.Thing",
    "engflow.eventstore.v1.BuildLifecycleEventNotification",
    "type.googleapis.com/engflow.eventstore.v1.BuildLifecycleEventNotification2",
    "type.googleapis.com/",
    "''"
  })
  void amessageOfAnotherTypeIsDeliveredAsItIs(String typeUrl) {
    ByteString garbage = ByteString.copyFrom(new byte[] {-1, -1, -1});
    Event<EngFlowPayload> event =
        Messages.event(Any.newBuilder().setTypeUrl(typeUrl).setValue(garbage).build());

    assertThat((Object) event.type()).isEqualTo(EngFlow.NOTIFICATION_UNKNOWN);
    assertThat(event.payload())
        .isEqualTo(new UnknownNotification(new PackedMessage(typeUrl, Protos.bytes(garbage))));
    assertThat(event.subject()).isNull();
    assertThat(event.attributes()).isEmpty();
  }

  @Test
  void onlyWhatFollowsTheLastSlashOfATypeUrlCounts() {
    Any any =
        Any.pack(Messages.invocationFinished()).toBuilder()
            .setTypeUrl("x/y/engflow.eventstore.v1.BuildLifecycleEventNotification")
            .build();

    assertThat(Messages.event(any).payload()).isInstanceOf(InvocationFinished.class);
  }

  @Test
  void aNotificationWithoutAMessageIsAnEvent() {
    Notification notification = Notification.newBuilder().setId("1").build();
    Event<EngFlowPayload> event = Messages.message(notification).decode();

    assertThat(event.payload()).isEqualTo(new UnknownNotification(PackedMessage.EMPTY));
    assertThat(event.data().isEmpty()).isTrue();
    assertThat(event.time()).isNull();
    assertThat(event.id()).isEqualTo("1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " "})
  void withoutAnIdTheContentIdentifiesIt(String id) {
    Any any = Any.pack(Messages.invocationFinished());
    Event<EngFlowPayload> one =
        Messages.message(Messages.notification(any).setId(id).build()).decode();
    Event<EngFlowPayload> same =
        Messages.message(Messages.notification(any).setId(id).clearTimestamp().build()).decode();

    assertThat(one.id()).isNotBlank().isEqualTo(same.id());
    assertThat(one.id()).isNotEqualTo(Messages.event(Messages.everyNotification().get(0)).id());
  }

  @ParameterizedTest
  @CsvSource({
    "9223372036854775807, 0",
    "-9223372036854775808, 0",
    "253402300800, 0",
    "-62135596801, 0",
    "0, -1",
    "0, 1000000000"
  })
  void aTimeThatIsNoneIsNotATime(long seconds, int nanos) {
    Timestamp time = Timestamp.newBuilder().setSeconds(seconds).setNanos(nanos).build();
    Any any = Any.pack(Messages.invocationFinished());

    assertThat(
            Messages.message(Messages.notification(any).setTimestamp(time).build()).decode().time())
        .isNull();
  }

  @Test
  void anEmptyTimestampIsTheEpoch() {
    Any any = Any.pack(Messages.invocationFinished());

    assertThat(
            Messages.message(
                    Messages.notification(any).setTimestamp(Timestamp.getDefaultInstance()).build())
                .decode()
                .time())
        .isEqualTo(Instant.EPOCH);
  }

  @Test
  void aTruncatedMessageOfAKnownTypeCanNotBeDecoded() {
    ByteString whole = Messages.lifecycle().setInstanceName("hunter2").build().toByteString();
    Notification lifecycle =
        truncated(BuildLifecycleEventNotification.getDescriptor().getFullName(), whole);
    Notification resultStore =
        truncated(BuildLifecycleNotification.getDescriptor().getFullName(), whole);

    for (Notification notification : List.of(lifecycle, resultStore)) {
      assertThatExceptionOfType(DecodingException.class)
          .isThrownBy(() -> Messages.message(notification))
          .withMessageContaining("BuildLifecycle")
          .withMessageContaining("of 8 bytes")
          .withMessageNotContaining("hunter")
          .withNoCause();
    }
  }

  private static Notification truncated(String name, ByteString whole) {
    return Messages.notification(
            Any.newBuilder()
                .setTypeUrl("type.googleapis.com/" + name)
                .setValue(whole.substring(0, 8))
                .build())
        .build();
  }

  @Test
  void anEmptyBuildIdIsNoSubject() {
    Event<EngFlowPayload> event =
        Messages.event(Messages.any(BuildLifecycleEventNotification.newBuilder()));

    assertThat(event.subject()).isNull();
    assertThat(event.attributes()).isEmpty();
    assertThat(((LifecycleEvent) event.payload()).authContext()).isNull();
  }

  @Test
  void aUserMayBeMissingOrHaveAPicture() {
    var without = Messages.lifecycle();
    without.getAuthContextBuilder().clearUser();
    var with = Messages.lifecycle();
    with.getAuthContextBuilder().getUserBuilder().setProfilePictureUrl("").addRole("admin");

    assertThat(authContext(without)).isEqualTo(new AuthContext(null));
    assertThat(authContext(with))
        .isEqualTo(new AuthContext(new User("joe@example.com", List.of("dev", "admin"), "")));
  }

  private static @Nullable AuthContext authContext(BuildLifecycleEventNotification.Builder event) {
    return ((LifecycleEvent) Messages.event(Messages.any(event)).payload()).authContext();
  }

  @Test
  void itIsSettledAsItsConnectionSays() {
    Settlement settlement =
        new Settlement() {
          @Override
          public CompletionStage<AckOutcome> ack() {
            return CompletableFuture.completedFuture(AckOutcome.CONFIRMED);
          }

          @Override
          public CompletionStage<AckOutcome> nack(Duration delay) {
            return ack();
          }

          @Override
          public CompletionStage<AckOutcome> extend(Duration by) {
            return ack();
          }

          @Override
          public @Nullable Instant deadline() {
            return null;
          }
        };
    Notification notification =
        Messages.notification(Any.pack(Messages.invocationFinished())).build();

    assertThat(
            new NotificationMessage(
                    Messages.bytes(notification),
                    notification,
                    Messages.SOURCE,
                    Messages.RECEIVED,
                    settlement)
                .settlement())
        .isSameAs(settlement);
  }

  @Test
  void itsDataIsWhatArrivedHoweverThatWasPutTogether() {
    Any any = Any.pack(Messages.invocationFinished());
    ByteString arrived =
        field(2, any.getValue())
            .concat(field(99, any.getValue()))
            .concat(field(1, any.getTypeUrlBytes()));
    ByteString response =
        field(1, field(3, field(4, arrived)).concat(field(1, ByteString.copyFromUtf8("t1"))));

    Event<EngFlowPayload> event =
        new EngFlowDecoder()
            .read(Protos.bytes(response), Messages.SOURCE, Messages.RECEIVED)
            .decode();

    assertThat(event).isNotNull();
    assertThat(event.type()).isEqualTo(EngFlow.INVOCATION_FINISHED);
    assertThat(event.data()).isEqualTo(Protos.bytes(arrived));
  }

  private static ByteString field(int number, ByteString content) {
    return UnknownFieldSet.newBuilder()
        .addField(number, UnknownFieldSet.Field.newBuilder().addLengthDelimited(content).build())
        .build()
        .toByteString();
  }
}
