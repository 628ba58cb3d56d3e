package dev.infraevents.testkit.internal.http;

import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.internal.DaemonThreads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 server on 127.0.0.1. It keeps the port it got first, also over times when it does not
 * listen. One thread accepts, one serves each connection.
 */
public final class HttpServer {

  public static final String HOST = "127.0.0.1";

  private static final int BACKLOG = 128;
  private static final byte[] MALFORMED =
      ("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
              + "Connection: close\r\n\r\n400 Bad Request")
          .getBytes(StandardCharsets.US_ASCII);

  private record Drip(int bytes, Duration pause) {
    void on(Wire wire) {
      wire.drip(bytes, pause);
    }
  }

  private final HttpHandler handler;
  private final @Nullable SSLContext tls;
  private final InstantSource clock;
  private final DaemonThreads threads;

  private final Set<Wire> wires = ConcurrentHashMap.newKeySet();
  private final AtomicInteger refusals = new AtomicInteger();
  private final AtomicInteger accepted = new AtomicInteger();

  private volatile Drip drip = new Drip(0, Duration.ZERO);

  // Written by whoever opens and closes the server, one at a time.
  private int port;
  private @Nullable ServerSocket listener;
  private @Nullable Thread acceptor;
  private @Nullable Socket placeholder;

  public HttpServer(
      HttpHandler handler, @Nullable SSLContext tls, InstantSource clock, DaemonThreads threads) {
    this.handler = handler;
    this.tls = tls;
    this.clock = clock;
    this.threads = threads;
  }

  public synchronized int port() {
    return port;
  }

  /** Begins to listen, on an ephemeral port the first time. */
  public synchronized void listen() {
    releasePort();
    try {
      ServerSocket socket = new ServerSocket();
      listener = socket;
      socket.setReuseAddress(true);
      socket.bind(address(), BACKLOG);
      port = socket.getLocalPort();
      acceptor = threads.start("accept", () -> accept(socket));
    } catch (IOException e) {
      throw new UncheckedIOException("can not listen on " + HOST + ":" + port, e);
    }
  }

  /** Stops to listen; after this returns no connection is added to {@link #wires}. */
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
  public synchronized void holdPort() {
    try {
      Socket socket = new Socket();
      placeholder = socket;
      socket.setReuseAddress(true);
      socket.bind(address());
    } catch (IOException e) {
      throw new UncheckedIOException("can not hold port " + port, e);
    }
  }

  public synchronized void releasePort() {
    if (placeholder != null) {
      Wire.closeQuietly(placeholder);
      placeholder = null;
    }
  }

  /** Sets how many of the next connections are closed unanswered. */
  public void refuse(int times) {
    refusals.set(times);
  }

  /**
   * Slows down what is written on all connections, open ones and later ones.
   *
   * @param bytes how many pass at a time; 0 to let everything pass again
   */
  public void drip(int bytes, Duration pause) {
    drip = new Drip(bytes, pause);
    wires.forEach(drip::on);
  }

  /** The connections that are open now. */
  public List<Wire> wires() {
    return List.copyOf(wires);
  }

  private InetSocketAddress address() throws IOException {
    return new InetSocketAddress(InetAddress.getByAddress(HOST, new byte[] {127, 0, 0, 1}), port);
  }

  private void accept(ServerSocket socket) {
    while (true) {
      try {
        Socket tcp = socket.accept();
        if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
          Wire.closeQuietly(tcp);
        } else {
          open(tcp);
        }
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void open(Socket tcp) {
    try {
      Wire wire = new Wire(tcp, tls);
      wires.add(wire);
      drip.on(wire); // after it can be seen, so that no change passes it by
      threads.start("connection-" + accepted.incrementAndGet(), () -> serve(wire));
    } catch (IOException goneAlready) {
      Wire.closeQuietly(tcp);
    }
  }

  private void serve(Wire wire) {
    try {
      RequestReader reader = new RequestReader(wire.input());
      boolean goesOn = true;
      while (goesOn) {
        ReceivedRequest request = reader.read();
        goesOn = request != null && answer(request, wire);
      }
    } catch (MalformedRequestException e) {
      writeQuietly(wire, MALFORMED);
    } catch (IOException gone) {
      // The client is not there any more, or a fault cut it off.
    } finally {
      wire.close();
      wires.remove(wire);
    }
  }

  /** Answers one request; says whether another one may follow on the connection. */
  private boolean answer(ReceivedRequest request, Wire wire) throws IOException {
    HttpReply reply = handler.handle(request);
    if (reply instanceof HttpReply.Takeover takeover) {
      takeover.run(wire);
      return false;
    }
    boolean closes = request.header("Connection").filter("close"::equalsIgnoreCase).isPresent();
    boolean withBody = !request.method().equals("HEAD");
    wire.write(((HttpResponse) reply).encode(clock.instant(), closes, withBody));
    return !closes;
  }

  private static void writeQuietly(Wire wire, byte[] bytes) {
    try {
      wire.write(bytes);
    } catch (IOException gone) {
      // nobody there to tell
    }
  }
}
