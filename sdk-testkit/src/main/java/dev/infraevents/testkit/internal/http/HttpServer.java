package dev.infraevents.testkit.internal.http;

import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.internal.DaemonThreads;
import dev.infraevents.testkit.internal.tcp.LoopbackPort;
import dev.infraevents.testkit.internal.tcp.Wire;
import dev.infraevents.testkit.internal.tcp.Wires;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** An HTTP/1.1 server on 127.0.0.1. One thread accepts, one serves each connection. */
public final class HttpServer {

  private static final byte[] MALFORMED =
      ("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
              + "Connection: close\r\n\r\n400 Bad Request")
          .getBytes(StandardCharsets.US_ASCII);

  private final HttpHandler handler;
  private final @Nullable SSLContext tls;
  private final InstantSource clock;
  private final DaemonThreads threads;

  private final LoopbackPort port;
  private final Wires wires = new Wires();
  private final AtomicInteger accepted = new AtomicInteger();

  public HttpServer(
      HttpHandler handler, @Nullable SSLContext tls, InstantSource clock, DaemonThreads threads) {
    this.handler = handler;
    this.tls = tls;
    this.clock = clock;
    this.threads = threads;
    this.port = new LoopbackPort(threads, this::open);
  }

  /** Where it listens. */
  public LoopbackPort port() {
    return port;
  }

  /** The connections that are open now. */
  public Wires wires() {
    return wires;
  }

  private void open(Socket tcp) {
    try {
      Wire wire = new Wire(tcp, tls);
      wires.add(wire);
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
