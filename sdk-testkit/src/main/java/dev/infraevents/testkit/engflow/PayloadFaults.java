package dev.infraevents.testkit.engflow;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import dev.infraevents.grpc.proto.eventstore.BuildLifecycleEventNotification;
import dev.infraevents.grpc.proto.notification.Notification;
import dev.infraevents.testkit.Fault;
import org.jspecify.annotations.Nullable;

/** What can be wrong with the payload of a notification. */
final class PayloadFaults {

  // Numbers up to here are kept free for implementations of protobuf: no message has such a field.
  private static final int UNKNOWN_FIELD = 19_999;
  private static final int INSTANCE_NAME = 1;

  private static final ByteString TRUNCATED_CHARACTER =
      ByteString.copyFrom(new byte[] {(byte) 0xE4, (byte) 0xB8});

  private PayloadFaults() {}

  /** The notification as a fault of the next event leaves it. */
  static Notification apply(@Nullable Fault fault, Notification sound) {
    if (fault instanceof Fault.BadUtf8) {
      return with(sound, INSTANCE_NAME, TRUNCATED_CHARACTER);
    } else if (fault instanceof Fault.Oversize f) {
      int overhead = with(sound, UNKNOWN_FIELD, ByteString.EMPTY).getSerializedSize();
      int filling = Math.max(0, f.bytes() - overhead);
      return with(sound, UNKNOWN_FIELD, ByteString.copyFrom(new byte[filling]));
    }
    return sound;
  }

  /** A payload of a known type that is some text. */
  static Any garbage() {
    return lifecycle(ByteString.copyFromUtf8("upstream connect error or disconnect"));
  }

  /** A payload of a known type that breaks off. */
  static Any broken() {
    ByteString whole =
        BuildLifecycleEventNotification.newBuilder()
            .setInstanceName("default")
            .setBuildId("9608f439-4c3e-4909-8a0c-f78810322b6b")
            .build()
            .toByteString();
    return lifecycle(whole.substring(0, whole.size() - 7));
  }

  private static Any lifecycle(ByteString value) {
    return Any.pack(BuildLifecycleEventNotification.getDefaultInstance()).toBuilder()
        .setValue(value)
        .build();
  }

  private static Notification with(Notification sound, int field, ByteString content) {
    ByteString appended =
        UnknownFieldSet.newBuilder()
            .addField(field, Field.newBuilder().addLengthDelimited(content).build())
            .build()
            .toByteString();
    var changed = sound.toBuilder();
    changed.getPayloadBuilder().setValue(sound.getPayload().getValue().concat(appended));
    return changed.build();
  }
}
