package dev.infraevents.websocket.garm;

import dev.infraevents.AckOutcome;
import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.Envelope;
import dev.infraevents.Event;
import dev.infraevents.EventType;
import dev.infraevents.garm.Garm;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.Settlement;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The one way from a subscription's connections and its reconciliation to the engine. What comes
 * first through here reaches the handler first, so the order guard judges under the same lock.
 */
final class EventGate {

  private final FilterNegotiation filters;
  private final boolean deliverStale;
  private final Queue<EntityKey> dropped = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean filterReplaced = new AtomicBoolean();
  private final ReentrantLock lock = new ReentrantLock();
  private final EntityLedger ledger; // guarded by lock
  private final boolean takesNotes;

  /**
   * Makes a gate.
   *
   * @param filters what is wanted
   * @param deliverStale whether outdated events are delivered, marked
   * @param ledger what the handler has been told
   * @param takesNotes whether it matters that an event was dropped after all
   */
  EventGate(
      FilterNegotiation filters, boolean deliverStale, EntityLedger ledger, boolean takesNotes) {
    this.filters = filters;
    this.deliverStale = deliverStale;
    this.ledger = ledger;
    this.takesNotes = takesNotes;
  }

  /**
   * Takes what a connection brings.
   *
   * @return what it means for other entities
   */
  Live deliver(ConnectionContext<GarmPayload> context, InboundMessage<GarmPayload> message) {
    Live live = new Live(message);
    lock.lock();
    try {
      catchUp();
      context.message(live);
    } finally {
      lock.unlock();
    }
    return live;
  }

  /**
   * Takes what was found by listing, unless the entity was touched since the mark: then that is
   * newer, or as good.
   *
   * @return false if there is no room for it now: nothing has been done
   */
  boolean backfill(
      ConnectionContext<GarmPayload> context, EntityKey key, Event<GarmPayload> event, long mark) {
    lock.lock();
    try {
      return ledger.isTouchedSince(key, mark) || context.backfill(new Found(key, event));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Reports what was listed and can not be read.
   *
   * @return false if there is no room for it now: nothing has been done
   */
  static boolean unreadable(
      ConnectionContext<GarmPayload> context,
      EventType<?> type,
      URI source,
      Bytes element,
      DecodingException cause) {
    return context.backfill(new Unreadable(type, source, element, cause));
  }

  /** The handler does not want to hear of this, but it has to be remembered. */
  void skip(EntityKey key, Event<GarmPayload> event, long mark) {
    lock.lock();
    try {
      if (!ledger.isTouchedSince(key, mark)) {
        ledger.skipped(key, event);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Asks the ledger. */
  <T> T ask(Function<EntityLedger, T> question) {
    lock.lock();
    try {
      catchUp();
      return question.apply(ledger);
    } finally {
      lock.unlock();
    }
  }

  /** What was listed has been looked at. */
  void endListing() {
    lock.lock();
    try {
      ledger.endListing();
    } finally {
      lock.unlock();
    }
  }

  /** What the handler did not want to hear of, it may want from now on. Never waits. */
  void filterReplaced() {
    filterReplaced.set(true);
  }

  // Soon, before the ledger forgets what was deleted.
  private void catchUp() {
    for (EntityKey key = dropped.poll(); key != null; key = dropped.poll()) {
      ledger.untold(key);
    }
    if (filterReplaced.get() && filterReplaced.compareAndSet(true, false)) {
      ledger.forgetUnheard();
    }
  }

  private Settlement noting(@Nullable EntityKey key) {
    return takesNotes && key != null ? new Noting(key) : Settlement.none();
  }

  /** What goes through: the envelope it came with, and the entity it is about. */
  private abstract class Passing implements InboundMessage<GarmPayload> {
    private final Envelope envelope;
    private final Bytes raw;
    @Nullable EntityKey key;

    Passing(Envelope envelope, Bytes raw) {
      this.envelope = envelope;
      this.raw = raw;
    }

    @Override
    public Settlement settlement() {
      return noting(key);
    }

    @Override
    public EventType<?> type() {
      return envelope.type();
    }

    @Override
    public URI source() {
      return envelope.source();
    }

    @Override
    public @Nullable String subject() {
      return envelope.subject();
    }

    @Override
    public Map<String, String> attributes() {
      return envelope.attributes();
    }

    @Override
    public Bytes raw() {
      return raw;
    }
  }

  /** An event from a connection. The engine calls {@link #decode} within {@link #deliver}. */
  final class Live extends Passing {
    private final InboundMessage<GarmPayload> message;
    private @Nullable EntityKey endedJob;

    private Live(InboundMessage<GarmPayload> message) {
      super(message, message.raw());
      this.message = message;
    }

    /** The job that ended with this instance; GARM removes it without an event. */
    @Nullable EntityKey endedJob() {
      return endedJob;
    }

    @Override
    public @Nullable Event<GarmPayload> decode() throws DecodingException {
      if (!filters.test(message)) {
        return null;
      }
      Event<GarmPayload> decoded = message.decode();
      key = decoded == null ? null : EntityKey.of(decoded);
      if (decoded == null || key == null) {
        return decoded;
      }
      if (ledger.isStale(key, decoded)) {
        return deliverStale ? decoded.withAttribute(Event.STALE, "true") : null;
      }
      if (decoded.type().equals(Garm.INSTANCE.deleted())) {
        endedJob = ledger.jobOf(key);
      }
      ledger.told(key, decoded);
      return decoded;
    }
  }

  /** An event that was made of listed state. */
  private final class Found extends Passing {
    private final EntityKey found;
    private final Event<GarmPayload> event;

    private Found(EntityKey found, Event<GarmPayload> event) {
      super(event, event.raw());
      this.key = found;
      this.found = found;
      this.event = event;
    }

    @Override
    public Event<GarmPayload> decode() {
      ledger.told(found, event);
      return event;
    }
  }

  /** An entry of a list that can not be read; as a message, so that it waits for its turn. */
  private record Unreadable(EventType<?> type, URI source, Bytes raw, DecodingException cause)
      implements InboundMessage<GarmPayload> {

    @Override
    public Event<GarmPayload> decode() throws DecodingException {
      throw cause;
    }

    @Override
    public @Nullable String subject() {
      return null;
    }

    @Override
    public Map<String, String> attributes() {
      return Map.of(Event.ORIGIN, Listing.RECONCILE);
    }
  }

  /** GARM knows no acknowledgements; all there is to note is that an event was dropped. */
  private final class Noting implements Settlement {
    private final EntityKey key;

    private Noting(EntityKey key) {
      this.key = key;
    }

    @Override
    public CompletionStage<AckOutcome> ack() {
      return Settlement.none().ack();
    }

    @Override
    public CompletionStage<AckOutcome> nack(Duration delay) {
      return Settlement.none().nack(delay);
    }

    @Override
    public CompletionStage<AckOutcome> extend(Duration by) {
      return Settlement.none().extend(by);
    }

    @Override
    public void dropped() {
      EventGate.this.dropped.add(key);
    }

    @Override
    public @Nullable Instant deadline() {
      return null;
    }
  }
}
