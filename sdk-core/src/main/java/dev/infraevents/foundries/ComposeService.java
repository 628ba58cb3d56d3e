package dev.infraevents.foundries;

import com.fasterxml.jackson.databind.JsonNode;
import dev.infraevents.OpenEnum;
import dev.infraevents.WireName;
import dev.infraevents.internal.foundries.DockerLog;
import dev.infraevents.internal.text.RecordText;
import java.util.Map;

/**
 * A service of a compose app: one container.
 *
 * @param name its name in the compose file
 * @param hash the hash of its configuration
 * @param state the state of the container
 * @param status the same in Docker's words for humans, such as {@code Up 2 hours}. Not to be
 *     compared: it changes all the time
 * @param health what the health check says; not set if there is none, and for what follows the
 *     first unhealthy service of an app
 * @param image its image, pinned
 * @param logs the last lines that it wrote to its standard error, exactly as they came; empty
 *     unless it is unhealthy or still starting. Not shown by {@code toString}
 * @param extras members that are unknown or of the wrong type
 */
public record ComposeService(
    String name,
    String hash,
    OpenEnum<State> state,
    String status,
    OpenEnum<Health> health,
    String image,
    String logs,
    Map<String, JsonNode> extras) {

  /**
   * The logs without the headers that Docker puts in front of every piece of output and device
   * agents leave in: eight characters, namely U+0001 or U+0002 for the stream, three times U+0000,
   * and four that hold the number of bytes in the piece, most significant first.
   *
   * <p>Logs that do not begin with a header are returned unchanged; in the others every header is
   * removed, and nothing else. The numbers are not relied upon: bytes above 127 are no UTF-8 and do
   * not survive the way here.
   *
   * @return the text that the container has written
   */
  public String logText() {
    return DockerLog.withoutHeaders(logs);
  }

  @Override
  public String toString() {
    return RecordText.of(this, "logs", "extras");
  }

  /** The state of a container. */
  public enum State implements WireName {
    /** It has not been started yet. */
    CREATED("created"),
    /** It is being restarted. */
    RESTARTING("restarting"),
    /** It runs. */
    RUNNING("running"),
    /** It is being removed. */
    REMOVING("removing"),
    /** It is paused. */
    PAUSED("paused"),
    /** It has ended. */
    EXITED("exited"),
    /** It could not be removed. */
    DEAD("dead");

    private final String wireName;

    State(String wireName) {
      this.wireName = wireName;
    }

    @Override
    public String wireName() {
      return wireName;
    }
  }
}
