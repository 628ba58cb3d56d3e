package dev.infraevents.pubsub.push;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.Concurrency;
import dev.infraevents.Delivery;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.pubsub.PushRequest;
import dev.infraevents.testkit.pubsub.PushSubscription;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The receiver in a servlet container. */
@ExtendWith(LeakCheck.class)
final class PushServletTest {

  private static final String PATH = "/app/push/foundries";
  private static final int THREADS = 8;

  private final PushRig rig = new PushRig().receiver(builder -> builder.path(PATH));
  private final BlockingQueue<Delivery> deferred = new LinkedBlockingQueue<>();
  private final ExecutorService senders = Executors.newCachedThreadPool();
  private Server server;
  private URI endpoint;

  private void start(boolean async) throws Exception {
    rig.start();
    server = new Server(new QueuedThreadPool(THREADS));
    var connector = new ServerConnector(server, 1, 1);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    var context = new ServletContextHandler("/app");
    var servlet = new ServletHolder(new PushServlet(rig.receiver()));
    servlet.setAsyncSupported(async);
    context.addServlet(servlet, "/push/*");
    server.setHandler(context);
    server.start();
    endpoint = URI.create("http://127.0.0.1:" + connector.getLocalPort() + PATH);
  }

  @AfterEach
  void close() throws Exception {
    senders.shutdown();
    rig.close();
    server.stop();
  }

  private int status(PushRequest request) {
    return rig.pubsub.send(endpoint, request).status();
  }

  @Test
  void pushesAreDeliveredAndAnsweredAsTheyAreSettled() throws Exception {
    rig.handler(
        (event, delivery) -> {
          if (event.id().equals("bad")) {
            throw new IllegalStateException("the handler's");
          }
        });
    start(true);

    assertThat(status(rig.request("1"))).isEqualTo(204);
    assertThat(status(rig.request("2").chunked())).isEqualTo(204);
    assertThat(status(rig.request("bad"))).isEqualTo(500);
    assertThat(rig.eventIds()).containsExactly("1", "2", "bad");
  }

  @Test
  void refusalsAreAnsweredWithoutTheHandler() throws Exception {
    start(true);
    String genuine = "Bearer " + rig.pubsub.token().mint();

    assertThat(status(rig.request("1").target("/app/push/other"))).isEqualTo(404);
    assertThat(status(rig.request("1").method("GET"))).isEqualTo(405);
    assertThat(status(rig.request("1").method("PUT"))).isEqualTo(405);
    assertThat(status(rig.request("1").withoutHeader("Authorization"))).isEqualTo(401);
    assertThat(status(rig.request("1").andHeader("authorization", genuine))).isEqualTo(401);
    assertThat(status(rig.request("1").token(rig.pubsub.token().badlySigned().mint())))
        .isEqualTo(401);
    assertThat(status(rig.request("1").token(rig.pubsub.token().claim("email", "x@y.z").mint())))
        .isEqualTo(403);
    assertThat(rig.stats().received()).isZero();
  }

  @Test
  void aBodyThatBreaksOffIsNoPoison() throws Exception {
    start(true);

    rig.pubsub.send(endpoint, rig.request("1").truncated(40));
    rig.pubsub.send(endpoint, rig.request("2").chunked().truncated(40));
    assertThat(status(rig.request("3"))).isEqualTo(204);

    assertThat(rig.eventIds()).containsExactly("3");
    assertThat(rig.stats().received()).isOne();
  }

  @Test
  void noThreadOfTheContainerIsHeldWhileEventsAreHandled() throws Exception {
    int count = 5 * THREADS;
    rig.delivery(options -> options.concurrency(Concurrency.unordered(count)))
        .handler(
            (event, delivery) -> {
              delivery.defer();
              deferred.add(delivery);
            });
    start(true);

    List<CompletableFuture<Integer>> sent = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      PushRequest request = rig.request("m" + i);
      sent.add(CompletableFuture.supplyAsync(() -> status(request), senders));
    }
    List<Delivery> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(deferred.take());
    }
    assertThat(sent).allMatch(each -> !each.isDone());
    all.forEach(Delivery::ack);

    assertThat(sent).allMatch(each -> each.join() == 204);
  }

  @Test
  void aContainerWithoutAsynchronousRequestsServesToo() throws Exception {
    start(false);
    PushSubscription queue = rig.pubsub.subscription(endpoint).concurrency(3).start();
    IntStream.range(0, 30).forEach(i -> queue.publish(PushRig.message("m" + i)));
    queue.awaitEmpty(PushRig.PATIENCE);

    assertThat(PushRig.statuses(queue)).containsExactly(204);
    assertThat(rig.eventIds()).hasSize(30);
  }

  @Test
  void theEndOfTheReceiverIsAnAnswer() throws Exception {
    start(true);
    rig.receiver().close();

    assertThat(status(rig.request("1"))).isEqualTo(503);
  }
}
