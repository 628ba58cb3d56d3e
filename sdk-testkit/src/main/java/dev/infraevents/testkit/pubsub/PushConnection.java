package dev.infraevents.testkit.pubsub;

import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.internal.tcp.Wire;
import dev.infraevents.testkit.pubsub.PushResponse.Outcome;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection to an endpoint, kept for the next request where the answer allows it. One thread
 * sends; any thread may close.
 */
final class PushConnection implements AutoCloseable {

  private final URI endpoint;
  private final TimeSource time;
  private final Duration deadline;

  // Guarded by this.
  private @Nullable Socket socket;
  private boolean closed;
  private boolean expired;

  // Of the thread that sends.
  private @Nullable InputStream in;

  PushConnection(URI endpoint, TimeSource time, Duration deadline) {
    if (!"http".equals(endpoint.getScheme())) {
      throw new IllegalArgumentException("pushes go over plain http, on loopback: " + endpoint);
    }
    this.endpoint = endpoint;
    this.time = time;
    this.deadline = deadline;
  }

  PushResponse send(PushRequest request) {
    setExpired(false);
    ScheduledFuture<?> timer =
        time.timers().schedule(this::expire, deadline.toNanos(), TimeUnit.NANOSECONDS);
    try {
      return attempt(request);
    } catch (IOException e) {
      drop();
      return PushResponse.without(isExpired() ? Outcome.DEADLINE_EXCEEDED : Outcome.UNREACHABLE);
    } finally {
      timer.cancel(false);
    }
  }

  private PushResponse attempt(PushRequest request) throws IOException {
    InputStream kept = in;
    if (kept != null) {
      try {
        return exchange(request, kept);
      } catch (AnswerReader.NoAnswerException stale) {
        // The server had closed the connection before it saw the request.
        drop();
      }
    }
    InputStream fresh = connect();
    in = fresh;
    return exchange(request, fresh);
  }

  private PushResponse exchange(PushRequest request, InputStream from) throws IOException {
    Socket to = current();
    AnswerReader answer = new AnswerReader(from);
    PushResponse response;
    try {
      String path = endpoint.getRawPath().isEmpty() ? "/" : endpoint.getRawPath();
      String query = endpoint.getRawQuery() == null ? "" : "?" + endpoint.getRawQuery();
      to.getOutputStream().write(request.encode(endpoint.getRawAuthority(), path + query));
      to.getOutputStream().flush();
      if (!request.isComplete()) {
        to.shutdownOutput();
      }
    } catch (IOException refusedWhileSending) {
      // An answer may have come all the same: a server need not read a body that it does not want.
    }
    response = answer.read();
    if (!request.isComplete() || !answer.leavesOpen()) {
      drop();
    }
    return response;
  }

  private InputStream connect() throws IOException {
    Socket fresh = new Socket();
    synchronized (this) {
      if (closed || expired) {
        fresh.close();
        throw new IOException("closed");
      }
      socket = fresh;
    }
    fresh.setTcpNoDelay(true);
    int port = endpoint.getPort() < 0 ? 80 : endpoint.getPort();
    fresh.connect(new InetSocketAddress(endpoint.getHost(), port));
    return new BufferedInputStream(fresh.getInputStream());
  }

  private synchronized Socket current() throws IOException {
    if (socket == null) {
      throw new IOException("closed");
    }
    return socket;
  }

  private void drop() {
    in = null;
    disconnect();
  }

  private synchronized void disconnect() {
    if (socket != null) {
      Wire.closeQuietly(socket);
      socket = null;
    }
  }

  private synchronized void expire() {
    expired = true;
    disconnect();
  }

  private synchronized boolean isExpired() {
    return expired;
  }

  private synchronized void setExpired(boolean value) {
    expired = value;
  }

  @Override
  public synchronized void close() {
    closed = true;
    disconnect();
  }
}
