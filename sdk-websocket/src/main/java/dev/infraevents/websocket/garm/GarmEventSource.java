package dev.infraevents.websocket.garm;

import dev.infraevents.Capability;
import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.garm.GarmFilter;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.spi.AbstractEventSource;
import dev.infraevents.spi.Transport;
import dev.infraevents.websocket.internal.BaseUrl;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * The database events of a GARM server, v0.1.5 and later.
 *
 * <p>GARM delivers at most once, in no guaranteed order, and drops events without a word when it
 * can not get rid of them. So: every reconnect signals {@link
 * dev.infraevents.SourceSignal.GapPossible}, and acknowledgements are {@link
 * dev.infraevents.AckOutcome#NOT_APPLICABLE}. GARM closes a connection in the second its token
 * expires; a successor is opened before that, and what both bring is delivered once. A text frame
 * that is not valid UTF-8 (GARM itself sends none) is read with U+FFFD in place of the broken
 * bytes.
 *
 * <p>Thread-safe. Each subscription has a connection of its own.
 */
public final class GarmEventSource extends AbstractEventSource<GarmPayload> {

  private final BaseUrl base;
  private final ConnectionOptions connection;
  private final @Nullable OkHttpClient template;
  private final List<GarmTransport> transports = new CopyOnWriteArrayList<>();
  private volatile GarmFilter filter;

  private GarmEventSource(Builder builder) {
    super(
        builder.base().uri(),
        Set.of(Capability.SERVER_FILTER),
        builder.connection,
        builder
            .credentials()
            .tokens(new GarmLogin(builder.base(), builder.connection, builder.template)),
        builder.time);
    this.base = builder.base();
    this.connection = builder.connection;
    this.template = builder.template;
    this.filter = builder.filter;
  }

  /**
   * Starts a source.
   *
   * @return a builder that needs a URL and credentials
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Replaces the filter, on running subscriptions too. Takes effect at the server some time after
   * it was sent; events already on their way may still follow the old one.
   *
   * @param next the filter from now on, also after reconnects
   */
  public void replaceFilter(GarmFilter next) {
    filter = Objects.requireNonNull(next, "next");
    transports.forEach(GarmTransport::filterReplaced);
  }

  @Override
  protected Transport<GarmPayload> newTransport() {
    var transport = new GarmTransport(base, connection, template, () -> filter, transports::remove);
    transports.add(transport);
    return transport;
  }

  @Override
  public String toString() {
    return "GarmEventSource[" + base + "]";
  }

  /** Builds a {@link GarmEventSource}. Not thread-safe. */
  public static final class Builder extends GarmBuilder<Builder> {
    private GarmFilter filter = GarmFilter.everything();

    private Builder() {}

    @Override
    Builder self() {
      return this;
    }

    /**
     * Sets what the server should send; everything, if not called.
     *
     * @param filter evaluated by the server; sent first on every connection
     * @return this
     */
    public Builder filter(GarmFilter filter) {
      this.filter = Objects.requireNonNull(filter, "filter");
      return this;
    }

    /**
     * Builds the source. Nothing is sent before the first subscription.
     *
     * @return the source
     * @throws ConfigurationException if URL or credentials are missing
     */
    public GarmEventSource build() {
      return new GarmEventSource(this);
    }
  }
}
