package dev.infraevents.websocket.garm;

import dev.infraevents.ConfigurationException;
import dev.infraevents.garm.GarmDecoder;
import dev.infraevents.garm.Metrics;
import dev.infraevents.spi.Transport;
import java.util.Set;

/**
 * The metrics of a GARM server, v0.2.0-beta1 and later: events of type {@link
 * dev.infraevents.garm.Garm#METRICS}, which have neither subject nor time. There is one every 5 s,
 * the first up to 5 s after connecting. With an older server the subscription ends with a {@link
 * dev.infraevents.HandshakeException} that says so.
 *
 * <p>Each is a snapshot of everything, so a handler needs the newest only, and the gap that every
 * reconnect signals is closed by the next one. The same snapshot in a row has the same {@link
 * dev.infraevents.Event#id}.
 *
 * <p>A successor is opened before the token expires. Of snapshots that are equal to the byte, one
 * that comes on both connections is delivered once. If the server makes them for each connection,
 * and they differ, both are delivered for as long as the old connection stays open, a minute or so.
 *
 * <p>Thread-safe. Each subscription has a connection of its own.
 */
public final class GarmMetricsSource extends GarmSource<Metrics> {

  private final GarmDecoder decoder = new GarmDecoder();

  private GarmMetricsSource(Builder builder) {
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
  protected Transport<Metrics> newTransport() {
    return new FeedTransport<>(base(), newClients(), GarmSocket.METRICS, decoder::readMetrics);
  }

  /** Builds a {@link GarmMetricsSource}. Not thread-safe. */
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
    public GarmMetricsSource build() {
      return new GarmMetricsSource(this);
    }
  }
}
