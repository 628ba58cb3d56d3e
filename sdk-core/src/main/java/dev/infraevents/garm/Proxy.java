package dev.infraevents.garm;

import dev.infraevents.internal.text.RecordText;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy that runners use. The server never writes its password, unless someone put it into
 * an address. Since HEAD.
 *
 * <p>Delete: id and name.
 *
 * @param id GARM's number of it; 0 when not set
 * @param createdAt when it was created; null when not set
 * @param updatedAt when it was last changed; null when not set
 * @param name its name; empty when not set
 * @param description free text; empty when not set
 * @param httpProxy the address for plain HTTP; empty when not set
 * @param httpsProxy the address for HTTPS; empty when not set
 * @param noProxy hosts to reach directly, separated by commas; empty when not set
 * @param username who logs in to it; empty when not set
 */
public record Proxy(
    long id,
    @Nullable Instant createdAt,
    @Nullable Instant updatedAt,
    String name,
    String description,
    String httpProxy,
    String httpsProxy,
    String noProxy,
    String username)
    implements GarmPayload {

  /** Shows the addresses without user info. */
  @Override
  public String toString() {
    return "Proxy[id="
        + id
        + ", name="
        + name
        + ", httpProxy="
        + RecordText.address(httpProxy)
        + ", httpsProxy="
        + RecordText.address(httpsProxy)
        + ", noProxy="
        + noProxy
        + ", updatedAt="
        + updatedAt
        + "]";
  }
}
