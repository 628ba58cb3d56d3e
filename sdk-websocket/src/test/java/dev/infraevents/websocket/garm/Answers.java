package dev.infraevents.websocket.garm;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A web server that answers what a test told it to, and with GARM's missing route otherwise. */
final class Answers implements AutoCloseable {

  static final Answer NO_ROUTE =
      Answer.json(404, "{\"error\":\"Not found\",\"details\":\"Resource not found\"}");

  record Answer(int status, Map<String, String> headers, String body) {
    static Answer json(int status, String body) {
      return new Answer(status, Map.of("Content-Type", "application/json"), body + "\n");
    }

    static Answer text(int status, String body) {
      return new Answer(status, Map.of("Content-Type", "text/plain; charset=utf-8"), body);
    }

    Answer with(String header, String value) {
      return new Answer(status, Map.of(header, value), body);
    }
  }

  record Asked(
      String method, String target, @Nullable String authorization, String body, int port) {}

  private final HttpServer server;
  private final Map<String, Queue<Answer>> script = new ConcurrentHashMap<>();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();

  Answers() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** The next answers to a request such as {@code GET /api/v1/pools?x=y}; the last one stays. */
  Answers on(String request, Answer... answers) {
    script.computeIfAbsent(request, key -> new ConcurrentLinkedQueue<>()).addAll(List.of(answers));
    return this;
  }

  /** The same for a read of a path below the root of the API, with 200. */
  Answers get(String path, String json) {
    return on("GET /api/v1/" + path, Answer.json(200, json));
  }

  List<Asked> asked() {
    return asked;
  }

  List<String> targets() {
    return asked.stream().map(Asked::target).toList();
  }

  private void handle(HttpExchange exchange) throws IOException {
    URI uri = exchange.getRequestURI();
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    asked.add(
        new Asked(
            exchange.getRequestMethod(),
            uri.toString(),
            exchange.getRequestHeaders().getFirst("Authorization"),
            body,
            exchange.getRemoteAddress().getPort()));
    Answer answer = next(exchange.getRequestMethod() + " " + uri);
    answer.headers().forEach(exchange.getResponseHeaders()::set);
    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
    if (bytes.length > 0) {
      exchange.getResponseBody().write(bytes);
    }
    exchange.close();
  }

  private Answer next(String request) {
    Queue<Answer> answers = script.get(request);
    if (answers == null) {
      return NO_ROUTE;
    }
    return answers.size() > 1 ? answers.remove() : answers.element();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  /** Elements of a JSON array of objects with ids. */
  static List<String> ids(int from, int to) {
    List<String> elements = new ArrayList<>();
    for (int i = from; i <= to; i++) {
      elements.add("{\"id\":" + i + "}");
    }
    return elements;
  }
}
