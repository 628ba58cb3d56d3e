package dev.infraevents.testkit.pubsub;

import com.google.pubsub.v1.StreamingPullRequest;
import io.grpc.Status;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What the server takes of a subscriber. */
final class StreamRules {

  static final int SHORTEST_DEADLINE = 10;
  static final int LONGEST_DEADLINE = 600;

  private static final int LARGEST_REQUEST = 512 << 10;

  private StreamRules() {}

  /** Checks the request that opens a stream, but for the existence of its subscription. */
  static Status first(StreamingPullRequest request) {
    if (request.getSubscription().isEmpty()) {
      return invalid("the first request has to name a subscription");
    }
    if (!isDeadline(request.getStreamAckDeadlineSeconds())) {
      return invalid("the stream's deadline has to be 10 s to 600 s");
    }
    return Status.OK;
  }

  /** Checks a request that comes after the first. */
  static Status later(StreamingPullRequest request) {
    if (!request.getSubscription().isEmpty()) {
      return onlyFirst("the subscription");
    } else if (!request.getClientId().isEmpty()) {
      return onlyFirst("the client id");
    } else if (request.getMaxOutstandingMessages() != 0 || request.getMaxOutstandingBytes() != 0) {
      return onlyFirst("limits of what is outstanding");
    } else if (request.getProtocolVersion() != 0) {
      return onlyFirst("the version of the protocol");
    }
    int seconds = request.getStreamAckDeadlineSeconds();
    if (seconds != 0 && !isDeadline(seconds)) {
      return invalid("the stream's deadline has to be 10 s to 600 s");
    }
    return Status.OK;
  }

  /** Checks what any request of a stream may say about deliveries. */
  static Status settling(StreamingPullRequest request, Predicate<String> known) {
    if (request.getModifyDeadlineSecondsCount() != request.getModifyDeadlineAckIdsCount()) {
      return invalid("there have to be as many deadlines as ack ids to modify");
    }
    for (int seconds : request.getModifyDeadlineSecondsList()) {
      Status verdict = deadline(seconds);
      if (!verdict.isOk()) {
        return verdict;
      }
    }
    Status acks = ackIds(request.getAckIdsList(), known);
    return acks.isOk() ? ackIds(request.getModifyDeadlineAckIdsList(), known) : acks;
  }

  /** Checks a call that settles deliveries; the deadline is none for acknowledgements. */
  static Status settling(
      int bytes, List<String> ackIds, @Nullable Integer seconds, Predicate<String> known) {
    if (bytes > LARGEST_REQUEST) {
      return invalid("the request has more than " + LARGEST_REQUEST + " bytes");
    }
    if (ackIds.isEmpty()) {
      return invalid("there are no ack ids");
    }
    Status verdict = seconds == null ? Status.OK : deadline(seconds);
    return verdict.isOk() ? ackIds(ackIds, known) : verdict;
  }

  private static Status deadline(int seconds) {
    return seconds < 0 || seconds > LONGEST_DEADLINE
        ? invalid("a deadline has to be 0 s to 600 s")
        : Status.OK;
  }

  private static Status ackIds(List<String> ackIds, Predicate<String> known) {
    return ackIds.stream().allMatch(known)
        ? Status.OK
        : invalid("an ack id is not one of this subscription");
  }

  static boolean isDeadline(int seconds) {
    return seconds >= SHORTEST_DEADLINE && seconds <= LONGEST_DEADLINE;
  }

  private static Status onlyFirst(String what) {
    return invalid(what + " can be set in the first request only");
  }

  private static Status invalid(String why) {
    return Status.INVALID_ARGUMENT.withDescription(why);
  }
}
