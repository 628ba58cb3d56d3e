package dev.infraevents.websocket.garm;

import dev.infraevents.Bytes;
import dev.infraevents.ProtocolException;
import dev.infraevents.RequestException;
import dev.infraevents.SourceException;
import dev.infraevents.Token;
import dev.infraevents.TransportException;
import dev.infraevents.websocket.garm.GarmText.Page;
import dev.infraevents.websocket.internal.BaseUrl;
import dev.infraevents.websocket.internal.HttpClients;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/**
 * Calls of GARM's REST API. They block; an interrupt cancels the call, is kept, and shows as a
 * {@link TransportException}. Paths are relative to {@code /api/v1}, encoded, without a leading
 * slash, and may have a query. Thread-safe.
 *
 * <p>Every method throws an {@link dev.infraevents.AuthenticationException} for 401, a {@link
 * RequestException} for any other error answer, a {@link TransportException} or {@link
 * dev.infraevents.ConfigurationException} where there is no answer, and a {@link ProtocolException}
 * for an answer that is not GARM's.
 */
final class GarmApi {

  private static final MediaType JSON_TYPE = MediaType.get("application/json");

  // Lists are unpaged and have no bound on the server; this is far above any real one.
  private static final long MAX_BODY = 64L * 1024 * 1024;

  private final BaseUrl base;
  private final HttpClients clients;
  private final long maxBody;
  private volatile boolean worked;

  /** What is left of an answer: the body of a good one, or else why it is not. */
  private record Outcome(@Nullable String body, @Nullable GarmAnswer refusal) {}

  GarmApi(BaseUrl base, HttpClients clients) {
    this(base, clients, MAX_BODY);
  }

  GarmApi(BaseUrl base, HttpClients clients, long maxBody) {
    this.base = base;
    this.clients = clients;
    this.maxBody = maxBody;
  }

  /**
   * Reads a list.
   *
   * @return the exact text of each element; empty if the server says null
   */
  List<Bytes> list(String path, Token token) {
    return parse(path, token, GarmText::elements, "a list");
  }

  /**
   * Reads a list that comes in pages, each when the elements before it are used up. What is created
   * meanwhile may push an element to the next page, so that it comes twice; what is deleted may
   * pull one back, so that it does not come at all. A page that is big enough for all has neither.
   *
   * @param path may ask for a {@code pageSize}, and must not ask for a {@code page}
   * @return the exact text of each element
   */
  Stream<Bytes> listPaged(String path, Token token) {
    return GarmPages.stream(path, page -> page(page, token));
  }

  /** Reads one page of such a list. */
  Page page(String path, Token token) {
    return parse(path, token, GarmText::page, "a page of a list");
  }

  /**
   * Reads one entity.
   *
   * @return its exact text, which starts as a JSON object; not looked at any further
   */
  Bytes get(String path, Token token) {
    return object(path, read(path, token));
  }

  /**
   * Sends an object.
   *
   * @param token or null for a call that needs none
   * @param secret what is in the body and must not be quoted back, or empty
   * @return the entity that the server answers with
   */
  Bytes send(String method, String path, byte[] json, @Nullable Token token, String secret) {
    Request.Builder request =
        request(path, token).method(method, RequestBody.create(json, JSON_TYPE));
    Collection<String> secrets = clients.secrets(secret);
    if (token != null) {
      secrets.add(token.value());
    }
    return object(path, exchange(path, request.build(), token, secrets));
  }

  /** Whether this server is too old for what was asked of it. */
  static boolean isMissingRoute(SourceException error) {
    return isNotFound(error, "Not found");
  }

  /** Whether the server knows no such entity. */
  static boolean isMissingEntity(SourceException error) {
    return isNotFound(error, "Not Found");
  }

  // The router and the handlers differ in one letter. A proxy's 404 has neither word.
  private static boolean isNotFound(SourceException error, String word) {
    return error instanceof RequestException refusal
        && refusal.status() == 404
        && refusal.error().equals(word);
  }

  private <T> T parse(String path, Token token, Parser<T> parser, String expected) {
    String body = read(path, token);
    try {
      T parsed = parser.parse(body);
      worked = true;
      return parsed;
    } catch (IOException e) {
      throw notGarm(path, expected);
    }
  }

  private String read(String path, Token token) {
    return exchange(path, request(path, token).build(), token, clients.secrets(token.value()));
  }

  private Request.Builder request(String path, @Nullable Token token) {
    int query = path.indexOf('?');
    HttpUrl.Builder url =
        base.resolve("api/v1")
            .newBuilder()
            .addEncodedPathSegments(query < 0 ? path : path.substring(0, query));
    if (query >= 0) {
      url.encodedQuery(path.substring(query + 1));
    }
    Request.Builder request = clients.request(url.build());
    return token == null ? request : request.header("Authorization", "Bearer " + token.value());
  }

  private String exchange(
      String path, Request request, @Nullable Token token, Collection<String> secrets) {
    Outcome outcome;
    try {
      outcome =
          GarmCall.answer(
              clients.forTransfers().newCall(request), response -> outcome(response, secrets));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TransportException("interrupted while " + base + " was asked for " + path, e);
    } catch (TooBigException e) {
      throw new ProtocolException(
          "%s answered %s %s with more than %d MiB: ask for less, such as the entities of one owner"
              .formatted(base, request.method(), path, maxBody / 1024 / 1024),
          null,
          false);
    } catch (IOException e) {
      throw GarmRefusal.unreachable(base, e, worked);
    }
    if (outcome.refusal() != null) {
      throw GarmRefusal.ofRequest(
          base, request.method() + " " + path, token, outcome.refusal(), worked);
    }
    return outcome.body() == null ? "" : outcome.body();
  }

  private Outcome outcome(Response response, Collection<String> secrets) throws IOException {
    if (!response.isSuccessful()) {
      return new Outcome(null, GarmAnswer.of(response, secrets));
    }
    BufferedSource source = response.body().source();
    if (source.request(maxBody + 1)) {
      throw new TooBigException();
    }
    return new Outcome(source.readUtf8().strip(), null);
  }

  private Bytes object(String path, String body) {
    if (!body.startsWith("{")) {
      throw notGarm(path, "an object");
    }
    worked = true;
    return Bytes.ofUtf8(body);
  }

  // The body may quote a secret, so neither it nor Jackson's message is shown.
  private ProtocolException notGarm(String path, String expected) {
    return new ProtocolException(
        "%s answered %s with something else than %s; is this GARM, or a page of a proxy in front of it?"
            .formatted(base, path, expected),
        null,
        worked);
  }

  @FunctionalInterface
  private interface Parser<T> {
    T parse(String text) throws IOException;
  }

  private static final class TooBigException extends IOException {
    private static final long serialVersionUID = 1L;
  }
}
