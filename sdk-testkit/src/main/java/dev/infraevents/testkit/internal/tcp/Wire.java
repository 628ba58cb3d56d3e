package dev.infraevents.testkit.internal.tcp;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * One accepted TCP connection, in the clear or with TLS. Can be frozen, which looks to the peer
 * like a host that vanished: TCP lives, nothing passes.
 *
 * <p>One thread reads and one thread writes; everything else may be called by any thread.
 */
public final class Wire {

  private final Socket tcp;
  private final Socket endpoint; // the TCP socket itself, or TLS on top of it
  private final Input in;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition passable = lock.newCondition();

  // Guarded by lock.
  private boolean frozen;
  private boolean open = true;
  private int dripBytes;
  private long dripNanos;
  private long nextDrop;

  public Wire(Socket tcp, @Nullable SSLContext tls) throws IOException {
    this.tcp = tcp;
    tcp.setTcpNoDelay(true);
    this.endpoint = tls == null ? tcp : tls.getSocketFactory().createSocket(tcp, null, true);
    this.in = new Input(new Gated(endpoint.getInputStream()));
  }

  public InputStream input() {
    return in;
  }

  /** Whether bytes were read from the socket that nobody asked for yet. */
  public boolean hasBufferedInput() {
    return in.buffered() > 0;
  }

  /** Writes all bytes; waits while the wire is frozen, and takes its time while it drips. */
  public void write(byte[] bytes) throws IOException {
    int written = 0;
    do {
      int count = awaitDrop(bytes.length - written);
      endpoint.getOutputStream().write(bytes, written, count);
      endpoint.getOutputStream().flush();
      written += count;
    } while (written < bytes.length);
  }

  /**
   * Lets only so many bytes pass at a time, with a pause in between.
   *
   * @param bytes how many; 0 to let everything pass again
   */
  public void drip(int bytes, Duration pause) {
    lock.lock();
    try {
      dripBytes = bytes;
      dripNanos = pause.toNanos();
      nextDrop = System.nanoTime();
      passable.signalAll();
    } finally {
      lock.unlock();
    }
  }

  public void freeze() {
    setFrozen(true);
  }

  public void thaw() {
    setFrozen(false);
  }

  /** Cuts the connection with a TCP reset. */
  public void reset() {
    try {
      tcp.setSoLinger(true, 0);
    } catch (SocketException alreadyClosed) {
      // then there is nothing to reset
    }
    drop();
  }

  /** Closes the connection as a server that dies would: no TLS alert, no more bytes. */
  public void drop() {
    lock.lock();
    try {
      open = false;
      passable.signalAll();
    } finally {
      lock.unlock();
    }
    closeQuietly(tcp);
  }

  /** Says that nothing follows; the peer may still send. */
  public void finish() throws IOException {
    tcp.shutdownOutput();
  }

  /** Drops the connection unless it is frozen or drips: then time is not to end it either. */
  public void dropUnlessHindered() {
    if (!isHindered()) {
      drop();
    }
  }

  private boolean isHindered() {
    lock.lock();
    try {
      return frozen || dripBytes > 0;
    } finally {
      lock.unlock();
    }
  }

  /** Ends TLS, if there is any, then closes; the thread that writes calls this. */
  public void close() {
    if (endpoint != tcp) {
      try {
        endpoint.shutdownOutput(); // Go does not wait for the peer's alert either
      } catch (IOException goneAlready) {
        // closed below
      }
    }
    drop();
  }

  public boolean isFrozen() {
    lock.lock();
    try {
      return frozen;
    } finally {
      lock.unlock();
    }
  }

  private void setFrozen(boolean value) {
    lock.lock();
    try {
      frozen = value;
      passable.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void awaitPassable() throws SocketException {
    lock.lock();
    try {
      while (frozen && open) {
        passable.awaitUninterruptibly();
      }
      if (!open) {
        throw new SocketException("closed");
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until something may be written; says how much of what is wanted. */
  private int awaitDrop(int wanted) throws SocketException {
    lock.lock();
    try {
      while (open && (frozen || untilNextDrop() > 0)) {
        if (frozen) {
          passable.await();
        } else {
          passable.awaitNanos(untilNextDrop());
        }
      }
      if (!open) {
        throw new SocketException("closed");
      }
      nextDrop = System.nanoTime() + dripNanos;
      return dripBytes == 0 ? wanted : Math.min(wanted, dripBytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SocketException("interrupted");
    } finally {
      lock.unlock();
    }
  }

  private long untilNextDrop() {
    return dripBytes == 0 ? 0 : nextDrop - System.nanoTime();
  }

  public static void closeQuietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception ignored) {
      // It is of no use any more, whatever close() says.
    }
  }

  /** Keeps back what was read while the wire is frozen. */
  private final class Gated extends FilterInputStream {

    Gated(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      awaitPassable();
      return value;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = super.read(target, offset, length);
      awaitPassable();
      return count;
    }
  }

  private static final class Input extends BufferedInputStream {

    Input(InputStream in) {
      super(in);
    }

    synchronized int buffered() {
      return count - pos;
    }
  }
}
