package dev.infraevents.testkit.internal.tcp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An HTTP proxy that knows CONNECT and nothing else. */
public final class TunnelProxy implements AutoCloseable {

  private final ServerSocket listener;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final AtomicInteger tunnels = new AtomicInteger();
  private volatile @Nullable String refusal;

  public TunnelProxy() throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  public InetSocketAddress address() {
    return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
  }

  /** Answers from now on with a status such as {@code 503 Busy}, and a page. */
  public void refuseWith(String status) {
    refusal = "HTTP/1.1 " + status + "\r\nConnection: close\r\n\r\n<html>";
  }

  public int tunnels() {
    return tunnels.get();
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = keep(listener.accept());
      start(() -> tunnel(client));
    }
  }

  private void tunnel(Socket client) throws IOException {
    String request = head(client.getInputStream());
    String answer = refusal;
    if (answer != null) {
      try (client) {
        client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
        client.shutdownOutput();
        client.getInputStream().transferTo(OutputStream.nullOutputStream());
      }
      return;
    }
    String[] target = request.split(" ", -1)[1].split(":", -1);
    Socket server = keep(new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(target[1])));
    tunnels.incrementAndGet();
    client
        .getOutputStream()
        .write("HTTP/1.1 200 Connected\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    start(() -> pump(server, client));
    pump(client, server);
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.read());
    }
    return head.toString();
  }

  private static void pump(Socket from, Socket to) throws IOException {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    }
  }

  private Socket keep(Socket socket) {
    sockets.add(socket);
    return socket;
  }

  private interface Task {
    void run() throws IOException;
  }

  private void start(Task task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (IOException e) {
                // One of the ends has hung up.
              }
            },
            "tunnel-proxy");
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : sockets) {
        socket.close();
      }
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
