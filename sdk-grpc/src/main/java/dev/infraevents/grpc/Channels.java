package dev.infraevents.grpc;

import dev.infraevents.ConnectionOptions;
import dev.infraevents.TlsOptions;
import io.grpc.HttpConnectProxiedSocketAddress;
import io.grpc.Metadata;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Makes channels as the settings want them. Thread-safe. */
final class Channels {

  /** gRPC raises a shorter interval to this. */
  private static final Duration SHORTEST_PING_INTERVAL = Duration.ofSeconds(10);

  private static final String USER_AGENT = "infra-events-sdk-java/" + version();

  /** What grpc-okhttp uses on Android; elsewhere it stops at TLS 1.2. */
  private static final String[] TLS_VERSIONS = {"TLSv1.3", "TLSv1.2"};

  /** Those of TLS 1.3, and of TLS 1.2 those that HTTP/2 does not forbid. */
  private static final String[] CIPHER_SUITES = {
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
  };

  private final EngFlowSettings settings;
  private final int flowControlWindow;
  private final Metadata extraHeaders;

  /**
   * Makes none yet.
   *
   * @param flowControlWindow how many bytes of one call may be on their way unread
   * @throws dev.infraevents.ConfigurationException if an extra header can not be sent
   */
  Channels(EngFlowSettings settings, int flowControlWindow) {
    this.settings = settings;
    this.flowControlWindow = flowControlWindow;
    this.extraHeaders =
        RpcHeaders.metadata(
            settings.connection().headers().entrySet().stream()
                .collect(
                    Collectors.toMap(Map.Entry::getKey, header -> List.of(header.getValue()))));
  }

  /** How often a channel really pings, if nobody asked for less. */
  Duration pingInterval() {
    Duration interval = settings.connection().pingInterval();
    return interval.compareTo(SHORTEST_PING_INTERVAL) < 0 ? SHORTEST_PING_INTERVAL : interval;
  }

  /**
   * Makes a channel, which connects with its first call.
   *
   * @param onBytes called whenever something comes in, on the thread that reads
   * @param pingInterval how often to ping
   */
  RpcChannel open(Runnable onBytes, Duration pingInterval) {
    var resources = new ChannelResources(settings.endpoint().host(), onBytes);
    try {
      return new RpcChannel(builder(resources, pingInterval).build(), resources);
    } catch (RuntimeException | Error e) { // such as the user's own customizer throws
      resources.release();
      throw e;
    }
  }

  private OkHttpChannelBuilder builder(ChannelResources resources, Duration pingInterval) {
    Endpoint endpoint = settings.endpoint();
    ConnectionOptions connection = settings.connection();
    OkHttpChannelBuilder builder = OkHttpChannelBuilder.forTarget(endpoint.target());
    builder.overrideAuthority(endpoint.authority()).userAgent(USER_AGENT);
    settings.customizer().accept(builder);
    builder
        .intercept(MetadataUtils.newAttachHeadersInterceptor(extraHeaders))
        .directExecutor()
        .offloadExecutor(resources.threads())
        .transportExecutor(resources.threads())
        .scheduledExecutorService(resources.timers())
        .socketFactory(resources.sockets())
        .keepAliveTime(pingInterval.toMillis(), TimeUnit.MILLISECONDS)
        .keepAliveTimeout(connection.pongTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .keepAliveWithoutCalls(false)
        .maxInboundMessageSize(settings.maxMessageSize())
        .flowControlWindow(flowControlWindow)
        .idleTimeout(Long.MAX_VALUE, TimeUnit.DAYS)
        .disableRetry()
        .disableServiceConfigLookUp();
    secure(builder, resources.watch());
    InetSocketAddress proxy = connection.proxy();
    if (proxy != null) {
      builder.proxyDetector(target -> through(proxy, target));
    }
    return builder;
  }

  private void secure(OkHttpChannelBuilder builder, ConnectionWatch watch) {
    builder.hostnameVerifier(null); // gRPC's own, which always verifies
    if (settings.endpoint().secure()) {
      TlsOptions tls = settings.connection().tls();
      builder
          .sslSocketFactory(WatchedTls.of(tls == null ? null : tls.sslContext(), watch))
          .tlsConnectionSpec(TLS_VERSIONS, CIPHER_SUITES);
    } else {
      builder.usePlaintext();
    }
  }

  private static HttpConnectProxiedSocketAddress through(
      InetSocketAddress proxy, SocketAddress target) {
    return HttpConnectProxiedSocketAddress.newBuilder()
        .setProxyAddress(proxy)
        .setTargetAddress((InetSocketAddress) target)
        .build();
  }

  private static String version() {
    String version = Channels.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }
}
