package dev.infraevents.testkit.internal.websocket;

import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.internal.Changes;
import dev.infraevents.testkit.internal.DaemonThreads;
import dev.infraevents.testkit.internal.Reordering;
import dev.infraevents.testkit.internal.tcp.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The server's end of one websocket. The thread of the connection reads, a second one writes all
 * there is to write; timers and tests only leave things in the outbox.
 */
public final class ServerWebSocket {

  public static final int NORMAL_CLOSURE = 1000;

  private static final int PROTOCOL_ERROR = 1002;
  private static final int NO_STATUS = 1005;

  // The real servers give their own control frames this long.
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(1);

  private final int id;
  private final ReceivedRequest request;
  private final Wire wire;
  private final WebSocketSettings settings;
  private final ScheduledExecutorService ioTimer;
  private final Changes changes;
  private final Outbox outbox;
  private final Reordering<byte[]> reordering;
  private final KeepAlive keepAlive;

  // Written by the reading thread.
  private final AtomicInteger pings = new AtomicInteger();
  private final AtomicInteger pongs = new AtomicInteger();
  private volatile int closeCode;

  // Written by the writing thread.
  private volatile boolean open = true;

  private volatile @Nullable Future<?> closeDeadline;

  ServerWebSocket(
      int id,
      ReceivedRequest request,
      Wire wire,
      WebSocketSettings settings,
      ScheduledExecutorService timer,
      ScheduledExecutorService ioTimer,
      Changes changes) {
    this.id = id;
    this.request = request;
    this.wire = wire;
    this.settings = settings;
    this.ioTimer = ioTimer;
    this.changes = changes;
    this.outbox = new Outbox(settings.bufferCapacity(), settings.bufferPatience(), timer);
    this.reordering = new Reordering<>(outbox::offer, outbox::isFinishing, ioTimer);
    outbox.overtake(Handshake.acceptance(request));
    byte[] ping = Frames.control(Frames.PING, new byte[0]);
    this.keepAlive =
        new KeepAlive(
            timer, settings, () -> outbox.overtake(ping), () -> closeNow(NORMAL_CLOSURE, ""));
  }

  public int id() {
    return id;
  }

  public ReceivedRequest request() {
    return request;
  }

  public int pings() {
    return pings.get();
  }

  public int pongs() {
    return pongs.get();
  }

  /** The code of the client's Close frame, 1005 if it had none. */
  public OptionalInt closeCode() {
    return closeCode == 0 ? OptionalInt.empty() : OptionalInt.of(closeCode);
  }

  public boolean isOpen() {
    return open;
  }

  /** How many events found the buffer full. */
  public long dropped() {
    return outbox.dropped();
  }

  /** Queues an event, in frames; it is dropped if the buffer is full. */
  public boolean offer(byte[] frames) {
    return reordering.offer(frames);
  }

  /** Queues frames behind the events that wait, whether or not there is room. */
  public void send(byte[] frames) {
    reordering.release();
    outbox.append(frames);
  }

  /** Writes what waits in the buffer, then Close, then closes TCP without waiting for an echo. */
  public void close(int code, String reason) {
    endWith(Frames.close(code, reason));
  }

  /** As {@link #close}, but what waits in the buffer is lost. */
  public void closeNow(int code, String reason) {
    finish(Frames.close(code, reason), false);
  }

  /** As {@link #closeNow}, after one more message. */
  public void closeNow(int code, String reason, byte[] message) {
    ByteArrayOutputStream last = new ByteArrayOutputStream();
    last.writeBytes(Frames.text(message));
    last.writeBytes(Frames.close(code, reason));
    finish(last.toByteArray(), false);
  }

  /** Writes what waits in the buffer, then these bytes, then closes TCP. */
  public void endWith(byte[] bytes) {
    reordering.release();
    finish(bytes, true);
  }

  /** Closes TCP without a Close frame. */
  public void abort() {
    wire.drop();
  }

  void stall(boolean on) {
    outbox.stall(on);
  }

  /** Shuffles events from now on, so many at a time; each connection in its own order. */
  void reorder(int window, long seed) {
    reordering.start(window, new Random(seed + id));
  }

  /** Serves the connection until it ends, on the calling thread. */
  void run(WebSocketListener listener, DaemonThreads threads) {
    keepAlive.start(); // before the answer is on its way, so that a client can rely on it
    Thread writer = threads.start("writer-" + id, this::writeLoop);
    try {
      readLoop(listener);
    } catch (ProtocolViolationException e) {
      closeNow(e.code(), e.reason());
    } catch (IOException gone) {
      closeNow(NORMAL_CLOSURE, ""); // reaches a client that only closed its own direction
    } finally {
      keepAlive.stop();
      DaemonThreads.await(writer);
      listener.onClosed();
    }
  }

  private void readLoop(WebSocketListener listener) throws IOException {
    FrameReader reader = new FrameReader(wire.input(), settings.readLimit());
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    while (true) {
      Frame frame = reader.read();
      switch (frame.opcode()) {
        case Frames.PING -> {
          pings.incrementAndGet(); // first: who sees the pong may ask for the number
          outbox.pong(Frames.control(Frames.PONG, frame.payload()));
        }
        case Frames.PONG -> {
          keepAlive.pongReceived();
          pongs.incrementAndGet();
        }
        case Frames.CLOSE -> {
          closedByClient(frame.payload());
          return;
        }
        default -> {
          message.writeBytes(frame.payload());
          if (frame.isLast()) {
            listener.onMessage(message.toByteArray());
            message.reset();
          }
        }
      }
      changes.announce();
    }
  }

  private void closedByClient(byte[] payload) throws ProtocolViolationException {
    if (payload.length < 2) {
      closeCode = NO_STATUS;
      finish(Frames.close(), false);
    } else {
      int code = ByteBuffer.wrap(payload).getShort() & 0xFFFF;
      checkClose(code, ByteBuffer.wrap(payload, 2, payload.length - 2));
      closeCode = code;
      finish(Frames.close(code, ""), false);
    }
    changes.announce();
  }

  private static void checkClose(int code, ByteBuffer reason) throws ProtocolViolationException {
    boolean valid =
        (code >= 1000 && code <= 1003)
            || (code >= 1007 && code <= 1013)
            || (code >= 3000 && code <= 4999);
    if (!valid) {
      throw new ProtocolViolationException(PROTOCOL_ERROR, "bad close code " + code);
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(reason);
    } catch (CharacterCodingException e) {
      throw new ProtocolViolationException(PROTOCOL_ERROR, "invalid utf8 payload in close frame");
    }
  }

  private void finish(byte[] last, boolean flush) {
    if (outbox.finish(last, flush)) {
      closeDeadline = later(wire::dropUnlessHindered, CLOSE_PATIENCE);
      cancelCloseDeadlineIfClosed();
    }
  }

  private void cancelCloseDeadlineIfClosed() {
    Future<?> deadline = closeDeadline;
    if (!open && deadline != null) {
      deadline.cancel(false);
    }
  }

  private void writeLoop() {
    try {
      byte[] bytes = outbox.take();
      while (bytes != null) {
        Future<?> timeout = later(wire::dropUnlessHindered, settings.writeTimeout());
        wire.write(bytes);
        timeout.cancel(false);
        bytes = outbox.take();
      }
    } catch (IOException gone) {
      // cut off by the client, by a fault or by a timeout
    } finally {
      wire.close();
      open = false;
      outbox.finish(new byte[0], false);
      reordering.stop();
      cancelCloseDeadlineIfClosed();
      changes.announce();
    }
  }

  private Future<?> later(Runnable action, Duration delay) {
    return ioTimer.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
  }
}
