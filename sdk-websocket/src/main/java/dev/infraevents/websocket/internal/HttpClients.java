package dev.infraevents.websocket.internal;

import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.TlsOptions;
import dev.infraevents.spi.ActivitySocketFactory;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.SocketFactory;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * OkHttp clients as the connection options want them. Threads and pooled connections are this
 * object's own, also when the settings come from a client of the user's: closing it leaves nothing
 * behind, and nothing of the user's is touched.
 */
public final class HttpClients implements AutoCloseable {

  /** A peer that does not answer a close frame is left after this. */
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

  /** OkHttp counts milliseconds in 31 bits. */
  private static final Duration LONGEST = Duration.ofMillis(Integer.MAX_VALUE);

  private final ConnectionOptions options;
  private final OkHttpClient client;
  private final ExecutorService threads;

  /**
   * Makes clients.
   *
   * @param name part of the threads' names
   * @param options deadlines, TLS, proxy, headers
   * @param template further settings of the user's, or null
   */
  public HttpClients(String name, ConnectionOptions options, @Nullable OkHttpClient template) {
    this.options = options;
    ConnectionPool pool = new ConnectionPool();
    this.threads = threads(name, pool);
    Dispatcher dispatcher = new Dispatcher(threads);
    // A websocket occupies its call for as long as it lives; a full dispatcher would wait in
    // silence.
    dispatcher.setMaxRequests(Integer.MAX_VALUE);
    OkHttpClient.Builder builder = (template == null ? new OkHttpClient() : template).newBuilder();
    builder
        .dispatcher(dispatcher)
        .connectionPool(pool)
        .protocols(List.of(Protocol.HTTP_1_1))
        .followRedirects(false)
        .connectTimeout(options.connectTimeout())
        .callTimeout(Duration.ZERO)
        .readTimeout(options.connectTimeout())
        .writeTimeout(options.connectTimeout())
        .pingInterval(pingInterval(options))
        .webSocketCloseTimeout(CLOSE_TIMEOUT);
    TlsOptions tls = options.tls();
    if (tls != null) {
      builder.sslSocketFactory(tls.sslContext().getSocketFactory(), tls.trustManager());
    }
    InetSocketAddress proxy = options.proxy();
    if (proxy != null) {
      builder.proxy(new Proxy(Proxy.Type.HTTP, proxy));
    }
    this.client = builder.build();
  }

  /**
   * Checks a client of the user's.
   *
   * @param template the client
   * @throws ConfigurationException if it brings sockets of its own, whose bytes can not be seen, or
   *     its own idea of which certificate belongs to a host
   */
  public static void check(OkHttpClient template) {
    if (template.socketFactory() != SocketFactory.getDefault()) {
      throw new ConfigurationException(
          "an OkHttpClient with a SocketFactory of its own can not be used: a quiet connection could"
              + " not be told from a dead one",
          null);
    }
    if (template.hostnameVerifier() != new OkHttpClient().hostnameVerifier()) {
      throw new ConfigurationException(
          "an OkHttpClient with a HostnameVerifier of its own can not be used: the server's"
              + " certificate is always verified",
          null);
    }
  }

  /**
   * A client for requests and answers.
   *
   * @return each call of which is bounded by the connect timeout
   */
  public OkHttpClient forCalls() {
    return client.newBuilder().callTimeout(options.connectTimeout()).build();
  }

  /**
   * A client for answers that may be long.
   *
   * @return each call of which is bounded by ten times the connect timeout, and each wait in it by
   *     one
   */
  public OkHttpClient forTransfers() {
    return client.newBuilder().callTimeout(options.connectTimeout().multipliedBy(10)).build();
  }

  /**
   * A client for one websocket.
   *
   * @param onBytes told whenever something comes in
   * @return a client that pings
   */
  public OkHttpClient forWebSocket(Runnable onBytes) {
    return client
        .newBuilder()
        .socketFactory(new ActivitySocketFactory(onBytes))
        // Silence is watched by the core, the handshake included, and ends a blocked write too.
        // Limits of OkHttp's own would wake its watchdog thread at every read and after every ping.
        .readTimeout(Duration.ZERO)
        .writeTimeout(Duration.ZERO)
        .build();
  }

  // OkHttp gives a connection up when a ping is not answered before the next one, even while a long
  // message is on its way. The watchdog decides by silence; OkHttp must not be quicker.
  private static Duration pingInterval(ConnectionOptions options) {
    Duration interval = options.pingInterval();
    Duration longer =
        interval.compareTo(options.pongTimeout()) < 0 ? options.pongTimeout() : interval;
    return longer.compareTo(LONGEST) < 0 ? longer : LONGEST;
  }

  /**
   * Starts a request with the extra headers of the options.
   *
   * @param url where it goes
   * @return a builder
   * @throws ConfigurationException if the way there is through a SOCKS proxy, whose sockets OkHttp
   *     makes itself, so that their bytes can not be seen
   */
  public Request.Builder request(HttpUrl url) {
    Proxy set = client.proxy();
    List<Proxy> route = set != null ? List.of(set) : client.proxySelector().select(url.uri());
    if (route != null && route.stream().anyMatch(proxy -> proxy.type() == Proxy.Type.SOCKS)) {
      throw new ConfigurationException(
          "a SOCKS proxy can not be used: a quiet connection could not be told from a dead one;"
              + " use an HTTP proxy",
          null);
    }
    Request.Builder request = new Request.Builder().url(url);
    for (Map.Entry<String, String> header : options.headers().entrySet()) {
      request.header(header.getKey(), header.getValue());
    }
    return request;
  }

  /**
   * What a peer must not be quoted with: a gateway may send back what it was sent.
   *
   * @param credential the request's own secret
   * @return that and the values of the extra headers
   */
  public List<String> secrets(String credential) {
    List<String> secrets = new ArrayList<>(options.headers().values());
    secrets.add(credential);
    return secrets;
  }

  /** Cancels all calls that are under way, websockets included. */
  public void cancelCalls() {
    client.dispatcher().cancelAll();
  }

  @Override
  public void close() {
    threads.shutdown();
    client.connectionPool().evictAll();
  }

  private static ExecutorService threads(String name, ConnectionPool pool) {
    AtomicInteger count = new AtomicInteger();
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        1,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> {
          Thread thread =
              new Thread(task, "infra-events-" + name + "-reader-" + count.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        }) {
      // A call that was still under way at the close has given its connection back since.
      @Override
      protected void terminated() {
        pool.evictAll();
      }
    };
  }
}
