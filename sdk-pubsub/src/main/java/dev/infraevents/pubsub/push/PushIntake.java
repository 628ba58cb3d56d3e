package dev.infraevents.pubsub.push;

import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.foundries.FoundriesDecoder;
import dev.infraevents.foundries.FoundriesPayload;
import dev.infraevents.foundries.PubSubMessage;
import dev.infraevents.pubsub.push.PushBodyReader.Body;
import dev.infraevents.pubsub.push.PushSettings.Arrival;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.ConnectionContext;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The way of genuine pushes into one subscription. What is being read or handled is bounded by the
 * buffer of the subscription, and answered when its time is up.
 */
final class PushIntake implements Connection {

  private final PushSettings settings;
  private final RefusalLog refusals;
  private final ConnectionContext<FoundriesPayload> context;
  private final FoundriesDecoder decoder = new FoundriesDecoder();
  private final int maxPushes;
  private final long maxBytes;

  // All below guarded by this.
  private final TreeSet<OpenPush> open = new TreeSet<>();
  private long openBytes;
  private long pushes;
  private boolean stopped;

  /** The subscription has no room. */
  private boolean full;

  /** Counts how often there was room again. */
  private long eased;

  /** When the deadlines are looked at, by the ticker; null while nothing is open. */
  private @Nullable Long look;

  PushIntake(
      PushSettings settings, RefusalLog refusals, ConnectionContext<FoundriesPayload> context) {
    this.settings = settings;
    this.refusals = refusals;
    this.context = context;
    DeliveryOptions options = context.options();
    this.maxPushes = options.maxEvents();
    this.maxBytes = options.maxBytes();
  }

  /** Takes a genuine push, or answers that this is not the time. */
  @Nullable CompletionStage<PushResponse> receive(PushRequest request, Arrival arrival) {
    var reader = new PushBodyReader(request, settings.maxBody());
    OpenPush push = admit(arrival, reader.expected());
    if (push == null) {
      return null;
    }
    boolean taken = false;
    try {
      Body body = reader.read(size -> mayKeep(push, size));
      if (body == null) {
        push.answer(PushResponse.NOT_NOW);
      } else if (!push.isAnswered()) {
        deliver(request, body, push, arrival.time());
      }
      taken = true;
    } catch (IOException e) {
      push.answer(PushResponse.BROKEN_OFF);
      taken = true;
    } finally {
      if (!taken) {
        push.answer(PushResponse.FAILED);
      }
    }
    return push.response();
  }

  private void deliver(PushRequest request, Body body, OpenPush push, Instant arrival) {
    long before = eased();
    boolean room;
    try {
      PubSubMessage message = message(request, body);
      String expected = settings.subscription();
      if (expected != null && !expected.equals(message.subscription())) {
        refusals.refusedOtherSubscription(arrival);
        push.answer(PushResponse.NOT_OURS);
        return;
      }
      room =
          context.message(decoder.read(message, message.source(settings.source()), arrival, push));
    } catch (DecodingException e) {
      room = context.undecodable(body.content(), e, push);
    }
    if (!room) {
      setFull(before);
    }
  }

  private PubSubMessage message(PushRequest request, Body body) throws DecodingException {
    Bytes content = body.content();
    if (body.tooLarge()) {
      throw new DecodingException(
          "The push has more than %d bytes; this is the beginning".formatted(settings.maxBody()),
          null);
    }
    return settings.wrapped()
        ? PushContent.wrapped(request, content)
        : PushContent.unwrapped(request, content);
  }

  // What is open.

  private synchronized @Nullable OpenPush admit(Arrival arrival, long expected) {
    if (stopped || full || open.size() >= maxPushes || !hasRoom(expected, 0)) {
      return null;
    }
    Instant deadline = arrival.time().plus(settings.budget());
    long due = arrival.nanoTime() + settings.budget().toNanos();
    var push = new OpenPush(++pushes, deadline, due, settings.ticker(), this::answered);
    push.reserved = expected;
    openBytes += expected;
    open.add(push);
    lookAt(due);
    return push;
  }

  /** Whether so many bytes more would fit. A push that is alone always does. */
  private boolean hasRoom(long bytes, int others) {
    return open.size() <= others || openBytes + bytes <= maxBytes;
  }

  private synchronized boolean mayKeep(OpenPush push, long size) {
    if (push.isAnswered() || !open.contains(push)) {
      return false;
    }
    long more = size - push.reserved;
    if (more <= 0) {
      return true;
    }
    if (!hasRoom(more, 1)) {
      return false;
    }
    push.reserved = size;
    openBytes += more;
    return true;
  }

  private synchronized void answered(OpenPush push) {
    if (open.remove(push)) {
      openBytes -= push.reserved;
    }
  }

  // Room in the subscription.

  void onRoom() {
    synchronized (this) {
      eased++;
      full = false;
    }
  }

  private synchronized long eased() {
    return eased;
  }

  // There may be room again before the one who found none gets here, and none again since then.
  private synchronized void setFull(long before) {
    full |= eased == before;
  }

  // Deadlines. One timer serves all, since all have equally long.

  private void lookAt(long due) {
    if (look == null || due - look < 0) {
      look = due;
      long wait = due - settings.ticker().getAsLong();
      context.schedule(() -> expire(due), Duration.ofNanos(Math.max(0, wait)));
    }
  }

  private void expire(long planned) {
    long now = settings.ticker().getAsLong();
    TreeSet<OpenPush> late = new TreeSet<>();
    synchronized (this) {
      if (look == null || look != planned) {
        return; // another was planned before this
      }
      look = null;
      for (OpenPush push : open) {
        if (!push.isLate(now)) {
          lookAt(push.due());
          break;
        }
        late.add(push);
      }
    }
    late.forEach(OpenPush::expire);
  }

  // The end.

  @Override
  public synchronized void stopReceiving() {
    stopped = true;
  }

  @Override
  public void close() {
    List<OpenPush> left;
    synchronized (this) {
      stopped = true;
      left = List.copyOf(open);
    }
    left.forEach(OpenPush::abandon);
  }
}
