package dev.infraevents.testkit.pubsub;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which of the next ack ids fail without a reason of their own, and how failures are told. */
final class AckIdFailures {

  static final String INVALID = "PERMANENT_FAILURE_INVALID_ACK_ID";
  static final String UNORDERED = "TRANSIENT_FAILURE_UNORDERED_ACK_ID";

  private static final String TRANSIENT = "TRANSIENT_";

  // Guarded by this.
  private int left;
  private @Nullable String reason;

  synchronized void failNext(int ids, @Nullable String why) {
    left = ids;
    reason = why;
  }

  /** Why the next id fails; null if it does not. */
  synchronized @Nullable String next() {
    if (left == 0) {
      return null;
    }
    left--;
    return reason;
  }

  static boolean isTransient(String reason) {
    return reason.startsWith(TRANSIENT);
  }

  /** What a call is answered with of which some ids have failed: the others have not. */
  static StatusRuntimeException error(Map<String, String> failures) {
    boolean passing = failures.values().stream().allMatch(AckIdFailures::isTransient);
    var info =
        ErrorInfo.newBuilder()
            .setReason("EXACTLY_ONCE_ACKID_FAILURE")
            .setDomain("pubsub.googleapis.com")
            .putAllMetadata(failures);
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode((passing ? Code.FAILED_PRECONDITION : Code.INVALID_ARGUMENT).getNumber())
            .setMessage("some ack ids of the request have failed")
            .addDetails(Any.pack(info.build()))
            .build());
  }
}
