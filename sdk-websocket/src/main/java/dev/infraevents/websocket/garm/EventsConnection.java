package dev.infraevents.websocket.garm;

import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.SourceException;
import dev.infraevents.Token;
import dev.infraevents.garm.Garm;
import dev.infraevents.garm.GarmDecoder;
import dev.infraevents.garm.GarmFilter;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.InboundMessage;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A websocket for events: nothing comes before the server has a filter. */
final class EventsConnection extends GarmConnection<GarmPayload> {

  private final GarmDecoder decoder = new GarmDecoder();
  private final EventsTransport transport;
  private final @Nullable Reconciler reconciler;

  private volatile @Nullable Sent sent; // the newest filter
  private volatile boolean ended;
  private @Nullable String complaint; // reader only

  /**
   * A filter on the server.
   *
   * @param before what it replaces, or null for the first of the connection
   * @param proven whether an event has come that only this one lets through: it is in effect
   */
  private record Sent(GarmFilter filter, Instant at, @Nullable Sent before, boolean proven) {

    static Sent of(GarmFilter filter, Instant now, @Nullable Sent before) {
      if (before != null && now.isAfter(before.at.plus(Reconciler.SETTLING))) {
        return new Sent(filter, now, before.alone(true), false);
      }
      return new Sent(filter, now, before, false);
    }

    /** Without those it has replaced, of which no event can be on its way any more. */
    Sent alone(boolean isProven) {
      return new Sent(filter, at, null, isProven);
    }

    boolean isProvenBy(InboundMessage<GarmPayload> event) {
      for (Sent old = before; old != null; old = old.before) {
        if (old.filter.test(event)) {
          return false; // it may have been on its way
        }
      }
      return filter.test(event);
    }
  }

  EventsConnection(EventsTransport transport, ConnectionContext<GarmPayload> context, Token token) {
    super(transport, context, token);
    this.transport = transport;
    this.reconciler = transport.reconciler(this);
  }

  @Override
  void onUpgrade() {
    transport.opened(this);
    if (isClosing()) {
      transport.ended(this); // closed meanwhile: it must not be kept
    }
    sendFilter();
  }

  /**
   * Sends the filter that is wanted now, unless it was the last that was sent. GARM does not
   * acknowledge a filter; a refusal shows as a close.
   */
  synchronized void sendFilter() {
    GarmFilter wanted = transport.filters().forServer();
    Sent before = sent;
    if (before == null || !wanted.equals(before.filter)) {
      sent = Sent.of(wanted, context.now(), before);
      send(wanted.toJson());
      if (reconciler != null) {
        reconciler.filterSent();
      }
    }
  }

  /** Whether an event has shown that the newest filter is in effect. */
  boolean isFilterProven() {
    Sent newest = sent;
    return newest != null && newest.proven;
  }

  private synchronized void prove(Sent shown) {
    if (shown.equals(sent)) {
      sent = shown.alone(true);
      transport.filters().accepted();
    }
  }

  @Override
  InboundMessage<GarmPayload> read(Bytes message) throws DecodingException {
    return decoder.read(message, source, context.now());
  }

  @Override
  void deliver(InboundMessage<GarmPayload> message) {
    Sent newest = sent;
    if (newest != null && !newest.proven && newest.isProvenBy(message)) {
      prove(newest);
    }
    EventGate.Live live = transport.gate().deliver(context, message);
    if (reconciler != null) {
      followUp(live, reconciler);
    }
  }

  private void followUp(EventGate.Live live, Reconciler reconciler) {
    // The delete of a single file does not say which. While two connections overlap, both list
    // them:
    // the one that was quicker to bring it may be gone by then.
    if (live.subject() == null && live.type().equals(Garm.FILE_OBJECT.deleted())) {
      reconciler.relist(Garm.FILE_OBJECT);
    }
    EntityKey job = live.endedJob();
    if (job != null) {
      reconciler.ended(job);
    }
  }

  // Once in a hundred rejections the reason arrives before the close, as plain text.
  @Override
  void onUnreadable(Bytes message) {
    String text = message.utf8();
    boolean known = text.equals("invalid filter") || text.equals("failed to unmarshal filter");
    complaint = known ? text : null;
  }

  @Override
  SourceException bareClose() {
    Sent newest = sent;
    if (newest != null && complaint != null) {
      return transport.filters().refused(newest.filter, complaint, context);
    }
    if (newest != null && isRightAfterFilter()) {
      return transport.filters().perhapsRefused(newest.filter, context);
    }
    return super.bareClose();
  }

  /** Whether nothing that is found for it reaches the handler any more. */
  boolean hasEnded() {
    return ended;
  }

  @Override
  void onEnd() {
    ended = true;
    transport.ended(this);
    if (reconciler != null) {
      reconciler.end();
    }
    // A filter that has stood for this long was accepted, whether or not an event has come.
    if (sent != null && !isRightAfterFilter()) {
      transport.filters().accepted();
    }
  }

  private boolean isRightAfterFilter() {
    Sent newest = sent;
    return newest != null && !newest.proven && context.now().isBefore(newest.at.plus(EARLY));
  }
}
