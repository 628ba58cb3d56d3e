package dev.infraevents.testkit.internal.grpc;

import dev.infraevents.testkit.internal.Changes;
import dev.infraevents.testkit.internal.DaemonThreads;
import dev.infraevents.testkit.internal.tcp.LoopbackPort;
import dev.infraevents.testkit.internal.tcp.Relay;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.okhttp.OkHttpServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The gRPC server, the relay in front of it, and the threads of both. A restart is a new server
 * behind the same port.
 */
public final class GrpcHost {

  /**
   * How a server is set up.
   *
   * @param threads what the names of its threads begin with
   * @param tls whether what passes is encrypted
   * @param strictKeepAlive whether clients that ping often are disconnected
   * @param serverBuilder makes servers of another implementation than OkHttp's
   */
  public record Settings(
      String threads,
      boolean tls,
      boolean strictKeepAlive,
      @Nullable Function<ServerCredentials, ServerBuilder<?>> serverBuilder) {}

  private static final Duration GRACE = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int MAX_MESSAGE_BYTES = 20 << 20;
  private static final long STRICT_PING_MINUTES = 5;
  private static final Status SHUTDOWN =
      Status.UNAVAILABLE.withDescription("the server is shutting down");

  private final Settings settings;
  private final Changes changes;
  private final DaemonThreads threads;
  private final DaemonThreads poolThreads;
  private final ExecutorService pool;
  private final ScheduledThreadPoolExecutor timer;
  private final Relay relay;

  // All below guarded by this.
  private List<GrpcService> services = List.of();
  private @Nullable ServerInterceptor gate;
  private @Nullable ServerCredentials credentials;
  private @Nullable Server server; // none during an outage
  private boolean closed;

  /** Does not listen yet. */
  public GrpcHost(Settings settings, Changes changes) {
    this.settings = settings;
    this.threads = new DaemonThreads(settings.threads);
    this.poolThreads = new DaemonThreads(settings.threads);
    this.changes = changes;
    this.pool = Executors.newCachedThreadPool(poolThreads.factory("call"));
    this.timer = new ScheduledThreadPoolExecutor(1, poolThreads);
    timer.setRemoveOnCancelPolicy(true);
    this.relay = new Relay(threads, settings.tls, changes);
  }

  /** In real time. */
  public ScheduledExecutorService timer() {
    return timer;
  }

  public Relay relay() {
    return relay;
  }

  public synchronized void open(
      List<? extends GrpcService> offered,
      ServerInterceptor interceptor,
      ServerCredentials identity) {
    services = List.copyOf(offered);
    gate = interceptor;
    credentials = identity;
    startServer();
  }

  private void startServer() {
    if (gate == null || credentials == null) {
      throw new IllegalStateException("not opened yet");
    }
    ServerBuilder<?> builder =
        settings.serverBuilder == null
            ? OkHttpServerBuilder.forPort(LoopbackPort.address(0), credentials)
                .transportExecutor(pool)
                .scheduledExecutorService(timer)
            : settings.serverBuilder.apply(credentials);
    services.forEach(builder::addService);
    builder.intercept(gate).executor(pool).maxInboundMessageSize(MAX_MESSAGE_BYTES);
    if (settings.strictKeepAlive) {
      builder.permitKeepAliveTime(STRICT_PING_MINUTES, TimeUnit.MINUTES);
    } else {
      builder.permitKeepAliveTime(0, TimeUnit.NANOSECONDS).permitKeepAliveWithoutCalls(true);
    }
    try {
      Server started = builder.build().start();
      server = started;
      relay.relayTo(started.getPort());
      relay.port().listen();
    } catch (IOException e) {
      throw new UncheckedIOException("can not start the server", e);
    }
  }

  public synchronized void restart(boolean staysDown) {
    requireOpen();
    shutDown();
    if (staysDown) {
      relay.port().hold();
    } else {
      startServer();
    }
  }

  public synchronized void heal() {
    requireOpen();
    relay.port().refuse(0);
    relay.wires().drip(0, Duration.ZERO);
    relay.wires().thaw();
    if (server == null) {
      startServer();
    }
  }

  public synchronized void close() {
    if (!closed) {
      closed = true;
      shutDown();
      relay.port().release();
      threads.join(); // to the last they may use the pools
      pool.shutdownNow();
      timer.shutdownNow();
      poolThreads.join();
    }
  }

  /** GOAWAY to all clients, UNAVAILABLE to all calls; no connection is left when it returns. */
  private void shutDown() {
    relay.port().stopListening();
    relay.wires().dropFrozen();
    if (server != null) {
      server.shutdown();
      services.forEach(service -> service.end(SHUTDOWN));
      if (!ends(server, GRACE) && !ends(server.shutdownNow(), PATIENCE)) {
        throw new IllegalStateException("the server does not end");
      }
      server = null;
    }
    changes.holds(() -> relay.wires().all().isEmpty(), GRACE);
    relay.wires().drop();
  }

  private static boolean ends(Server server, Duration patience) {
    try {
      return server.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the fake is closed");
    }
  }
}
