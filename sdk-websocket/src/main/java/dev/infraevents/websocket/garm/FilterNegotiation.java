package dev.infraevents.websocket.garm;

import dev.infraevents.Envelope;
import dev.infraevents.SourceException;
import dev.infraevents.SourceSignal;
import dev.infraevents.TransportException;
import dev.infraevents.garm.GarmFilter;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.websocket.internal.BaseUrl;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which filter the server gets, and which is evaluated here. A server that does not know one of the
 * types of entities closes the connection without a word; it then gets the one filter that every
 * version accepts, send-everything. Thread-safe.
 */
final class FilterNegotiation {

  /**
   * One early close may be a restart; so many in a row are a filter that the server does not
   * accept.
   */
  private static final int REFUSALS = 3;

  private final BaseUrl base;
  private final Supplier<GarmFilter> wanted;

  // Written under this; read for every event.
  private volatile @Nullable GarmFilter refused;
  private volatile int earlyCloses;

  FilterNegotiation(BaseUrl base, Supplier<GarmFilter> wanted) {
    this.base = base;
    this.wanted = wanted;
  }

  GarmFilter wanted() {
    return wanted.get();
  }

  /** What the server is asked for. */
  GarmFilter forServer() {
    GarmFilter filter = wanted.get();
    return filter.equals(refused) ? GarmFilter.everything() : filter;
  }

  /** Whether an event is wanted; the server has seen to that unless it refused the filter. */
  boolean test(Envelope envelope) {
    return refused == null || wanted.get().test(envelope);
  }

  void accepted() {
    if (earlyCloses != 0) {
      synchronized (this) {
        earlyCloses = 0;
      }
    }
  }

  /** The server closed right after this filter. */
  SourceException perhapsRefused(GarmFilter sent, ConnectionContext<GarmPayload> context) {
    if (sent.wantsEverything()) {
      return new TransportException(
          base + " closed a new connection without a reason: it is probably restarting", null);
    }
    int closes;
    synchronized (this) {
      closes = ++earlyCloses;
    }
    if (closes >= REFUSALS) {
      return refused(sent, "closed " + REFUSALS + " times right after it", context);
    }
    return new TransportException(
        base + " closed the connection right after the filter: a restart, or it refuses the filter",
        null);
  }

  /** The server does not accept this filter. */
  SourceException refused(GarmFilter sent, String how, ConnectionContext<GarmPayload> context) {
    String what = base + " refuses the filter (" + how + ")";
    if (sent.wantsEverything()) {
      return new TransportException(what, null);
    }
    synchronized (this) {
      earlyCloses = 0;
      refused = sent;
    }
    String reason = what + ": an older server does not know every type of entity";
    context.signal(
        new SourceSignal.FilterRefused(base.uri(), context.now(), sent.toJson(), reason));
    return new TransportException(reason + "; everything is received and filtered here", null);
  }
}
