package dev.infraevents.websocket.garm;

import dev.infraevents.Token;
import dev.infraevents.garm.GarmFilter;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.websocket.internal.BaseUrl;
import dev.infraevents.websocket.internal.HttpClients;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The events of one subscription, and what outlives its connections. */
final class EventsTransport extends GarmTransport<GarmPayload> {

  private final GarmEventOptions options;
  private final FilterNegotiation filters;
  private final EventGate gate;
  private final Listing listing;
  private final ExecutorService lister;
  private final Consumer<EventsTransport> onClose;
  private final Set<EventsConnection> open = ConcurrentHashMap.newKeySet();

  EventsTransport(
      BaseUrl base,
      HttpClients clients,
      GarmEventOptions options,
      Supplier<GarmFilter> filter,
      Consumer<EventsTransport> onClose) {
    super(base, clients, GarmSocket.EVENTS);
    this.options = options;
    this.onClose = onClose;
    this.filters = new FilterNegotiation(base, filter);
    boolean reconciles = options.reconciliation() != null;
    this.gate =
        new EventGate(
            filters,
            options.deliverStale(),
            new EntityLedger(options.maxTrackedEntities(), reconciles),
            reconciles);
    this.listing = new Listing(new GarmApi(base, clients), gate, filters);
    this.lister = lister(base.url().host());
  }

  @Override
  EventsConnection connection(ConnectionContext<GarmPayload> context, Token token) {
    return new EventsConnection(this, context, token);
  }

  /** What keeps the handler up to date besides a connection, or null if nothing does. */
  @Nullable Reconciler reconciler(EventsConnection connection) {
    GarmReconciliation wanted = options.reconciliation();
    return wanted == null ? null : new Reconciler(connection, wanted, listing, lister);
  }

  @Override
  public void close() {
    onClose.accept(this);
    lister.shutdownNow();
    super.close();
  }

  FilterNegotiation filters() {
    return filters;
  }

  EventGate gate() {
    return gate;
  }

  void opened(EventsConnection connection) {
    open.add(connection);
  }

  void ended(EventsConnection connection) {
    open.remove(connection);
  }

  void filterReplaced() {
    gate.filterReplaced();
    open.forEach(EventsConnection::sendFilter);
  }

  // One listing at a time, also while two connections overlap; the thread is gone when idle.
  private static ExecutorService lister(String host) {
    var lister =
        new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "infra-events-" + host + "-reconcile");
              thread.setDaemon(true);
              return thread;
            });
    lister.allowCoreThreadTimeOut(true);
    return lister;
  }
}
