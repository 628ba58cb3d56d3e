package dev.infraevents.samples.engflow.demo;

import io.grpc.BindableService;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.okhttp.OkHttpServerBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A plaintext gRPC server with threads of its own, which are gone when it is closed. */
final class ForwardingServer {

  /** In Base64, the biggest event that a consumer takes by default (20 MiB) is 27 MiB. */
  private static final int MAX_MESSAGE = 32 << 20;

  /** Who forwards may ping this often, also while nothing is under way. */
  private static final Duration SHORTEST_PING_INTERVAL = Duration.ofSeconds(10);

  private static final Duration GRACE = Duration.ofSeconds(2);

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
  private final Server server;

  ForwardingServer(int port, BindableService service) throws IOException {
    this.server =
        OkHttpServerBuilder.forPort(port, InsecureServerCredentials.create())
            .addService(service)
            .executor(threads)
            .transportExecutor(threads)
            .scheduledExecutorService(timers)
            .maxInboundMessageSize(MAX_MESSAGE)
            .permitKeepAliveTime(SHORTEST_PING_INTERVAL.toSeconds(), TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .build();
    try {
      server.start();
    } catch (IOException e) {
      endThreads();
      throw new IOException("can not listen on port " + port + ": " + e.getMessage(), e);
    }
  }

  int port() {
    return server.getPort();
  }

  /** Lets calls that are under way finish, for a short while. */
  void close() {
    server.shutdown();
    try {
      if (!server.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    endThreads();
  }

  private void endThreads() {
    threads.shutdown();
    timers.shutdown();
  }
}
