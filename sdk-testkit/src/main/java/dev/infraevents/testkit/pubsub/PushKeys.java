package dev.infraevents.testkit.pubsub;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.infraevents.testkit.FakeServer;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.internal.Changes;
import dev.infraevents.testkit.internal.DaemonThreads;
import dev.infraevents.testkit.internal.FaultInjector;
import dev.infraevents.testkit.internal.http.HttpReply;
import dev.infraevents.testkit.internal.http.HttpResponse;
import dev.infraevents.testkit.internal.http.HttpServer;
import dev.infraevents.testkit.internal.tcp.LoopbackPort;
import dev.infraevents.testkit.internal.tls.PrivateAuthority;
import dev.infraevents.testkit.internal.tls.SelfSignedCertificate;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The keys that tokens are signed with, and the server that publishes the public halves as Google
 * does: as a JSON Web Key Set and as a map of PEM certificates. Thread-safe.
 *
 * <p>Of the faults it knows {@link Fault#refuse}, {@link Fault#refuseUpgrade} (the next requests
 * are answered with that status), {@link Fault#reset}, {@link Fault#halfOpen}, {@link Fault#stall}
 * (no request is answered), {@link Fault#slowDrip} and {@link Fault#outage}.
 */
public final class PushKeys implements FakeServer {

  private static final int BITS = 2048;
  private static final String JWKS_PATH = "/oauth2/v3/certs";
  private static final String CERTIFICATES_PATH = "/oauth2/v1/certs";

  private final PrivateAuthority authority = new PrivateAuthority("Infra Events testkit");
  private final DaemonThreads threads = new DaemonThreads("push-keys");
  private final Changes changes = new Changes();
  private final @Nullable SelfSignedCertificate tls;
  private final HttpServer server;

  // Guarded by this.
  private final List<PushKey> published = new ArrayList<>();
  private final List<ReceivedRequest> requests = new ArrayList<>();
  private final TreeMap<String, String> headers = new TreeMap<>();
  private PushKey current;
  private @Nullable HttpResponse answer; // instead of the keys
  private Fault.@Nullable RefuseUpgrade refusal;
  private int refusals;
  private boolean stalled;
  private boolean down;

  PushKeys(boolean overTls, InstantSource clock) {
    this.current = newKey();
    published.add(current);
    headers.put("Cache-Control", "public, max-age=19800, must-revalidate, no-transform");
    this.tls = overTls ? SelfSignedCertificate.create() : null;
    this.server = new HttpServer(this::reply, tls == null ? null : tls.context(), clock, threads);
    server.port().listen();
  }

  @Override
  public String url() {
    String origin = tls == null ? "http://" + LoopbackPort.HOST : "https://localhost";
    return origin + ":" + server.port().number();
  }

  /**
   * Where the JSON Web Key Set is.
   *
   * @return the counterpart of {@code https://www.googleapis.com/oauth2/v3/certs}
   */
  public URI jwksUrl() {
    return URI.create(url() + JWKS_PATH);
  }

  /**
   * Where the map of PEM certificates is.
   *
   * @return the counterpart of {@code https://www.googleapis.com/oauth2/v1/certs}
   */
  public URI certificatesUrl() {
    return URI.create(url() + CERTIFICATES_PATH);
  }

  /**
   * What a client has to trust, if the keys are served over TLS.
   *
   * @return PEM
   * @throws IllegalStateException if they are not
   */
  public String tlsCertificatePem() {
    if (tls == null) {
      throw new IllegalStateException("the keys are not served over TLS");
    }
    return tls.pem();
  }

  /**
   * The key that tokens are signed with now.
   *
   * @return the current key
   */
  public synchronized PushKey current() {
    return current;
  }

  /**
   * Makes a key that is not published; tokens are signed with it when a test says so.
   *
   * @return a new key of 2048 bits
   */
  public PushKey newKey() {
    return newKey(BITS);
  }

  /**
   * Makes a key of another size that is not published.
   *
   * @param bits its size, such as 1024
   * @return a new key
   */
  public PushKey newKey(int bits) {
    return PushKey.generate(bits, authority);
  }

  /**
   * Publishes a new key and signs with it from now on. The one before stays published, as tokens
   * live on that it has signed; older ones do not.
   *
   * @return the new key
   */
  public PushKey rotate() {
    PushKey next = newKey();
    synchronized (this) {
      published.clear();
      published.add(current);
      published.add(next);
      current = next;
    }
    return next;
  }

  /**
   * Publishes exactly these keys; the first is the one that tokens are signed with.
   *
   * @param keys at least one
   */
  public synchronized void publish(PushKey... keys) {
    published.clear();
    published.addAll(List.of(keys));
    current = published.get(0);
  }

  /**
   * Sets a header field of the key documents, such as {@code Cache-Control} or {@code Age}.
   *
   * @param name its name
   * @param value its value; null to leave it out
   */
  public synchronized void header(String name, @Nullable String value) {
    if (value == null) {
      headers.remove(name);
    } else {
      headers.put(name, value);
    }
  }

  /**
   * Answers all requests with something else than keys, until {@link #heal}.
   *
   * @param status the status
   * @param contentType the content type
   * @param body the body, sent as it is
   */
  public synchronized void answer(int status, String contentType, String body) {
    answer = HttpResponse.of(status, contentType, body);
  }

  /**
   * Redirects all requests, until {@link #heal}.
   *
   * @param target where to
   */
  public synchronized void redirect(URI target) {
    answer = HttpResponse.of(302, "text/plain", "").with("Location", target.toString());
  }

  /**
   * The document that is published as a JSON Web Key Set now, to be changed and answered with.
   *
   * @return an object with one member, {@code keys}
   */
  public synchronized String jwks() {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    ArrayNode keys = document.putArray("keys");
    published.forEach(key -> keys.add(key.toJwk()));
    return document.toPrettyString();
  }

  /**
   * The document that is published as a map of certificates now.
   *
   * @return an object with one member for each key
   */
  public synchronized String certificates() {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    published.forEach(key -> document.put(key.id(), key.certificatePem()));
    return document.toPrettyString();
  }

  /**
   * How often keys were asked for, whatever the answer.
   *
   * @return the number of requests so far
   */
  public synchronized int fetches() {
    return requests.size();
  }

  /**
   * The requests so far.
   *
   * @return in the order they came
   */
  public synchronized List<ReceivedRequest> requests() {
    return List.copyOf(requests);
  }

  /**
   * Waits until keys were asked for so often.
   *
   * @param count how often, since the start
   * @param timeout how long to wait
   * @throws AssertionError if they were not
   */
  public void awaitFetches(int count, Duration timeout) {
    changes.await(() -> fetches() >= count, timeout, () -> fetches() + " fetches of " + count);
  }

  @Override
  public void inject(Fault fault) {
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

  @Override
  public void heal() {
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

  @Override
  public void close() {
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
    // As long as it takes: closing ends it, too.
    changes.holds(() -> !isStalled(), Duration.ofDays(1));
    return document(request);
  }

  private synchronized boolean isStalled() {
    return stalled;
  }

  private synchronized HttpReply document(ReceivedRequest request) {
    if (refusal != null && refusals > 0) {
      refusals--;
      return new HttpResponse(refusal.status(), refusal.headers(), refusal.body());
    }
    if (answer != null) {
      return withHeaders(answer);
    }
    if (!request.method().equals("GET")) {
      return HttpResponse.of(405, "text/plain", "");
    }
    return switch (request.path()) {
      case JWKS_PATH ->
          withHeaders(HttpResponse.of(200, "application/json; charset=UTF-8", jwks()));
      case CERTIFICATES_PATH ->
          withHeaders(HttpResponse.of(200, "application/json; charset=UTF-8", certificates()));
      default -> HttpResponse.of(404, "text/plain", "");
    };
  }

  private HttpResponse withHeaders(HttpResponse response) {
    HttpResponse full = response;
    for (var header : headers.entrySet()) {
      full = full.with(header.getKey(), header.getValue());
    }
    return full;
  }
}
