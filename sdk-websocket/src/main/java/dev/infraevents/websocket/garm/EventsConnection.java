package dev.infraevents.websocket.garm;

import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.Event;
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

  private volatile @Nullable GarmFilter filter; // the newest that was sent
  private volatile @Nullable Instant filterSentAt; // null once an event proves that it was accepted
  private @Nullable String complaint; // reader only

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
    if (!wanted.equals(filter)) {
      filter = wanted;
      filterSentAt = context.now();
      send(wanted.toJson());
      if (reconciler != null) {
        reconciler.filterSent();
      }
    }
  }

  /** Whether an event has come since the filter was sent: then it is in effect. */
  boolean isFilterProven() {
    return filter != null && filterSentAt == null;
  }

  @Override
  InboundMessage<GarmPayload> read(Bytes message) throws DecodingException {
    return decoder.read(message, source, context.now());
  }

  @Override
  void deliver(InboundMessage<GarmPayload> message) {
    EventGate.Live live = transport.gate().deliver(context, message);
    filterSentAt = null;
    transport.filters().accepted();
    if (reconciler != null) {
      followUp(live, reconciler);
    }
  }

  private void followUp(EventGate.Live live, Reconciler reconciler) {
    Event<GarmPayload> event = live.event();
    if (event != null
        && event.subject() == null
        && event.type().equals(Garm.FILE_OBJECT.deleted())) {
      reconciler.relist(Garm.FILE_OBJECT); // the delete of a single file does not say which
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
    GarmFilter sent = filter;
    if (sent != null && complaint != null) {
      return transport.filters().refused(sent, complaint, context);
    }
    if (sent != null && isRightAfterFilter()) {
      return transport.filters().perhapsRefused(sent, context);
    }
    return super.bareClose();
  }

  @Override
  void onEnd() {
    transport.ended(this);
    if (reconciler != null) {
      reconciler.end();
    }
    // A filter that has stood for this long was accepted, whether or not an event has come.
    if (filter != null && !isRightAfterFilter()) {
      transport.filters().accepted();
    }
  }

  private boolean isRightAfterFilter() {
    Instant sent = filterSentAt;
    return sent != null && context.now().isBefore(sent.plus(EARLY));
  }
}
