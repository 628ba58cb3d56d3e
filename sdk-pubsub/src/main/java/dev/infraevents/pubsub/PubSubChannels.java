package dev.infraevents.pubsub;

import com.google.api.gax.core.CredentialsProvider;
import com.google.api.gax.core.FixedCredentialsProvider;
import com.google.api.gax.core.GoogleCredentialsProvider;
import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.GrpcTransportChannel;
import com.google.api.gax.rpc.FixedTransportChannelProvider;
import com.google.api.gax.rpc.TransportChannelProvider;
import dev.infraevents.TlsOptions;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.Grpc;
import io.grpc.HttpConnectProxiedSocketAddress;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.MetadataUtils;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;

/** Channels to a Pub/Sub server, and how Google's clients are told to use them. */
final class PubSubChannels {

  static final String SCOPE = "https://www.googleapis.com/auth/pubsub";

  /** A message has up to 10 MB, its answer up to twice that. */
  private static final int MAX_MESSAGE_BYTES = 20 << 20;

  /** With exactly-once delivery a failed acknowledgement names every message of a request. */
  private static final int MAX_METADATA_BYTES = 4 << 20;

  private static final int KEEP_ALIVE_MINUTES = 5; // Google's own choice

  private final PubSubSettings settings;

  PubSubChannels(PubSubSettings settings) {
    this.settings = settings;
  }

  /** Makes a channel, which connects with its first call. */
  ManagedChannel open(ClientInterceptor... interceptors) {
    ManagedChannelBuilder<?> builder =
        Grpc.newChannelBuilder(settings.endpoint().target(), security())
            .intercept(interceptors)
            .intercept(MetadataUtils.newAttachHeadersInterceptor(headers()))
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .maxInboundMetadataSize(MAX_METADATA_BYTES)
            .keepAliveTime(KEEP_ALIVE_MINUTES, TimeUnit.MINUTES);
    InetSocketAddress proxy = settings.connection().proxy();
    if (proxy != null) {
      builder.proxyDetector(target -> through(proxy, target));
    }
    return builder.build();
  }

  private ChannelCredentials security() {
    if (settings.endpoint().emulator()) {
      return InsecureChannelCredentials.create();
    }
    var credentials = TlsChannelCredentials.newBuilder();
    TlsOptions tls = settings.connection().tls();
    if (tls != null) {
      credentials.trustManager(tls.trustManager());
      KeyManager key = tls.keyManager();
      if (key != null) {
        credentials.keyManager(key);
      }
    }
    return credentials.build();
  }

  private static HttpConnectProxiedSocketAddress through(
      InetSocketAddress proxy, SocketAddress target) {
    return HttpConnectProxiedSocketAddress.newBuilder()
        .setProxyAddress(proxy)
        .setTargetAddress((InetSocketAddress) target)
        .build();
  }

  /** Hands a channel to a client of Google's, which does not close it. */
  static TransportChannelProvider provider(ManagedChannel channel) {
    return FixedTransportChannelProvider.create(GrpcTransportChannel.create(channel));
  }

  CredentialsProvider credentials() {
    if (settings.endpoint().emulator()) {
      return NoCredentialsProvider.create();
    }
    return settings.credentials() != null
        ? FixedCredentialsProvider.create(settings.credentials())
        : GoogleCredentialsProvider.newBuilder().setScopesToApply(List.of(SCOPE)).build();
  }

  // Google's clients add headers only to channels that they have made themselves.
  private Metadata headers() {
    var headers = new Metadata();
    settings
        .connection()
        .headers()
        .forEach(
            (name, value) ->
                headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
    return headers;
  }
}
