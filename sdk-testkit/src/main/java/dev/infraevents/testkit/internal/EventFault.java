package dev.infraevents.testkit.internal;

import dev.infraevents.testkit.Fault;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** What happens to one event on its way out: it may come out changed, several times or never. */
@FunctionalInterface
public interface EventFault {

  List<OutgoingEvent> apply(OutgoingEvent event);

  /** What a fault of the next event does to an event that is JSON. */
  static EventFault of(Fault fault) {
    if (fault instanceof Fault.BadUtf8) {
      return badUtf8();
    } else if (fault instanceof Fault.Oversize f) {
      return oversize(f.bytes());
    } else if (fault instanceof Fault.Fragment f) {
      return fragment(f.pieces());
    } else if (fault instanceof Fault.SilentDrop) {
      return drop();
    } else if (fault instanceof Fault.Duplicate) {
      return duplicate();
    }
    throw FaultInjector.unknown(fault);
  }

  private static EventFault badUtf8() {
    byte[] truncatedSequence = {(byte) 0xE4, (byte) 0xB8}; // two of the three bytes of a character
    return event ->
        List.of(new OutgoingEvent(withPadding(event.text(), truncatedSequence), event.pieces()));
  }

  private static EventFault fragment(int pieces) {
    return event -> List.of(new OutgoingEvent(event.text(), pieces));
  }

  private static EventFault drop() {
    return event -> List.of();
  }

  private static EventFault duplicate() {
    return event -> List.of(event, event);
  }

  private static EventFault oversize(int bytes) {
    return event -> {
      int overhead = withPadding(event.text(), new byte[0]).length;
      byte[] filling = new byte[Math.max(0, bytes - overhead)];
      Arrays.fill(filling, (byte) 'x');
      return overhead > bytes
          ? List.of(event)
          : List.of(new OutgoingEvent(withPadding(event.text(), filling), event.pieces()));
    };
  }

  /**
   * Adds a key to the payload, which is the last value of the envelope, or else to the envelope.
   */
  private static byte[] withPadding(byte[] text, byte[] filling) {
    int end = text.length - 1;
    while (text[end] != '}') { // the brace that closes the envelope
      end--;
    }
    int at = text[end - 1] == '}' ? end - 1 : end;
    ByteArrayOutputStream padded = new ByteArrayOutputStream(text.length + filling.length + 16);
    padded.write(text, 0, at);
    padded.writeBytes(ascii(text[at - 1] == '{' ? "\"padding\":\"" : ",\"padding\":\""));
    padded.writeBytes(filling);
    padded.writeBytes(ascii("\""));
    padded.write(text, at, text.length - at);
    return padded.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
