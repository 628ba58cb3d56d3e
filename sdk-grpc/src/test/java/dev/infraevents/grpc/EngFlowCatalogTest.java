package dev.infraevents.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.Any;
import dev.infraevents.Bytes;
import dev.infraevents.CloudEvents;
import dev.infraevents.DecodingException;
import dev.infraevents.Event;
import dev.infraevents.EventType;
import dev.infraevents.engflow.EngFlow;
import dev.infraevents.engflow.EngFlowPayload;
import dev.infraevents.grpc.proto.notification.Notification;
import dev.infraevents.testkit.junit.LeakCheck;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What travels as a CloudEvent comes back as it was. */
@ExtendWith(LeakCheck.class)
class EngFlowCatalogTest {

  static List<Event<?>> everyEvent() {
    List<Event<?>> events = new ArrayList<>();
    Messages.everyNotification().forEach(any -> events.add(Messages.event(any)));
    Messages.everyBuildEvent().forEach(event -> events.add(Messages.event(event)));
    events.add(Messages.message(Notification.getDefaultInstance()).decode());
    return events;
  }

  @ParameterizedTest
  @MethodSource("everyEvent")
  void everyEventComesBackTypedAndWithoutLoss(Event<?> event) {
    String json = CloudEvents.toJson(event);
    Event<?> back = CloudEvents.fromJson(json);

    assertThat(back.id()).isEqualTo(event.id());
    assertThat((Object) back.type()).isEqualTo(event.type());
    assertThat(back.source()).isEqualTo(event.source());
    assertThat(back.subject()).isEqualTo(event.subject());
    assertThat(back.time()).isEqualTo(event.time());
    assertThat(back.receivedAt()).isEqualTo(event.receivedAt());
    assertThat(back.payload()).isEqualTo(event.payload());
    assertThat(back.data()).isEqualTo(event.data());
    assertThat(back.dataContentType()).isEqualTo("application/protobuf");
    assertThat(back.attributes()).isEqualTo(event.attributes());
    assertThat(CloudEvents.toJson(back)).isEqualTo(json);
  }

  @Test
  void everyTypeIsAmongThem() {
    Set<EventType<?>> types = new HashSet<>(EngFlow.notificationTypes());
    types.addAll(EngFlow.progressTypes());

    assertThat(everyEvent()).extracting(event -> (Object) event.type()).containsAll(types);
  }

  @Test
  void theDataIsBase64() {
    Event<EngFlowPayload> event = Messages.event(Any.pack(Messages.invocationFinished()));

    assertThat(CloudEvents.toJson(event))
        .contains("\"datacontenttype\":\"application/protobuf\"", "\"data_base64\":\"");
  }

  @Test
  void dataOfAnotherKindThanTheTypeSaysIsRefused() {
    String json = CloudEvents.toJson(Messages.event(Any.pack(Messages.invocationFinished())));

    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(
            () ->
                CloudEvents.fromJson(
                    json.replace("engflow.invocation.finished", "engflow.build.started")))
        .withMessageContaining("engflow.build.started")
        .withMessageContaining("InvocationFinished");
  }

  @ParameterizedTest
  @ValueSource(strings = {"engflow.invocation.finished", "engflow.progress.bazel_event"})
  void dataThatIsNoProtobufIsRefused(String type) {
    var entry = new EngFlowCatalog().find(type).orElseThrow();

    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(() -> entry.decoder().decode(Bytes.ofUtf8("hunter2")))
        .withMessageContaining("of 7 bytes")
        .withMessageNotContaining("hunter2")
        .withNoCause();
  }

  @ParameterizedTest
  @ValueSource(strings = {"engflow", "engflow.", "engflow.build.cancelled", "garm.pool.create"})
  void whatIsNotOfThisVersionIsNotFound(String type) {
    assertThat(new EngFlowCatalog().find(type)).isEmpty();
  }
}
