package dev.infraevents.grpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.infraevents.Bytes;
import dev.infraevents.grpc.proto.eventstore.StreamedBuildEvent;
import java.io.IOException;

/**
 * Where an event stands in its stream, which can be read even where the event can not.
 *
 * @param token of the position after it; empty if it can not be read
 * @param last whether nothing follows
 */
record EventPosition(String token, boolean last) {

  private static final int LAST = StreamedBuildEvent.IS_LAST_FIELD_NUMBER;
  private static final int TOKEN = StreamedBuildEvent.CONTINUATION_TOKEN_FIELD_NUMBER;

  static EventPosition of(StreamedBuildEvent event) {
    return new EventPosition(event.getContinuationToken(), event.getIsLast());
  }

  /** Reads as far as it goes. */
  static EventPosition of(Bytes unreadable) {
    CodedInputStream fields = CodedInputStream.newInstance(unreadable.toByteArray());
    String token = "";
    boolean last = false;
    try {
      for (int tag = fields.readTag(); tag != 0; tag = fields.readTag()) {
        switch (WireFormat.getTagFieldNumber(tag)) {
          case LAST -> last = fields.readBool();
          case TOKEN -> token = fields.readStringRequireUtf8();
          default -> fields.skipField(tag);
        }
      }
    } catch (IOException e) {
      return new EventPosition(token, last); // the rest is what can not be read
    }
    return new EventPosition(token, last);
  }
}
