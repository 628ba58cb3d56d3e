package dev.infraevents.testkit.pubsub;

import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.internal.DaemonThreads;
import dev.infraevents.testkit.internal.http.HttpReply;
import dev.infraevents.testkit.internal.http.HttpResponse;
import dev.infraevents.testkit.internal.http.HttpServer;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** An endpoint that answers as told, and remembers what came. */
final class PushEndpoint implements AutoCloseable {

  static final HttpReply NO_CONTENT = new HttpResponse(204, Map.of(), "");

  private final DaemonThreads threads = new DaemonThreads("push-endpoint");
  private final HttpServer server;
  private final List<ReceivedRequest> requests = new CopyOnWriteArrayList<>();
  private volatile Function<ReceivedRequest, HttpReply> behaviour = request -> NO_CONTENT;

  PushEndpoint() {
    server = new HttpServer(this::handle, null, InstantSource.system(), threads);
    server.port().listen();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.port().number() + "/foundries?secret=x");
  }

  void answers(Function<ReceivedRequest, HttpReply> how) {
    behaviour = how;
  }

  void answers(int status) {
    answers(request -> new HttpResponse(status, Map.of(), ""));
  }

  List<ReceivedRequest> requests() {
    return requests;
  }

  int connections() {
    return server.wires().all().size();
  }

  private HttpReply handle(ReceivedRequest request) {
    requests.add(request);
    return behaviour.apply(request);
  }

  @Override
  public void close() {
    server.port().stopListening();
    server.port().release();
    server.wires().drop();
    threads.join();
  }
}
