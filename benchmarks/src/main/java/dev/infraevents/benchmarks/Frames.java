package dev.infraevents.benchmarks;

import dev.infraevents.Bytes;
import dev.infraevents.Event;
import dev.infraevents.garm.GarmDecoder;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.testkit.garm.GarmRecording;
import java.net.URI;
import java.time.Instant;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The events that are measured, made of what a real server sent. */
final class Frames {

  /** 19 digits; the time in an {@link #AGENT_ID} that carries one is counted from here. */
  static final long STAMP_BASE = 1_000_000_000_000_000_000L;

  static final int STAMP_DIGITS = 19;

  static final String AGENT_ID = "\"agent_id\":";

  private static final String RECORDED_AGENT = AGENT_ID + "77,";
  private static final int INSTANCES_OF_LARGE = 32;

  private Frames() {}

  /** The create of a runner: 467 bytes, nothing but scalars. */
  static String small() {
    return recorded("\"instance\",\"operation\":\"create\"", "");
  }

  /** An update of a runner: 901 bytes, two addresses and two status messages. */
  static String instance() {
    return recorded("\"instance\",\"operation\":\"update\"", "\"runner_status\":\"idle\"");
  }

  /** An update of a pool that holds its runners, as GARM sends it: 16 KB. */
  static String large() {
    String payload = small().substring(small().indexOf("{\"id\""), small().length() - 1);
    String instances =
        IntStream.range(0, INSTANCES_OF_LARGE)
            .mapToObj(i -> payload)
            .collect(Collectors.joining(",", "\"instances\":[", "],"));
    String pool = recorded("\"pool\",\"operation\":\"create\"", "");
    return pool.replace("\"enabled\":", instances + "\"enabled\":"); // where GARM has them
  }

  /** The instance with room for a time of 19 digits, which {@link #STAMP_BASE} is one of. */
  static String stamped() {
    return instance().replace(RECORDED_AGENT, AGENT_ID + STAMP_BASE + ",");
  }

  /** Decodes the whole of a frame that is known to be an event. */
  static Event<GarmPayload> decode(GarmDecoder decoder, String frame, URI source, Instant now) {
    return Objects.requireNonNull(decoder.read(Bytes.ofUtf8(frame), source, now).decode());
  }

  private static String recorded(String envelope, String part) {
    return GarmRecording.head().frames().stream()
        .filter(frame -> frame.startsWith("{\"entity-type\":" + envelope) && frame.contains(part))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("not recorded: " + envelope));
  }
}
