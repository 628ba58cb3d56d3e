package dev.infraevents.spi;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/**
 * Plain sockets that tell of every byte that comes in. OkHttp and gRPC show neither answers to
 * pings nor the parts of a message on its way, and both are signs of life; TLS is layered on top,
 * so it works there too. Thread-safe.
 */
public final class ActivitySocketFactory extends SocketFactory {

  private final Runnable onBytes;

  /**
   * Makes a factory.
   *
   * @param onBytes called on the thread that reads, after each read; must not block
   */
  public ActivitySocketFactory(Runnable onBytes) {
    this.onBytes = onBytes;
  }

  @Override
  public Socket createSocket() {
    return new ActivitySocket(onBytes);
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return connected(new InetSocketAddress(host, port));
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return connected(new InetSocketAddress(host, port));
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return createSocket(InetAddress.getByName(host), port, localHost, localPort);
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort)
      throws IOException {
    Socket socket = createSocket();
    socket.bind(new InetSocketAddress(localHost, localPort));
    socket.connect(new InetSocketAddress(host, port));
    return socket;
  }

  private Socket connected(InetSocketAddress address) throws IOException {
    Socket socket = createSocket();
    socket.connect(address);
    return socket;
  }

  private static final class ActivitySocket extends Socket {
    private final Runnable onBytes;

    ActivitySocket(Runnable onBytes) {
      this.onBytes = onBytes;
    }

    @Override
    public InputStream getInputStream() throws IOException {
      return new ActivityStream(super.getInputStream(), onBytes);
    }
  }

  private static final class ActivityStream extends FilterInputStream {
    private final Runnable onBytes;

    ActivityStream(InputStream in, Runnable onBytes) {
      super(in);
      this.onBytes = onBytes;
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      if (read >= 0) {
        onBytes.run();
      }
      return read;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = super.read(buffer, offset, length);
      if (read > 0) {
        onBytes.run();
      }
      return read;
    }
  }
}
