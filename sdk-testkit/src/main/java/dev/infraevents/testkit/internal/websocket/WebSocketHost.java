package dev.infraevents.testkit.internal.websocket;

import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.internal.Changes;
import dev.infraevents.testkit.internal.DaemonThreads;
import dev.infraevents.testkit.internal.EventFault;
import dev.infraevents.testkit.internal.FaultTarget;
import dev.infraevents.testkit.internal.OutgoingEvent;
import dev.infraevents.testkit.internal.http.HttpHandler;
import dev.infraevents.testkit.internal.http.HttpReply;
import dev.infraevents.testkit.internal.http.HttpResponse;
import dev.infraevents.testkit.internal.http.HttpServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP server with websockets on it, and everything that can be made to go wrong with them. What
 * is behind the URLs is up to the fake that uses it.
 */
public final class WebSocketHost implements FaultTarget {

  private static final Duration SHUTDOWN_PATIENCE = Duration.ofSeconds(1);
  private static final int ANNOUNCED_BYTES = 4096;
  private static final String GARBAGE = "upstream connect error or disconnect";
  private static final String BROKEN_EVENT =
      "{\"entity-type\":\"instance\",\"operation\":\"update\",\"payload\":{\"id\":";
  private static final byte[] HALF_EVENT =
      "{\"entity-type\":\"instance\",\"operation\":\"upd".getBytes(StandardCharsets.UTF_8);

  private final Changes changes = new Changes();
  private final DaemonThreads threads;
  private final DaemonThreads timerThread;
  private final HttpServer server;
  private final ScheduledExecutorService timer;
  // Always in real time: virtual time passes faster than any write.
  private final ScheduledExecutorService ioTimer;
  private final Runnable tokenExpiry;

  private final AtomicInteger opened = new AtomicInteger();
  private final Set<ServerWebSocket> sockets = ConcurrentHashMap.newKeySet();

  // Guarded by faults.
  private final Object faults = new Object();
  private final Queue<EventFault> eventFaults = new ArrayDeque<>();
  private int upgradeRefusals;
  private @Nullable HttpResponse upgradeRefusal;
  private boolean stalled;
  private int window = 1;
  private long seed;

  // Guarded by this.
  private boolean down;
  private boolean closed;

  /**
   * Does not listen yet.
   *
   * @param name the prefix of all thread names
   * @param timer where time passes for the protocol; null for real time
   * @param tokenExpiry what {@link #expireTokens} does
   */
  public WebSocketHost(
      String name,
      HttpHandler handler,
      @Nullable SSLContext tls,
      InstantSource clock,
      @Nullable ScheduledExecutorService timer,
      Runnable tokenExpiry) {
    this.threads = new DaemonThreads(name);
    this.server = new HttpServer(handler, tls, clock, threads);
    this.timerThread = new DaemonThreads(name);
    this.ioTimer = newTimer(timerThread);
    this.timer = timer == null ? ioTimer : timer;
    this.tokenExpiry = tokenExpiry;
  }

  private static ScheduledExecutorService newTimer(DaemonThreads threads) {
    var timer = new ScheduledThreadPoolExecutor(1, threads);
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }

  public void open() {
    server.port().listen();
  }

  public int port() {
    return server.port().number();
  }

  public ScheduledExecutorService timer() {
    return timer;
  }

  public Changes changes() {
    return changes;
  }

  /** Takes an upgrade whose handshake has been checked. */
  public HttpReply upgrade(
      ReceivedRequest request,
      WebSocketSettings settings,
      Function<ServerWebSocket, WebSocketListener> newListener) {
    return (HttpReply.Takeover)
        wire -> {
          if (wire.hasBufferedInput()) {
            return; // gorilla/websocket hangs up on frames that come before its answer
          }
          int id = opened.incrementAndGet();
          var socket = new ServerWebSocket(id, request, wire, settings, timer, ioTimer, changes);
          register(socket);
          WebSocketListener listener = newListener.apply(socket);
          changes.announce();
          socket.run(listener, threads);
          sockets.remove(socket);
          changes.announce();
        };
  }

  private void register(ServerWebSocket socket) {
    synchronized (faults) {
      socket.stall(stalled);
      socket.reorder(window, seed);
      sockets.add(socket);
    }
  }

  /** The answer to an upgrade, if a fault wants this one refused. */
  public Optional<HttpResponse> takeUpgradeRefusal() {
    synchronized (faults) {
      if (upgradeRefusals == 0) {
        return Optional.empty();
      }
      upgradeRefusals--;
      return Optional.ofNullable(upgradeRefusal);
    }
  }

  /** The frames of an event, as the fault that waited for it wants them. */
  public List<byte[]> encode(String text) {
    OutgoingEvent event = OutgoingEvent.of(text);
    EventFault fault;
    synchronized (faults) {
      fault = eventFaults.poll();
    }
    List<OutgoingEvent> outgoing = fault == null ? List.of(event) : fault.apply(event);
    return outgoing.stream().map(e -> Frames.text(e.text(), e.pieces())).toList();
  }

  public synchronized void heal() {
    requireOpen();
    synchronized (faults) {
      eventFaults.clear();
      upgradeRefusals = 0;
      stalled = false;
      sockets.forEach(socket -> socket.stall(false));
    }
    reorderEvents(1, 0);
    server.wires().drip(0, Duration.ZERO);
    server.port().refuse(0);
    server.wires().thaw();
    if (down) {
      down = false;
      server.port().listen();
    }
  }

  public synchronized void close() {
    if (!closed) {
      closed = true;
      shutDown();
      server.port().release();
      threads.join(); // to the last they may schedule something
      ioTimer.shutdownNow();
      timerThread.join();
    }
  }

  @Override
  public synchronized void restart(boolean staysDown) {
    requireOpen();
    shutDown();
    down = staysDown;
    if (staysDown) {
      server.port().hold();
    } else {
      server.port().listen();
    }
  }

  /** Close 1000 to all, as on SIGTERM, and no connection left when it returns. */
  private void shutDown() {
    server.port().stopListening();
    server.wires().dropFrozen();
    sockets.forEach(socket -> socket.close(ServerWebSocket.NORMAL_CLOSURE, ""));
    changes.holds(sockets::isEmpty, SHUTDOWN_PATIENCE);
    server.wires().drop();
    changes.holds(sockets::isEmpty, SHUTDOWN_PATIENCE);
  }

  @Override
  public void refuseConnections(int times) {
    server.port().refuse(times);
  }

  @Override
  public void refuseUpgrades(Fault.RefuseUpgrade fault) {
    synchronized (faults) {
      upgradeRefusals = fault.times();
      upgradeRefusal = new HttpResponse(fault.status(), fault.headers(), fault.body());
    }
  }

  @Override
  public void resetConnections() {
    server.wires().reset();
  }

  @Override
  public void freezeConnections() {
    server.wires().freeze();
  }

  @Override
  public void holdEvents() {
    synchronized (faults) {
      stalled = true;
      sockets.forEach(socket -> socket.stall(true));
    }
  }

  @Override
  public void truncateStreams() {
    byte[] bytes = Frames.truncatedText(HALF_EVENT, ANNOUNCED_BYTES);
    sockets.forEach(socket -> socket.endWith(bytes));
  }

  @Override
  public void sendGarbage() {
    sendText(GARBAGE);
  }

  @Override
  public void sendBrokenEvent() {
    sendText(BROKEN_EVENT);
  }

  private void sendText(String text) {
    byte[] frame = Frames.text(text.getBytes(StandardCharsets.UTF_8));
    sockets.forEach(socket -> socket.send(frame));
  }

  @Override
  public void disturbNextEvent(Fault fault) {
    synchronized (faults) {
      eventFaults.add(EventFault.of(fault));
    }
  }

  @Override
  public void reorderEvents(int events, long orders) {
    synchronized (faults) {
      window = events;
      seed = orders;
      sockets.forEach(socket -> socket.reorder(events, orders));
    }
  }

  @Override
  public void slowDown(int bytes, Duration pause) {
    server.wires().drip(bytes, pause);
  }

  @Override
  public void closeStreams(Fault.WrongClose fault) {
    sockets.forEach(socket -> socket.close(fault.code(), fault.reason()));
  }

  @Override
  public void expireTokens() {
    tokenExpiry.run();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the fake is closed");
    }
  }
}
