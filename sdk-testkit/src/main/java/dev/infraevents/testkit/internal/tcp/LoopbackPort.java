package dev.infraevents.testkit.internal.tcp;

import dev.infraevents.testkit.internal.DaemonThreads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A port on 127.0.0.1. It stays the one that it was first, also over times when nobody listens on
 * it. One thread accepts.
 */
public final class LoopbackPort {

  public static final String HOST = "127.0.0.1";

  private static final int BACKLOG = 128;

  private final DaemonThreads threads;
  private final Consumer<Socket> onConnection;
  private final AtomicInteger refusals = new AtomicInteger();

  // Written by whoever opens and closes the server, one at a time.
  private int number;
  private @Nullable ServerSocket listener;
  private @Nullable Thread acceptor;
  private @Nullable Socket placeholder;

  /**
   * Does not listen yet.
   *
   * @param onConnection called by the thread that accepts, one connection at a time
   */
  public LoopbackPort(DaemonThreads threads, Consumer<Socket> onConnection) {
    this.threads = threads;
    this.onConnection = onConnection;
  }

  public synchronized int number() {
    return number;
  }

  /** Begins to listen, on an ephemeral port the first time. */
  public synchronized void listen() {
    release();
    try {
      ServerSocket socket = new ServerSocket();
      listener = socket;
      socket.setReuseAddress(true);
      socket.bind(address(number), BACKLOG);
      number = socket.getLocalPort();
      acceptor = threads.start("accept", () -> accept(socket));
    } catch (IOException e) {
      throw new UncheckedIOException("can not listen on " + HOST + ":" + number, e);
    }
  }

  /** Stops to listen; after this returns no connection is handed over any more. */
  public synchronized void stopListening() {
    if (listener != null) {
      Wire.closeQuietly(listener);
      listener = null;
    }
    if (acceptor != null) {
      DaemonThreads.await(acceptor);
      acceptor = null;
    }
  }

  /** Keeps the port while not listening: connections are refused, and nobody else gets it. */
  public synchronized void hold() {
    try {
      Socket socket = new Socket();
      placeholder = socket;
      socket.setReuseAddress(true);
      socket.bind(address(number));
    } catch (IOException e) {
      throw new UncheckedIOException("can not hold port " + number, e);
    }
  }

  /** Gives up a port that is held. */
  public synchronized void release() {
    if (placeholder != null) {
      Wire.closeQuietly(placeholder);
      placeholder = null;
    }
  }

  /** Sets how many of the next connections are closed unanswered. */
  public void refuse(int times) {
    refusals.set(times);
  }

  /** An address on 127.0.0.1, whatever the names on this host say. */
  public static InetSocketAddress address(int port) {
    try {
      byte[] loopback = {127, 0, 0, 1};
      return new InetSocketAddress(InetAddress.getByAddress(HOST, loopback), port);
    } catch (IOException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  private void accept(ServerSocket socket) {
    while (true) {
      try {
        Socket tcp = socket.accept();
        if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
          Wire.closeQuietly(tcp);
        } else {
          onConnection.accept(tcp);
        }
      } catch (IOException closed) {
        return;
      }
    }
  }
}
