package dev.infraevents.websocket.garm;

import dev.infraevents.Capability;
import dev.infraevents.ConfigurationException;
import dev.infraevents.Event;
import dev.infraevents.garm.GarmFilter;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.spi.Transport;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The database events of a GARM server, v0.1.5 and later.
 *
 * <p>GARM delivers at most once, in no guaranteed order, and drops events without a word when it
 * can not get rid of them. So:
 *
 * <ul>
 *   <li>Every reconnect signals {@link dev.infraevents.SourceSignal.GapPossible}. With {@link
 *       Builder#reconcile()}, what was missed is found and delivered, and {@link
 *       dev.infraevents.SourceSignal.Reconciled} says so; what GARM dropped silently is found too.
 *   <li>What comes too late is not delivered: an update that is strictly older than what was
 *       delivered of its entity, or comes after its delete. See {@link Builder#deliverStale}.
 *   <li>Acknowledgements are {@link dev.infraevents.AckOutcome#NOT_APPLICABLE}.
 *   <li>GARM closes a connection in the second its token expires; a successor is opened before
 *       that, and what both bring is delivered once.
 *   <li>A server that is too old for the filter is asked for everything, and the filter is
 *       evaluated here: {@link dev.infraevents.SourceSignal.FilterRefused}.
 * </ul>
 *
 * <p>A text frame that is not valid UTF-8 (GARM itself sends none) is read with U+FFFD in place of
 * the broken bytes.
 *
 * <p>Thread-safe. Each subscription has a connection of its own.
 */
public final class GarmEventSource extends GarmSource<GarmPayload> {

  private final GarmEventOptions events;
  private final List<EventsTransport> transports = new CopyOnWriteArrayList<>();
  private volatile GarmFilter filter;

  private GarmEventSource(Builder builder) {
    super(builder, capabilities(builder.events));
    this.events = builder.events;
    this.filter = builder.filter;
  }

  private static Set<Capability> capabilities(GarmEventOptions events) {
    return events.reconciliation() == null
        ? Set.of(Capability.SERVER_FILTER)
        : Set.of(Capability.SERVER_FILTER, Capability.RECONCILE);
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
    transports.forEach(EventsTransport::filterReplaced);
  }

  @Override
  protected Transport<GarmPayload> newTransport() {
    var transport =
        new EventsTransport(base(), newClients(), events, () -> filter, transports::remove);
    transports.add(transport);
    return transport;
  }

  /** Builds a {@link GarmEventSource}. Not thread-safe. */
  public static final class Builder extends GarmBuilder<Builder> {
    private GarmFilter filter = GarmFilter.everything();
    private GarmEventOptions events = GarmEventOptions.DEFAULT;

    private Builder() {}

    @Override
    Builder self() {
      return this;
    }

    /**
     * Sets what the server should send; everything, if not called.
     *
     * @param filter sent first on every connection; evaluated by the server, or here if it is too
     *     old to know one of the types
     * @return this
     */
    public Builder filter(GarmFilter filter) {
      this.filter = Objects.requireNonNull(filter, "filter");
      return this;
    }

    /**
     * Finds what the stream misses by listing the server's state, every 5 minutes and after each
     * connect.
     *
     * @return this
     * @see GarmReconciliation
     */
    public Builder reconcile() {
      return reconcile(GarmReconciliation.DEFAULT);
    }

    /**
     * Finds what the stream misses by listing the server's state.
     *
     * @param reconciliation what and how often
     * @return this
     */
    public Builder reconcile(GarmReconciliation reconciliation) {
      Objects.requireNonNull(reconciliation, "reconciliation");
      this.events =
          new GarmEventOptions(reconciliation, events.deliverStale(), events.maxTrackedEntities());
      return this;
    }

    /**
     * Delivers what comes too late as well: an update or a create that is strictly older than what
     * was delivered of its entity, or comes after its delete. GARM gives no order, not even for one
     * entity. Such events have the attribute {@value Event#STALE}; without this they count as
     * filtered.
     *
     * @param deliverStale false by default
     * @return this
     */
    public Builder deliverStale(boolean deliverStale) {
      this.events =
          new GarmEventOptions(events.reconciliation(), deliverStale, events.maxTrackedEntities());
      return this;
    }

    /**
     * Sets of how many entities is remembered what was delivered last. Beyond that, those without
     * events for the longest time are forgotten: a late update of one is not recognised, and with
     * more entities than this on the server every reconciliation announces all of them again.
     *
     * @param maxTrackedEntities 100,000 by default, with about 300 bytes each
     * @return this
     * @throws ConfigurationException if it is less than 1
     */
    public Builder maxTrackedEntities(int maxTrackedEntities) {
      if (maxTrackedEntities < 1) {
        throw new ConfigurationException("at least one entity has to be remembered", null);
      }
      this.events =
          new GarmEventOptions(events.reconciliation(), events.deliverStale(), maxTrackedEntities);
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
