package dev.infraevents.grpc;

import dev.infraevents.spi.ActivitySocketFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Sees what gRPC does not tell of the connections of one channel: how a read failed, and what the
 * peer speaks if it is not HTTP/2. Thread-safe.
 */
final class ConnectionWatch {

  private final Runnable onBytes;
  private volatile @Nullable SocketWatch newest;

  /**
   * Watches none yet.
   *
   * @param onBytes called whenever something comes in, on the thread that reads
   */
  ConnectionWatch(Runnable onBytes) {
    this.onBytes = onBytes;
  }

  /** Watches another socket. */
  ActivitySocketFactory.Listener next() {
    SocketWatch next = new SocketWatch();
    newest = next;
    return next;
  }

  /** TLS ended with this; says more than the socket below. */
  void tlsFailed(IOException cause) {
    SocketWatch watch = newest;
    if (watch != null) {
      watch.tlsFailed(cause);
    }
  }

  /** How the newest connection failed, or null if gRPC ended it or it is still up. */
  @Nullable IOException failure() {
    SocketWatch watch = newest;
    return watch == null ? null : watch.failure;
  }

  /** Whether the newest connection was answered with TLS though it has none. */
  boolean answeredWithTls() {
    SocketWatch watch = newest;
    return watch != null && watch.answeredWithTls();
  }

  /** Whether the newest connection was answered with an error of HTTP/1. */
  boolean answeredWithHttp1() {
    SocketWatch watch = newest;
    return watch != null && watch.answeredWithHttp1();
  }

  private final class SocketWatch implements ActivitySocketFactory.Listener {
    private static final int HEAD = "HTTP/1.1 4".length();

    // Written by the thread that reads, in this order.
    private final byte[] head = new byte[HEAD];
    private volatile int headLength;

    private volatile @Nullable IOException failure;

    @Override
    public void read(byte[] buffer, int offset, int count) {
      ChannelResources.ReaderThread.keepName();
      int known = headLength;
      if (known < HEAD) {
        int more = Math.min(HEAD - known, count);
        System.arraycopy(buffer, offset, head, known, more);
        headLength = known + more;
      }
      onBytes.run();
    }

    @Override
    public void failed(IOException cause) {
      if (failure == null) {
        failure = cause;
      }
    }

    void tlsFailed(IOException cause) {
      if (!(failure instanceof SSLException)) {
        failure = cause;
      }
    }

    boolean answeredWithTls() {
      // An alert or a handshake, of any version since SSL 3. A frame of HTTP/2 that starts so would
      // be longer than is allowed.
      return headLength >= 2 && (head[0] == 0x15 || head[0] == 0x16) && head[1] == 3;
    }

    boolean answeredWithHttp1() {
      String start = new String(head, 0, headLength, StandardCharsets.ISO_8859_1);
      // A proxy's 200 comes before the server's first byte.
      return start.length() == HEAD && start.startsWith("HTTP/1.") && !start.endsWith(" 2");
    }
  }
}
