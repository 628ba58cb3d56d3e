package dev.infraevents.testkit;

import dev.infraevents.Bytes;
import dev.infraevents.ConfigurationException;
import dev.infraevents.DecodingException;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.MessageReader;
import dev.infraevents.spi.Settlement;
import dev.infraevents.spi.TimeSource;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One run through a recording, on a thread of its own. */
final class Replay<P> implements Connection {

  private static final long TOLERANCE = TimeUnit.MILLISECONDS.toNanos(1);

  private final InputStream recording; // read and closed by the thread
  private final ConnectionContext<P> context;
  private final MessageReader<P> reader;
  private final URI source;
  private final long interval;
  private final @Nullable TimeSource time;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean stopped; // guarded by lock
  private boolean room; // guarded by lock

  Replay(
      InputStream recording,
      ConnectionContext<P> context,
      MessageReader<P> reader,
      URI source,
      Duration interval,
      @Nullable TimeSource time) {
    this.recording = new BufferedInputStream(recording);
    this.context = context;
    this.reader = reader;
    this.source = source;
    this.interval = interval.toNanos();
    this.time = time;
  }

  void start() {
    context.onRoom(() -> change(() -> room = true));
    Thread thread = new Thread(this::run, "infra-events-replay");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void stopReceiving() {
    close();
  }

  @Override
  public void close() {
    change(() -> stopped = true);
  }

  private void change(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    context.streaming(false);
    try (recording) {
      if (playAll()) {
        context.completed();
      }
    } catch (IOException e) {
      context.failed(
          new ConfigurationException("the recording of " + source + " can not be read on", e));
    } catch (InterruptedException | RuntimeException e) {
      context.failed(new ConfigurationException("the replay of " + source + " was broken off", e));
    }
  }

  /** False if it was stopped before the end. */
  private boolean playAll() throws IOException, InterruptedException {
    long due = nanoTime();
    byte[] line;
    while ((line = nextLine()) != null) {
      if (!awaitDue(due) || !play(RecordingLine.message(line))) {
        return false;
      }
      due += interval;
    }
    return true;
  }

  private boolean play(Bytes message) {
    change(() -> room = false); // before the message: the answer to it may come at once
    InboundMessage<P> read;
    try {
      read = reader.read(message, source, context.now());
    } catch (DecodingException e) {
      return context.undecodable(message, e, Settlement.none()) || awaitRoom();
    }
    return context.message(read) || awaitRoom();
  }

  private boolean awaitRoom() {
    lock.lock();
    try {
      while (!room && !stopped) {
        changed.awaitUninterruptibly();
      }
      return !stopped;
    } finally {
      lock.unlock();
    }
  }

  private boolean awaitDue(long due) throws InterruptedException {
    lock.lock();
    try {
      for (long left = due - nanoTime(); !stopped && left > 0; left = due - nanoTime()) {
        Future<?> alarm = alarm(left);
        try {
          // Virtual time may have passed before the alarm was set, which is then late.
          if (left - (due - nanoTime()) < TOLERANCE) {
            changed.awaitNanos(time == null ? left : Long.MAX_VALUE);
          }
        } finally {
          alarm.cancel(false);
        }
      }
      return !stopped;
    } finally {
      lock.unlock();
    }
  }

  /** Wakes the thread when the caller's own time has passed. */
  private Future<?> alarm(long nanos) {
    return time == null
        ? CompletableFuture.completedFuture(null)
        : time.timers().schedule(() -> change(() -> {}), nanos, TimeUnit.NANOSECONDS);
  }

  private long nanoTime() {
    return time == null ? System.nanoTime() : time.nanoTime();
  }

  private byte @Nullable [] nextLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    boolean blank = true;
    int next;
    while ((next = recording.read()) >= 0) {
      if (next != '\n') {
        line.write(next);
        blank &= next == ' ' || next == '\t' || next == '\r';
      } else if (!blank) {
        break;
      } else {
        line.reset();
      }
    }
    return blank ? null : withoutReturn(line.toByteArray());
  }

  // An editor may have made it a file with Windows line ends.
  private static byte[] withoutReturn(byte[] line) {
    return line[line.length - 1] == '\r' ? Arrays.copyOf(line, line.length - 1) : line;
  }
}
