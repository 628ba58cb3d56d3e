package dev.infraevents.testkit.engflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.infraevents.grpc.proto.eventstore.BuildLifecycleEventNotification;
import dev.infraevents.grpc.proto.eventstore.BuildLifecycleEventNotification.KindCase;
import dev.infraevents.grpc.proto.notification.Notification;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse;
import dev.infraevents.grpc.proto.resultstore.BuildLifecycleNotification;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.junit.LeakCheck;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What notifications say, and what can be wrong with them. */
@ExtendWith(LeakCheck.class)
class EngFlowPayloadTest {

  @RegisterExtension final FakeEngFlowExtension extension = new FakeEngFlowExtension();

  private FakeEngFlow engflow;
  private EngFlowQueue queue;
  private PullClient reader;

  @BeforeEach
  void setUp() {
    engflow = extension.server();
    queue = engflow.queue();
    reader = PullClient.reader(engflow);
  }

  @AfterEach
  void tearDown() {
    reader.close();
  }

  @Test
  void aLifecycleEventSaysWhatWasDoneByWhomToWhat() throws InvalidProtocolBufferException {
    Instant before = Instant.now();
    queue
        .about("ns/b1")
        .instance("default")
        .keywords("command_name=test", "user_keyword=a=b")
        .user("me@example.com", "admin")
        .invocationFinished("i1");

    Notification notification = reader.notification().getNotification();
    var payload = notification.getPayload().unpack(BuildLifecycleEventNotification.class);
    assertThat(notification.getPayload().getTypeUrl())
        .isEqualTo("type.googleapis.com/engflow.eventstore.v1.BuildLifecycleEventNotification");
    var timestamp = notification.getTimestamp();
    assertThat(Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos()))
        .isBetween(before, Instant.now());
    assertThat(payload.getBuildId()).isEqualTo("ns/b1");
    assertThat(payload.getInstanceName()).isEqualTo("default");
    assertThat(payload.getKeywordsList()).containsExactly("command_name=test", "user_keyword=a=b");
    assertThat(payload.getAuthContext().getUser().getPrincipal()).isEqualTo("me@example.com");
    assertThat(payload.getAuthContext().getUser().getRoleList()).containsExactly("admin");
    assertThat(payload.getInvocationFinished().getInvocationId()).isEqualTo("i1");
  }

  @Test
  void thereAreFourKindsAndOneThatNobodyKnows() throws InvalidProtocolBufferException {
    queue.about("b").buildStarted();
    queue.about("b").buildFinished();
    queue.about("b").invocationStarted("i");
    queue.about("b").invocationFinished("i");
    queue.about("b").unknownKind();

    for (KindCase kind :
        new KindCase[] {
          KindCase.BUILD_STARTED,
          KindCase.BUILD_FINISHED,
          KindCase.INVOCATION_STARTED,
          KindCase.INVOCATION_FINISHED,
          KindCase.KIND_NOT_SET
        }) {
      var payload = payload().unpack(BuildLifecycleEventNotification.class);
      assertThat(payload.getKindCase()).isEqualTo(kind);
      assertThat(payload.hasAuthContext()).isFalse();
    }
  }

  @Test
  void theResultStoreHasAnEventOfItsOwn() throws InvalidProtocolBufferException {
    queue.about("b").instance("default").resultStoreInvocationStarted("i");
    queue.about("b").resultStoreUnknownKind();

    var started = payload().unpack(BuildLifecycleNotification.class);
    assertThat(started.getInvocationStarted().getInvocationId()).isEqualTo("i");
    assertThat(started.getInstanceName()).isEqualTo("default");
    var unknown = payload().unpack(BuildLifecycleNotification.class);
    assertThat(unknown.getKindCase()).isEqualTo(BuildLifecycleNotification.KindCase.KIND_NOT_SET);
  }

  @Test
  void aPayloadMayBeOfAnyTypeOrMissing() {
    Any unknown = Any.newBuilder().setTypeUrl("type.example.com/unknown.Type").build();
    queue.publish(unknown);
    queue.publish(Notification.newBuilder().setId("no payload").build());

    assertThat(payload()).isEqualTo(unknown);
    Notification missing = reader.notification().getNotification();
    assertThat(missing.getId()).isEqualTo("no payload");
    assertThat(missing.hasPayload()).isFalse();
  }

  @Test
  void aMessageMayHaveNothingInIt() {
    queue.sendEmptyMessage();

    assertThat(reader.next()).isEqualTo(PullNotificationResponse.getDefaultInstance());
  }

  @Test
  void badUtf8() {
    engflow.inject(Fault.badUtf8());
    queue.about("b").instance("default").buildStarted();
    queue.about("b").buildStarted();

    assertUndecodable(payload());
    assertDecodable(payload());
  }

  @Test
  void garbageTextIsANotificationForEachReader() {
    try (var other = PullClient.reader(engflow)) {
      engflow.inject(Fault.garbageText());

      assertUndecodable(payload());
      assertUndecodable(other.notification().getNotification().getPayload());
    }
  }

  @Test
  void invalidJsonIsANotificationThatBreaksOff() {
    engflow.inject(Fault.invalidJson());

    Any payload = payload();
    assertUndecodable(payload);
    assertThat(payload.getValue().substring(0, 9))
        .isEqualTo(ByteString.copyFromUtf8("\n\u0007default"));
  }

  @Test
  void oversize() throws InvalidProtocolBufferException {
    engflow.inject(Fault.oversize(5 << 20));
    queue.about("b").buildStarted();

    Notification large = reader.notification().getNotification();
    assertThat(large.getSerializedSize()).isBetween(5 << 20, (5 << 20) + 32);
    assertThat(large.getPayload().unpack(BuildLifecycleEventNotification.class).getBuildId())
        .isEqualTo("b");
  }

  @Test
  void anEventThatIsLargerAlreadyStaysAsItIs() {
    engflow.inject(Fault.oversize(10));
    queue.about("b").buildStarted();

    assertThat(payload())
        .isEqualTo(queue.notifications().get(0).message().getPayload())
        .extracting(Any::getSerializedSize)
        .satisfies(size -> assertThat(size).isLessThan(100));
  }

  @Test
  void silentDrop() {
    engflow.inject(Fault.silentDrop(2));
    String dropped = queue.about("b1").buildStarted();
    queue.about("b2").buildStarted();
    String next = queue.about("b3").buildStarted();

    assertThat(reader.ids(1)).containsExactly(next);
    assertThat(queue.notification(dropped).state()).isEqualTo(EngFlowNotification.State.DISCARDED);
  }

  @Test
  void aDuplicateHasATokenOfItsOwnAndBothCount() {
    engflow.inject(Fault.duplicate());
    String id = queue.about("b1").buildStarted();

    var one = reader.notification();
    var other = reader.notification();
    assertThat(one.getNotification()).isEqualTo(other.getNotification());
    assertThat(one.getToken()).isNotEqualTo(other.getToken());
    reader.ack(one.getToken(), other.getToken());
    assertThat(reader.next().getAcknowledgementReceiptList())
        .allMatch(receipt -> receipt.getStatus().getCode() == 0);
    assertThat(queue.notification(id).acks()).hasSize(2);
    assertThat(queue.count(EngFlowNotification.State.ACKED)).isEqualTo(1);
    assertThat(queue.count(EngFlowNotification.State.OUTSTANDING)).isZero();
  }

  @Test
  void faultsOfTheNextEventAreUsedUpInTheirOrderUntilHealed() {
    engflow.inject(Fault.badUtf8());
    engflow.inject(Fault.silentDrop());
    engflow.inject(Fault.duplicate());
    queue.about("b1").buildStarted();
    queue.about("b2").buildStarted();
    engflow.heal();
    String sound = queue.about("b3").buildStarted();

    assertUndecodable(payload());
    assertThat(reader.ids(1)).containsExactly(sound);
    queue.await(q -> q.count(EngFlowNotification.State.OUTSTANDING) == 2, Duration.ofSeconds(10));
    assertThat(reader.hasReceivedNothing()).isTrue();
  }

  private Any payload() {
    return reader.notification().getNotification().getPayload();
  }

  private static void assertDecodable(Any payload) {
    assertThat(payload.is(BuildLifecycleEventNotification.class)).isTrue();
    try {
      assertThat(payload.unpack(BuildLifecycleEventNotification.class)).isNotNull();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private static void assertUndecodable(Any payload) {
    assertThat(payload.is(BuildLifecycleEventNotification.class)).isTrue();
    assertThatExceptionOfType(InvalidProtocolBufferException.class)
        .isThrownBy(() -> payload.unpack(BuildLifecycleEventNotification.class));
  }
}
