package dev.infraevents.websocket.garm;

import dev.infraevents.ConfigurationException;
import dev.infraevents.garm.GarmDecoder;
import dev.infraevents.garm.LogLine;
import dev.infraevents.spi.Transport;
import java.util.Set;

/**
 * The log of a GARM server, v0.1.5 and later, line by line: events of type {@link
 * dev.infraevents.garm.Garm#LOG}, which have no subject. The server filters nothing; {@link
 * dev.infraevents.EventFilter#attribute} on {@link dev.infraevents.garm.Garm#LEVEL} does so here.
 *
 * <p>The server must be told to stream its log, with {@code enable_log_streamer = true} under
 * {@code [logging]} in its configuration; otherwise the subscription ends with a {@link
 * dev.infraevents.HandshakeException} that says so.
 *
 * <p>Lines are delivered at most once and are not kept for those who are not connected: every
 * reconnect signals {@link dev.infraevents.SourceSignal.GapPossible}. A successor is opened before
 * the token expires, and a line that comes on both connections is delivered once.
 *
 * <p>A server of the 0.1 line can crash when a reader of its log disappears without a close frame.
 * This source never leaves without one; so close it before the process ends. An upgrade that is
 * under way is not cut off either: its connection is closed when the server has answered, or after
 * the connect timeout, which can be later than the end of the subscription.
 *
 * <p>Thread-safe. Each subscription has a connection of its own.
 */
public final class GarmLogSource extends GarmSource<LogLine> {

  private final GarmDecoder decoder = new GarmDecoder();

  private GarmLogSource(Builder builder) {
    super(builder, Set.of());
  }

  /**
   * Starts a source.
   *
   * @return a builder that needs a URL and credentials
   */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  protected Transport<LogLine> newTransport() {
    return new FeedTransport<>(base(), newClients(), GarmSocket.LOGS, decoder::readLog);
  }

  /** Builds a {@link GarmLogSource}. Not thread-safe. */
  public static final class Builder extends GarmBuilder<Builder> {

    private Builder() {}

    @Override
    Builder self() {
      return this;
    }

    /**
     * Builds the source. Nothing is sent before the first subscription.
     *
     * @return the source
     * @throws ConfigurationException if URL or credentials are missing
     */
    public GarmLogSource build() {
      return new GarmLogSource(this);
    }
  }
}
