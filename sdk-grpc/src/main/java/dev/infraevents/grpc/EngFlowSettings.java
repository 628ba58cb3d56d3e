package dev.infraevents.grpc;

import dev.infraevents.ConnectionOptions;
import dev.infraevents.TlsOptions;
import dev.infraevents.spi.TimeSource;
import io.grpc.ManagedChannelBuilder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What everything that talks to a cluster was told, checked.
 *
 * @param endpoint where it is
 * @param credentials sent with every call
 * @param connection deadlines, liveness, backoff, TLS, proxy, headers
 * @param maxMessageSize of a message that comes in, in bytes
 * @param instanceNames what requests to the event store say
 * @param customizer the user's own settings of a channel
 * @param time null for the system's
 */
record EngFlowSettings(
    Endpoint endpoint,
    EngFlowCredentials credentials,
    ConnectionOptions connection,
    int maxMessageSize,
    InstanceNames instanceNames,
    Consumer<? super ManagedChannelBuilder<?>> customizer,
    @Nullable TimeSource time) {

  /** Whether the cluster is shown a certificate, if it wants one. */
  boolean hasClientCertificate() {
    TlsOptions tls = connection.tls();
    return tls != null && tls.hasClientCertificate();
  }
}
