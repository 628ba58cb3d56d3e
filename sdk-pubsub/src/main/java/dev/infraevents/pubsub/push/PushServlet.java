package dev.infraevents.pubsub.push;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Puts a {@link PushReceiver} into a servlet container, which has to bring {@code
 * jakarta.servlet-api}. Register it with {@code setAsyncSupported(true)}: else a thread of the
 * container is held while an event is handled, and not only while it is read.
 *
 * <p>The receiver sees the whole path of the request, context path included.
 */
public final class PushServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;

  private final transient PushReceiver receiver;

  /**
   * Makes a servlet.
   *
   * @param receiver takes the requests
   */
  public PushServlet(PushReceiver receiver) {
    this.receiver = Objects.requireNonNull(receiver, "receiver");
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    PushRequest push = read(request);
    if (!request.isAsyncSupported()) {
      send(response, receiver.receive(push).toCompletableFuture().join());
      return;
    }
    AsyncContext exchange = request.startAsync();
    exchange.setTimeout(0); // the receiver has a deadline of its own
    receiver
        .receive(push)
        .thenAccept(answer -> send(response, answer))
        .whenComplete((done, failure) -> exchange.complete());
  }

  private static PushRequest read(HttpServletRequest request) throws IOException {
    Map<String, List<String>> headers = new TreeMap<>();
    for (String name : Collections.list(request.getHeaderNames())) {
      headers.put(name, Collections.list(request.getHeaders(name)));
    }
    return new PushRequest(
        request.getMethod(), request.getRequestURI(), headers, request.getInputStream());
  }

  private static void send(HttpServletResponse response, PushResponse answer) {
    response.setStatus(answer.status()); // first: it is 200 until then, an acknowledgement
    answer.headers().forEach(response::setHeader);
  }
}
