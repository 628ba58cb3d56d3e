package dev.infraevents.grpc;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A channel with everything that belongs to it. Thread-safe. */
final class RpcChannel implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger("dev.infraevents");

  /** For what is to be written before the socket is closed, if the peer takes it. */
  private static final long GOODBYE_SECONDS = 1;

  private final ManagedChannel channel;
  private final ChannelResources resources;
  private final AtomicBoolean closed = new AtomicBoolean();

  RpcChannel(ManagedChannel channel, ChannelResources resources) {
    this.channel = channel;
    this.resources = resources;
  }

  /** For calls. Not to be shut down. */
  ManagedChannel channel() {
    return channel;
  }

  /** What its sockets have seen. */
  ConnectionWatch watch() {
    return resources.watch();
  }

  /**
   * Makes the next call connect anew if the last attempt has failed: gRPC would answer with that
   * failure, and wait for longer and longer before it tries again.
   */
  void connectAgain() {
    if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
      channel.enterIdle();
    }
  }

  /**
   * Runs a task on one of the threads that read. For asking for messages: those that are at hand
   * come on the thread that asks, which must not be the application's.
   */
  void onReader(Runnable task) {
    try {
      resources.threads().execute(task);
    } catch (RejectedExecutionException e) {
      LOG.log(System.Logger.Level.DEBUG, "the channel is closed; nothing more is asked for", e);
    }
  }

  /** Ends all calls and the connection. What has been sent is still written. Does not block. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    boolean connected = channel.getState(false) == ConnectivityState.READY;
    channel.shutdownNow();
    if (!connected) {
      resources.sockets().close(); // nothing else wakes a thread that connects or shakes hands
    }
    resources.threads().execute(this::end);
  }

  private void end() {
    try {
      if (!channel.awaitTermination(GOODBYE_SECONDS, TimeUnit.SECONDS)) {
        resources.sockets().close();
        channel.awaitTermination(GOODBYE_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      resources.release();
    }
  }
}
