package dev.infraevents.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.Metadata;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How long a server asks to be left alone. */
final class RetryHint {

  private static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private RetryHint() {}

  /** The longer one of both ways to say it, or null if the trailers say neither. */
  static @Nullable Duration of(@Nullable Metadata trailers) {
    if (trailers == null) {
      return null;
    }
    Duration pushback = pushback(trailers.get(PUSHBACK));
    Duration info = info(trailers.get(DETAILS));
    if (pushback == null || info == null) {
      return pushback == null ? info : pushback;
    }
    return pushback.compareTo(info) < 0 ? info : pushback;
  }

  // A negative number forbids gRPC's own, immediate retries, which we do not make.
  private static @Nullable Duration pushback(@Nullable String millis) {
    return millis != null && millis.matches("[0-9]{1,12}")
        ? Duration.ofMillis(Long.parseLong(millis))
        : null;
  }

  private static @Nullable Duration info(byte @Nullable [] details) {
    if (details == null) {
      return null;
    }
    try {
      for (Any detail : Status.parseFrom(details).getDetailsList()) {
        if (detail.is(RetryInfo.class)) {
          var delay = detail.unpack(RetryInfo.class).getRetryDelay();
          Duration wait = Duration.ofSeconds(delay.getSeconds(), delay.getNanos());
          return wait.isNegative() ? null : wait;
        }
      }
    } catch (InvalidProtocolBufferException | ArithmeticException e) {
      return null; // it is only a hint
    }
    return null;
  }
}
