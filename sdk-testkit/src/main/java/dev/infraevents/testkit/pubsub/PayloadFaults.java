package dev.infraevents.testkit.pubsub;

import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PubsubMessage;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.internal.EventFault;
import dev.infraevents.testkit.internal.OutgoingEvent;
import org.jspecify.annotations.Nullable;

/** What can be wrong with the data of a message. */
final class PayloadFaults {

  private static final PubsubMessage DEVICE_EVENT =
      PubsubMessage.newBuilder().putAttributes("event-type", "DEVICE_OTA_STARTED").build();

  private PayloadFaults() {}

  /** The message as a fault of the next event leaves it; only data that is JSON suffers. */
  static PubsubMessage apply(@Nullable Fault fault, PubsubMessage sound) {
    if (!(fault instanceof Fault.BadUtf8 || fault instanceof Fault.Oversize)) {
      return sound;
    }
    String data = sound.getData().toStringUtf8();
    if (!data.startsWith("{") || !data.endsWith("}")) {
      return sound;
    }
    OutgoingEvent changed = EventFault.of(fault).apply(OutgoingEvent.of(data)).get(0);
    return sound.toBuilder().setData(ByteString.copyFrom(changed.text())).build();
  }

  /** An event of a known type that is some text. */
  static PubsubMessage garbage() {
    return deviceEvent("upstream connect error or disconnect");
  }

  /** An event of a known type that breaks off. */
  static PubsubMessage broken() {
    return deviceEvent("{\"Uuid\":\"6f1f5c4e-0e0d-4d3a-9b0b-2f1a3e5d7c9b\",\"Time\":17637");
  }

  private static PubsubMessage deviceEvent(String data) {
    return DEVICE_EVENT.toBuilder().setData(ByteString.copyFromUtf8(data)).build();
  }
}
