package dev.infraevents.testkit.pubsub;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.infraevents.testkit.FakeServer;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.internal.http.HttpResponse;
import dev.infraevents.testkit.internal.tls.PrivateAuthority;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
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
  private final KeyServer server;

  // Guarded by this.
  private final List<PushKey> published = new ArrayList<>();
  private PushKey current;

  PushKeys(boolean overTls, InstantSource clock) {
    this.current = newKey();
    published.add(current);
    this.server = new KeyServer(overTls, clock, this::document);
  }

  @Override
  public String url() {
    return server.url();
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
    return server.tlsCertificatePem();
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
  public void header(String name, @Nullable String value) {
    server.header(name, value);
  }

  /**
   * Answers all requests with something else than keys, until {@link #heal}.
   *
   * @param status the status
   * @param contentType the content type
   * @param body the body, sent as it is
   */
  public void answer(int status, String contentType, String body) {
    server.answer(HttpResponse.of(status, contentType, body));
  }

  /**
   * Redirects all requests, until {@link #heal}.
   *
   * @param target where to
   */
  public void redirect(URI target) {
    server.answer(HttpResponse.of(302, "text/plain", "").with("Location", target.toString()));
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
  public int fetches() {
    return requests().size();
  }

  /**
   * The requests so far.
   *
   * @return in the order they came
   */
  public List<ReceivedRequest> requests() {
    return server.requests();
  }

  /**
   * Waits until keys were asked for so often.
   *
   * @param count how often, since the start
   * @param timeout how long to wait
   * @throws AssertionError if they were not
   */
  public void awaitFetches(int count, Duration timeout) {
    server.awaitRequests(count, timeout);
  }

  @Override
  public void inject(Fault fault) {
    server.inject(fault);
  }

  @Override
  public void heal() {
    server.heal();
  }

  @Override
  public void close() {
    server.close();
  }

  private @Nullable String document(String path) {
    return switch (path) {
      case JWKS_PATH -> jwks();
      case CERTIFICATES_PATH -> certificates();
      default -> null;
    };
  }
}
