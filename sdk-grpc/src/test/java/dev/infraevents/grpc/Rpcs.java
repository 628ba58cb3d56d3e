package dev.infraevents.grpc;

import static org.awaitility.Awaitility.await;

import dev.infraevents.TlsOptions;
import dev.infraevents.Token;
import dev.infraevents.grpc.proto.eventstore.EventStoreGrpc;
import dev.infraevents.grpc.proto.eventstore.GetInvocationRequest;
import dev.infraevents.grpc.proto.eventstore.StreamedBuildEvent;
import dev.infraevents.spi.SharedTimers;
import dev.infraevents.testkit.internal.tls.SelfSignedCertificate;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** What the tests of the connection layer share. */
final class Rpcs {

  static final int WINDOW = 1 << 20;

  private Rpcs() {}

  /** A builder of nothing but settings. */
  static final class Settings extends EngFlowBuilder<Settings> {
    @Override
    Settings self() {
      return this;
    }
  }

  static Settings settings(String endpoint) {
    return new Settings().endpoint(endpoint);
  }

  static RpcChannel channel(EngFlowSettings settings) {
    return channel(settings, () -> {});
  }

  static RpcChannel channel(EngFlowSettings settings, Runnable onBytes) {
    Channels channels = new Channels(settings, WINDOW);
    return channels.open(onBytes, channels.pingInterval());
  }

  /** Reads the first event of an invocation. */
  static StreamedBuildEvent call(RpcChannel channel) {
    Iterator<StreamedBuildEvent> events =
        EventStoreGrpc.newBlockingStub(channel.channel())
            .getInvocation(GetInvocationRequest.getDefaultInstance());
    return events.next();
  }

  /** How a call fails. */
  static RpcFailure failure(RpcChannel channel, boolean worked) {
    try {
      call(channel);
    } catch (StatusRuntimeException e) {
      return failure(e.getStatus(), channel.watch(), null, worked);
    }
    throw new AssertionError("the call did not fail");
  }

  static RpcFailure failure(
      Status status, ConnectionWatch watch, @Nullable Token token, boolean worked) {
    return new RpcFailure("GetInvocation", status, null, watch, token, worked, false);
  }

  /** Answers with one event, whose continuation token is given, and leaves the call open. */
  static EventStoreGrpc.EventStoreImplBase answering(String token) {
    return new EventStoreGrpc.EventStoreImplBase() {
      @Override
      public void getInvocation(
          GetInvocationRequest request, StreamObserver<StreamedBuildEvent> answer) {
        answer.onNext(StreamedBuildEvent.newBuilder().setContinuationToken(token).build());
      }
    };
  }

  /** Waits until nobody has a share of the timers any more. */
  static void awaitNoTimersInUse() {
    await()
        .until(
            () -> {
              ScheduledExecutorService timers = SharedTimers.acquire();
              SharedTimers.release();
              return timers.isShutdown();
            });
  }

  /** TLS with a key of its own, and trust in somebody's certificate. */
  static TlsOptions party(Path dir, SelfSignedCertificate own, SelfSignedCertificate trusted) {
    try {
      Path certificate = Files.writeString(Files.createTempFile(dir, "own", ".pem"), own.pem());
      Path key = Files.writeString(Files.createTempFile(dir, "key", ".pem"), own.keyPem());
      Path trust = Files.writeString(Files.createTempFile(dir, "ca", ".pem"), trusted.pem());
      return TlsOptions.builder()
          .trustedCertificates(trust)
          .clientCertificate(certificate, key)
          .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** TLS with trust in somebody's certificate. */
  static TlsOptions trusting(Path dir, SelfSignedCertificate trusted) {
    try {
      Path trust = Files.writeString(Files.createTempFile(dir, "ca", ".pem"), trusted.pem());
      return TlsOptions.builder().trustedCertificates(trust).build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
