package dev.infraevents.testing;

import dev.infraevents.Bytes;
import dev.infraevents.Capability;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.DecodingException;
import dev.infraevents.EventType;
import dev.infraevents.Subscription;
import dev.infraevents.spi.AbstractEventSource;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.Settlement;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.spi.Transport;
import dev.infraevents.testkit.junit.VirtualTime;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A source for one subscription, whose messages a test sends. It is connected at once. */
public final class ScriptedSource extends AbstractEventSource<String> {

  /** What the source can do. */
  public enum Kind {
    /** Like GARM: no acknowledgements. */
    AT_MOST_ONCE(false),
    /** Like EngFlow: acknowledgements and nothing else. */
    ACK_ONLY(false, Capability.ACK),
    /** Everything, but it can not be slowed down. */
    AT_LEAST_ONCE(false, Capability.ACK, Capability.NACK, Capability.NACK_DELAY, Capability.EXTEND),
    /** Like Pub/Sub: everything, and it stops when there is no room. */
    DEMAND_DRIVEN(true, Capability.ACK, Capability.NACK, Capability.NACK_DELAY, Capability.EXTEND);

    private final boolean demandDriven;
    private final Set<Capability> capabilities;

    Kind(boolean demandDriven, Capability... capabilities) {
      this.demandDriven = demandDriven;
      this.capabilities = Set.of(capabilities);
    }
  }

  /** The address of every scripted source. */
  public static final URI ADDRESS = URI.create("scripted://test.example");

  /** The type of every scripted event. */
  public static final EventType<String> TYPE = EventType.of("scripted.event", String.class);

  // Silence is no matter here: time passes in leaps.
  private static final ConnectionOptions NEVER_SILENT =
      ConnectionOptions.builder().ping(Duration.ofDays(900), Duration.ofDays(900)).build();

  private final Kind kind;
  private final AtomicInteger roomCalls = new AtomicInteger();
  private volatile @Nullable ConnectionContext<String> context;
  private final CompletableFuture<Void> finished = new CompletableFuture<>();
  private volatile boolean finishing;
  private volatile boolean waitsForStart;
  private volatile Runnable start = () -> {};
  private volatile boolean finishesLate;
  private volatile boolean disconnected;
  private volatile boolean released;

  public ScriptedSource(Kind kind, VirtualTime time) {
    super(
        ADDRESS,
        kind.capabilities,
        NEVER_SILENT,
        null,
        new TimeSource(time.clock(), time::nanoTime, time));
    this.kind = kind;
  }

  @Override
  protected Transport<String> newTransport() {
    return new Transport<>() {
      @Override
      public Connection open(ConnectionContext<String> opened) {
        connect(opened);
        return new ScriptedConnection();
      }

      @Override
      public boolean demandDriven() {
        return kind.demandDriven;
      }

      @Override
      public void close() {
        released = true;
      }
    };
  }

  private void connect(ConnectionContext<String> opened) {
    context = opened;
    disconnected = false;
    opened.onRoom(roomCalls::incrementAndGet);
    opened.streaming(false);
  }

  /** Brings a message on the calling thread; returns whether there is room for another. */
  public boolean send(ScriptedMessage message) {
    if (kind != Kind.AT_MOST_ONCE) {
      message.acknowledgedOn(this);
    }
    return connection().message(message);
  }

  /** Brings a message whose envelope can not be read. */
  public boolean sendUnreadable(Bytes raw, DecodingException cause, Settlement settlement) {
    return connection().undecodable(raw, cause, settlement);
  }

  /** How often the core has said that there is room again. */
  public int roomCalls() {
    return roomCalls.get();
  }

  /** Whether settlements can no longer be sent. */
  public boolean isDisconnected() {
    return disconnected;
  }

  /** Whether the transport was closed. */
  public boolean isReleased() {
    return released;
  }

  /** Its connections have something to say at the end, until {@link #finish}. */
  public ScriptedSource finishingLate() {
    finishesLate = true;
    return this;
  }

  /** Whether its connection was asked to come to an end. */
  public boolean isFinishing() {
    return finishing;
  }

  public void finish() {
    finished.complete(null);
  }

  /** Its subscriptions wait for {@link #start}. */
  public ScriptedSource startingLate() {
    waitsForStart = true;
    return this;
  }

  public void start() {
    start.run();
  }

  @Override
  protected void start(Subscription subscription, Runnable task) {
    if (waitsForStart) {
      start = task;
    } else {
      super.start(subscription, task);
    }
  }

  /** Whether it has connected. */
  public boolean isConnected() {
    return context != null;
  }

  /** What the transport reports to. */
  public ConnectionContext<String> connection() {
    ConnectionContext<String> open = context;
    if (open == null) {
      throw new IllegalStateException("not subscribed");
    }
    return open;
  }

  private final class ScriptedConnection implements Connection {
    @Override
    public void stopReceiving() {}

    @Override
    public CompletionStage<Void> finish() {
      finishing = true;
      return finishesLate ? finished : Connection.super.finish();
    }

    @Override
    public void close() {
      disconnected = true;
    }
  }
}
