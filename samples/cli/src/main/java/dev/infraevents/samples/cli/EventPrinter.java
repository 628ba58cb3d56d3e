package dev.infraevents.samples.cli;

import dev.infraevents.Bytes;
import dev.infraevents.CloudEvents;
import dev.infraevents.Event;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Prints events in the form that was asked for. */
public final class EventPrinter {

  private static final int WIDTH = 160;
  private static final Pattern TEXT_TYPE = Pattern.compile("text/|application/([^;]*\\+)?json\\b");
  private static final Pattern BINARY = Pattern.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]");
  private static final Pattern LINE_BREAK = Pattern.compile("[\r\n]+");

  private final PrintStream out;
  private final CommonOptions.Output output;
  private final Function<Event<?>, String> describe; // for readable lines

  EventPrinter(PrintStream out, CommonOptions.Output output, Function<Event<?>, String> describe) {
    this.out = out;
    this.output = output;
    this.describe = describe;
  }

  /**
   * Prints an event.
   *
   * @param event the event
   * @return whether anybody still reads
   */
  public boolean print(Event<?> event) {
    out.println(
        switch (output) {
          case TEXT -> text(event, origin(event) + describe.apply(event));
          case JSON -> CloudEvents.toJson(event);
          case RAW -> raw(event);
        });
    return !out.checkError();
  }

  /**
   * One readable line.
   *
   * @param event the event
   * @param what what to say of its payload
   * @return type, subject and the text, cut to fit; control characters are replaced by spaces
   */
  public static String text(Event<?> event, String what) {
    String subject = event.subject() == null ? "-" : event.subject();
    return cut(OneLine.printable("%-32s %-36s %s".formatted(event.type().name(), subject, what)));
  }

  /** On one line, and without loss: what the source does not send as text is printed in Base64. */
  private static String raw(Event<?> event) {
    return isText(event)
        // JSON has no line breaks but those between its tokens.
        ? LINE_BREAK.matcher(event.raw().utf8()).replaceAll(" ")
        : Base64.getEncoder().encodeToString(event.raw().toByteArray());
  }

  /** Data that is text may have come in a message that is not, such as a protobuf of Pub/Sub's. */
  private static boolean isText(Event<?> event) {
    Bytes raw = event.raw();
    return TEXT_TYPE.matcher(event.dataContentType()).lookingAt()
        && !BINARY.matcher(raw.utf8()).find()
        && Arrays.equals(raw.toUtf8Array(), raw.toByteArray());
  }

  private static String origin(Event<?> event) {
    String origin = event.attributes().get(Event.ORIGIN);
    return origin == null ? "" : "(" + origin + ") ";
  }

  private static String cut(String line) {
    if (line.length() <= WIDTH) {
      return line;
    }
    int end = WIDTH - 3;
    return line.substring(0, Character.isHighSurrogate(line.charAt(end - 1)) ? end - 1 : end)
        + "...";
  }
}
