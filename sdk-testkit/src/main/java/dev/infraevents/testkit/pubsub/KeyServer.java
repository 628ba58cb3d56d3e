package dev.infraevents.testkit.pubsub;

import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.internal.Changes;
import dev.infraevents.testkit.internal.DaemonThreads;
import dev.infraevents.testkit.internal.FaultInjector;
import dev.infraevents.testkit.internal.http.HttpReply;
import dev.infraevents.testkit.internal.http.HttpResponse;
import dev.infraevents.testkit.internal.http.HttpServer;
import dev.infraevents.testkit.internal.tcp.LoopbackPort;
import dev.infraevents.testkit.internal.tls.SelfSignedCertificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Serves documents of keys, or does not, as it is told. Thread-safe. */
final class KeyServer {

  private static final String JSON = "application/json; charset=UTF-8";

  private final Function<String, @Nullable String> documents;
  private final DaemonThreads threads = new DaemonThreads("push-keys");
  private final Changes changes = new Changes();
  private final @Nullable SelfSignedCertificate tls;
  private final HttpServer server;

  // Guarded by this.
  private final List<ReceivedRequest> requests = new ArrayList<>();
  private final Map<String, String> headers = new TreeMap<>();
  private @Nullable HttpResponse answer; // instead of a document
  private Fault.@Nullable RefuseUpgrade refusal;
  private int refusals;
  private boolean stalled;
  private boolean down;

  /**
   * Starts to serve.
   *
   * @param documents the document of a path, null if there is none
   */
  KeyServer(boolean overTls, InstantSource clock, Function<String, @Nullable String> documents) {
    this.documents = documents;
    headers.put("Cache-Control", "public, max-age=19800, must-revalidate, no-transform");
    this.tls = overTls ? SelfSignedCertificate.create() : null;
    this.server = new HttpServer(this::reply, tls == null ? null : tls.context(), clock, threads);
    server.port().listen();
  }

  String url() {
    String origin = tls == null ? "http://" + LoopbackPort.HOST : "https://localhost";
    return origin + ":" + server.port().number();
  }

  String tlsCertificatePem() {
    if (tls == null) {
      throw new IllegalStateException("the keys are not served over TLS");
    }
    return tls.pem();
  }

  synchronized void header(String name, @Nullable String value) {
    if (value == null) {
      headers.remove(name);
    } else {
      headers.put(name, value);
    }
  }

  synchronized void answer(HttpResponse response) {
    answer = response;
  }

  synchronized List<ReceivedRequest> requests() {
    return List.copyOf(requests);
  }

  void awaitRequests(int count, Duration timeout) {
    changes.await(
        () -> requests().size() >= count,
        timeout,
        () -> requests().size() + " fetches of " + count);
  }

  void inject(Fault fault) {
    if (fault instanceof Fault.Refuse f) {
      server.port().refuse(f.times());
    } else if (fault instanceof Fault.RefuseUpgrade f) {
      refuse(f);
    } else if (fault instanceof Fault.Reset) {
      server.wires().reset();
    } else if (fault instanceof Fault.HalfOpen) {
      server.wires().freeze();
    } else if (fault instanceof Fault.Stall) {
      setStalled(true);
    } else if (fault instanceof Fault.SlowDrip f) {
      server.wires().drip(f.bytes(), f.pause());
    } else if (fault instanceof Fault.Restart f) {
      restart(f.staysDown());
    } else {
      throw FaultInjector.unknown(fault);
    }
  }

  private synchronized void refuse(Fault.RefuseUpgrade fault) {
    refusal = fault;
    refusals = fault.times();
  }

  private void setStalled(boolean value) {
    synchronized (this) {
      stalled = value;
    }
    changes.announce();
  }

  private synchronized void restart(boolean staysDown) {
    server.port().stopListening();
    server.wires().drop();
    if (staysDown) {
      server.port().hold();
      down = true;
    } else {
      server.port().listen();
    }
  }

  void heal() {
    synchronized (this) {
      answer = null;
      refusals = 0;
      server.port().refuse(0);
      server.wires().drip(0, Duration.ZERO);
      server.wires().thaw();
      if (down) {
        down = false;
        server.port().listen();
      }
    }
    setStalled(false);
  }

  void close() {
    setStalled(false);
    server.port().stopListening();
    server.port().release();
    server.wires().drop();
    threads.join();
  }

  private HttpReply reply(ReceivedRequest request) {
    synchronized (this) {
      requests.add(request);
    }
    changes.announce();
    changes.holds(() -> !isStalled(), Duration.ofDays(1)); // closing ends it, too
    return respond(request);
  }

  private synchronized boolean isStalled() {
    return stalled;
  }

  private synchronized HttpReply respond(ReceivedRequest request) {
    if (refusal != null && refusals > 0) {
      refusals--;
      return new HttpResponse(refusal.status(), refusal.headers(), refusal.body());
    }
    if (answer != null) {
      return withHeaders(answer);
    }
    String document = documents.apply(request.path());
    if (document == null) {
      return HttpResponse.of(404, "text/plain", "");
    }
    return request.method().equals("GET")
        ? withHeaders(HttpResponse.of(200, JSON, document))
        : HttpResponse.of(405, "text/plain", "");
  }

  private HttpResponse withHeaders(HttpResponse response) {
    HttpResponse full = response;
    for (var header : headers.entrySet()) {
      full = full.with(header.getKey(), header.getValue());
    }
    return full;
  }
}
