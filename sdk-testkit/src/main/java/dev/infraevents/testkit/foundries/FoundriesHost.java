package dev.infraevents.testkit.foundries;

import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.internal.Changes;
import dev.infraevents.testkit.internal.DaemonThreads;
import dev.infraevents.testkit.internal.FaultInjector;
import dev.infraevents.testkit.internal.FaultTarget;
import dev.infraevents.testkit.internal.http.HttpReply;
import dev.infraevents.testkit.internal.http.HttpResponse;
import dev.infraevents.testkit.internal.http.HttpServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A server for requests and answers, and everything that can be made to go wrong with them. */
final class FoundriesHost implements FaultTarget {

  private static final Duration FOREVER = Duration.ofDays(1);
  private static final String GARBAGE = "upstream connect error or disconnect";

  private final Changes changes = new Changes();
  private final DaemonThreads threads = new DaemonThreads("fake-foundries");
  private final HttpServer server;
  private final Runnable tokenExpiry;

  // Guarded by faults.
  private final Object faults = new Object();
  private final Queue<HttpResponse> refusals = new ArrayDeque<>();
  private final Queue<Function<HttpResponse, HttpReply>> disturbances = new ArrayDeque<>();

  private volatile boolean stalled;

  // Guarded by this.
  private boolean down;
  private boolean closed;

  FoundriesHost(
      FakeFoundriesApiBuilder settings,
      @Nullable SSLContext tls,
      Function<ReceivedRequest, HttpResponse> api,
      Runnable tokenExpiry) {
    this.server = new HttpServer(request -> answer(api, request), tls, settings.clock, threads);
    this.tokenExpiry = tokenExpiry;
    server.port().listen();
  }

  int port() {
    return server.port().number();
  }

  Changes changes() {
    return changes;
  }

  /** What a fault answers instead of the server, or null. */
  @Nullable HttpResponse takeRefusal() {
    synchronized (faults) {
      return refusals.poll();
    }
  }

  private HttpReply answer(Function<ReceivedRequest, HttpResponse> api, ReceivedRequest request) {
    HttpResponse answer = api.apply(request);
    changes.announce();
    changes.holds(() -> !stalled, FOREVER);
    Function<HttpResponse, HttpReply> disturbance;
    synchronized (faults) {
      disturbance = disturbances.poll();
    }
    return disturbance == null ? answer : disturbance.apply(answer);
  }

  synchronized void heal() {
    requireOpen();
    synchronized (faults) {
      refusals.clear();
      disturbances.clear();
    }
    release();
    server.wires().drip(0, Duration.ZERO);
    server.port().refuse(0);
    server.wires().thaw();
    if (down) {
      down = false;
      server.port().listen();
    }
  }

  synchronized void close() {
    if (!closed) {
      closed = true;
      shutDown();
      server.port().release();
      threads.join();
    }
  }

  private void shutDown() {
    server.port().stopListening();
    server.wires().drop();
    release();
  }

  private void release() {
    stalled = false;
    changes.announce();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the fake is closed");
    }
  }

  @Override
  public synchronized void restart(boolean staysDown) {
    requireOpen();
    shutDown();
    down = staysDown;
    if (staysDown) {
      server.port().hold();
    } else {
      server.port().listen();
    }
  }

  @Override
  public void refuseConnections(int times) {
    server.port().refuse(times);
  }

  @Override
  public void refuseUpgrades(Fault.RefuseUpgrade fault) {
    synchronized (faults) {
      for (int i = 0; i < fault.times(); i++) {
        refusals.add(new HttpResponse(fault.status(), fault.headers(), fault.body()));
      }
    }
  }

  @Override
  public void resetConnections() {
    server.wires().reset();
  }

  @Override
  public void freezeConnections() {
    server.wires().freeze();
  }

  @Override
  public void holdEvents() {
    stalled = true;
  }

  @Override
  public void truncateStreams() {
    disturb(FoundriesHost::cutOff);
  }

  @Override
  public void sendGarbage() {
    disturb(answer -> new HttpResponse(answer.status(), answer.headers(), GARBAGE));
  }

  @Override
  public void sendBrokenEvent() {
    disturb(answer -> new HttpResponse(answer.status(), answer.headers(), half(answer.body())));
  }

  @Override
  public void disturbNextEvent(Fault fault) {
    if (!(fault instanceof Fault.Oversize oversize)) {
      throw FaultInjector.unknown(fault);
    }
    disturb(
        answer -> {
          int missing = Math.max(0, oversize.bytes() - answer.body().length());
          String padded = answer.body() + " ".repeat(missing);
          return new HttpResponse(answer.status(), answer.headers(), padded);
        });
  }

  @Override
  public void reorderEvents(int window, long seed) {
    throw FaultInjector.unknown(new Fault.Reorder(window, seed));
  }

  @Override
  public void slowDown(int bytes, Duration pause) {
    server.wires().drip(bytes, pause);
  }

  @Override
  public void expireTokens() {
    tokenExpiry.run();
  }

  private void disturb(Function<HttpResponse, HttpReply> disturbance) {
    synchronized (faults) {
      disturbances.add(disturbance);
    }
  }

  private static HttpReply cutOff(HttpResponse answer) {
    int announced = answer.body().length() + 1;
    String head = "HTTP/1.1 " + answer.status() + " \r\nContent-Length: " + announced + "\r\n\r\n";
    byte[] bytes = (head + half(answer.body())).getBytes(StandardCharsets.UTF_8);
    return (HttpReply.Takeover) wire -> wire.write(bytes);
  }

  private static String half(String text) {
    return text.substring(0, text.length() / 2);
  }
}
