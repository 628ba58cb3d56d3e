package dev.infraevents.testkit;

import dev.infraevents.AckOutcome;
import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.Event;
import dev.infraevents.EventType;
import dev.infraevents.TransportException;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.Settlement;
import dev.infraevents.spi.Transport;
import dev.infraevents.testkit.internal.Changes;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** A queue in memory that delivers again what was not acknowledged, to one of those who listen. */
final class FakeQueue implements FakeServer, Transport<String> {

  static final URI ADDRESS = URI.create("queue://fake");
  private static final EventType<String> TYPE = EventType.of("queue.item", String.class);

  private final boolean nacks;
  private final Changes changes = new Changes();

  // All below guarded by this.
  private final Deque<String> waiting = new ArrayDeque<>();
  private final List<Listener> open = new ArrayList<>();
  private int opened;
  private boolean down;
  private boolean stalled;

  FakeQueue(boolean nacks) {
    this.nacks = nacks;
  }

  @Override
  public String url() {
    return ADDRESS.toString();
  }

  void emit(String subject) {
    change(() -> waiting.add(subject));
  }

  void awaitStreams(int since, int count) {
    changes.await(() -> isOpen(since, count), ContractProbe.PATIENCE, () -> "streams " + opened);
  }

  private synchronized boolean isOpen(int since, int count) {
    return opened >= since && open.size() == count;
  }

  private void change(Runnable change) {
    synchronized (this) {
      change.run();
      notifyAll();
    }
    changes.announce();
  }

  @Override
  public void inject(Fault fault) {
    if (fault instanceof Fault.Reset || fault instanceof Fault.Restart) {
      List<Listener> lost = new ArrayList<>();
      change(
          () -> {
            down = fault instanceof Fault.Restart restart && restart.staysDown();
            lost.addAll(open);
            lost.forEach(Listener::end);
          });
      lost.forEach(listener -> listener.context.failed(new TransportException("reset", null)));
    } else if (fault instanceof Fault.GarbageText) {
      change(() -> waiting.addFirst(""));
    } else if (fault instanceof Fault.Stall || fault instanceof Fault.HalfOpen) {
      change(() -> stalled = true);
    } else {
      throw new IllegalArgumentException("unknown fault: " + fault);
    }
  }

  @Override
  public void heal() {
    change(
        () -> {
          down = false;
          stalled = false;
        });
  }

  @Override
  public boolean demandDriven() {
    return true;
  }

  @Override
  public Connection open(ConnectionContext<String> context) {
    var listener = new Listener(context);
    synchronized (this) {
      if (down) {
        throw new TransportException("the queue is down", null);
      }
      opened++;
      open.add(listener);
    }
    context.onRoom(() -> change(() -> listener.room = true));
    var thread = new Thread(listener::run, "infra-events-queue");
    thread.setDaemon(true);
    thread.start();
    return listener;
  }

  @Override
  public void close() {
    change(() -> List.copyOf(open).forEach(Listener::end));
  }

  private final class Listener implements Connection {
    private final ConnectionContext<String> context;
    private final Map<Item, String> unsettled = new ConcurrentHashMap<>();
    private boolean room = true; // guarded by the queue
    private boolean receiving = true; // guarded by the queue

    Listener(ConnectionContext<String> context) {
      this.context = context;
    }

    void run() {
      context.streaming(false);
      changes.announce();
      Item next;
      while ((next = take()) != null) {
        boolean more =
            next.subject.isEmpty()
                ? context.undecodable(
                    Bytes.ofUtf8("garbage"), new DecodingException("no item", null), next)
                : context.message(next);
        if (more) {
          change(() -> room = true);
        }
      }
    }

    private Item take() {
      synchronized (FakeQueue.this) {
        while (receiving && (waiting.isEmpty() || !room || stalled)) {
          try {
            FakeQueue.this.wait();
          } catch (InterruptedException e) {
            return null;
          }
        }
        if (!receiving) {
          return null;
        }
        room = false;
        var item = new Item(this, waiting.remove());
        unsettled.put(item, item.subject);
        return item;
      }
    }

    /** What was sent on it and not settled is sent again. */
    private void end() {
      receiving = false;
      open.remove(this);
      unsettled.keySet().forEach(item -> settle(item, true));
    }

    private boolean settle(Item item, boolean again) {
      boolean first = unsettled.remove(item) != null;
      if (first && again && !item.subject.isEmpty()) {
        waiting.add(item.subject);
      }
      return first;
    }

    @Override
    public void stopReceiving() {
      change(() -> receiving = false);
    }

    @Override
    public void close() {
      change(this::end);
    }
  }

  private final class Item implements InboundMessage<String>, Settlement {
    private final Listener listener;
    private final String subject;

    Item(Listener listener, String subject) {
      this.listener = listener;
      this.subject = subject;
    }

    @Override
    public EventType<?> type() {
      return TYPE;
    }

    @Override
    public URI source() {
      return ADDRESS;
    }

    @Override
    public String subject() {
      return subject;
    }

    @Override
    public Map<String, String> attributes() {
      return Map.of();
    }

    @Override
    public Bytes raw() {
      return Bytes.ofUtf8(subject);
    }

    @Override
    public Event<String> decode() {
      return Event.builder(TYPE)
          .id("item-" + subject)
          .source(ADDRESS)
          .subject(subject)
          .payload(subject)
          .raw(raw())
          .build();
    }

    @Override
    public Settlement settlement() {
      return this;
    }

    @Override
    public CompletionStage<AckOutcome> ack() {
      return answer(settled(false) ? AckOutcome.CONFIRMED : AckOutcome.STREAM_GONE);
    }

    @Override
    public CompletionStage<AckOutcome> nack(Duration delay) {
      if (!nacks) {
        return answer(AckOutcome.NOT_APPLICABLE);
      }
      return answer(settled(true) ? AckOutcome.SENT : AckOutcome.STREAM_GONE);
    }

    private boolean settled(boolean again) {
      boolean[] first = new boolean[1];
      change(() -> first[0] = listener.settle(this, again));
      return first[0];
    }

    @Override
    public CompletionStage<AckOutcome> extend(Duration by) {
      return answer(AckOutcome.NOT_APPLICABLE);
    }

    @Override
    public Instant deadline() {
      return null;
    }

    private CompletionStage<AckOutcome> answer(AckOutcome outcome) {
      return CompletableFuture.completedStage(outcome);
    }
  }
}
