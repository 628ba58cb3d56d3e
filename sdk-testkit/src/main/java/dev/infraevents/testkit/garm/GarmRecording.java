package dev.infraevents.testkit.garm;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * What a real server sent to a client that wanted everything, while repositories, pools, jobs,
 * runners and the rest came and went.
 */
public final class GarmRecording {

  private final List<String> frames;

  private GarmRecording(List<String> frames) {
    this.frames = frames;
  }

  /**
   * The recording of a server at HEAD.
   *
   * @return the recording
   */
  public static GarmRecording head() {
    return new GarmRecording(read("garm-head.ndjson"));
  }

  /**
   * All messages.
   *
   * @return their exact text, in the order received
   */
  public List<String> frames() {
    return frames;
  }

  private static List<String> read(String resource) {
    try (InputStream in = GarmRecording.class.getResourceAsStream(resource)) {
      byte[] content = Objects.requireNonNull(in, resource).readAllBytes();
      return new String(content, StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
