package dev.infraevents.pubsub.push;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Objects;

/**
 * Puts a {@link PushReceiver} into the JDK's own HTTP server.
 *
 * <pre>{@code
 * HttpServer server = HttpServer.create(address, 0);
 * ExecutorService threads = Executors.newFixedThreadPool(16);
 * server.setExecutor(threads); // without one, requests are read one after the other
 * server.createContext("/foundries", new PushHttpHandler(receiver));
 * server.start();
 * }</pre>
 *
 * <p>A thread of the server is held while a request is read, not while it is handled. The server
 * waits for slow senders for ever, also for the body of a request that has been refused, unless it
 * is told not to, for the whole JVM and before the first server: {@code
 * -Dsun.net.httpserver.maxReqTime=30}, in seconds. Without that anyone can hold all its threads. It
 * speaks TLS with {@code HttpsServer}, which is what Pub/Sub needs, unless a proxy in front of it
 * does.
 */
public final class PushHttpHandler implements HttpHandler {

  private static final System.Logger LOG = System.getLogger("dev.infraevents");
  private static final int NO_BODY = -1;

  private final PushReceiver receiver;

  /**
   * Makes a handler.
   *
   * @param receiver takes the requests
   */
  public PushHttpHandler(PushReceiver receiver) {
    this.receiver = Objects.requireNonNull(receiver, "receiver");
  }

  /**
   * Hands a request in, and sends the answer when there is one.
   *
   * @param exchange the request, closed with the answer
   */
  @Override
  public void handle(HttpExchange exchange) {
    String path = exchange.getRequestURI().getRawPath();
    var request =
        new PushRequest(
            exchange.getRequestMethod(),
            path == null ? "" : path,
            exchange.getRequestHeaders(),
            exchange.getRequestBody());
    receiver.receive(request).thenAccept(answer -> send(exchange, answer));
  }

  private static void send(HttpExchange exchange, PushResponse answer) {
    try {
      answer.headers().forEach(exchange.getResponseHeaders()::set);
      exchange.sendResponseHeaders(answer.status(), NO_BODY);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a push was not answered, as its sender is gone");
    } finally {
      exchange.close();
    }
  }
}
