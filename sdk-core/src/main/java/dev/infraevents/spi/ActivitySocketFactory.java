package dev.infraevents.spi;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.net.SocketFactory;

/**
 * Plain sockets that tell of every byte that comes in. OkHttp and gRPC show neither answers to
 * pings nor the parts of a message on its way, and both are signs of life; TLS is layered on top,
 * so it works there too. Thread-safe.
 */
public final class ActivitySocketFactory extends SocketFactory implements AutoCloseable {

  /** Hears what one socket reads, on the thread that reads. Must not block. */
  public interface Listener {

    /**
     * Bytes came in.
     *
     * @param buffer holds them until this returns
     * @param offset of the first
     * @param count how many, at least 1
     */
    void read(byte[] buffer, int offset, int count);

    /**
     * A read failed, perhaps because this side has closed the socket.
     *
     * @param cause why
     */
    default void failed(IOException cause) {}
  }

  private final Supplier<Listener> listeners;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * Makes a factory.
   *
   * @param onBytes called on the thread that reads, after each read; must not block
   */
  public ActivitySocketFactory(Runnable onBytes) {
    this(() -> (buffer, offset, count) -> onBytes.run());
  }

  /**
   * Makes a factory.
   *
   * @param listeners called for each socket that is made
   */
  public ActivitySocketFactory(Supplier<Listener> listeners) {
    this.listeners = listeners;
  }

  @Override
  public ActivitySocket createSocket() {
    ActivitySocket socket = new ActivitySocket(listeners.get(), open::remove);
    open.add(socket);
    if (closed) {
      close();
    }
    return socket;
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
    try {
      socket.bind(new InetSocketAddress(localHost, localPort));
    } catch (IOException e) {
      socket.close();
      throw e;
    }
    return connected(socket, new InetSocketAddress(host, port));
  }

  private Socket connected(InetSocketAddress address) throws IOException {
    return connected(createSocket(), address);
  }

  private static Socket connected(Socket socket, InetSocketAddress address) throws IOException {
    try {
      socket.connect(address);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Closes the sockets that are still open, also while they are being connected. Sockets that are
   * made later are closed from the start.
   */
  @Override
  public void close() {
    closed = true;
    for (Socket socket : open) {
      try {
        socket.close();
      } catch (IOException e) {
        // It is of no more use either way.
      }
    }
  }
}
