package dev.infraevents.testkit.engflow;

import com.google.protobuf.Duration;
import dev.infraevents.grpc.proto.notification.PullNotificationRequest;
import io.grpc.Status;
import java.util.regex.Pattern;

/** Which requests of a Pull call the server takes. */
final class PullRules {

  private static final int LONGEST_CLIENT = 128;
  private static final String SEGMENT = "(?:[a-z][a-z0-9]*|[a-z](?:[a-z0-9]*-)*[a-z0-9]+)/";
  private static final String UUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
  private static final Pattern CLIENT = Pattern.compile("(?:" + SEGMENT + ")*" + UUID);

  private static final long SHORTEST_DEADLINE = 30;
  private static final long LONGEST_DEADLINE = 300;

  private PullRules() {}

  /** Checks the request that opens a reader, but for the existence of its queue. */
  static Status first(PullNotificationRequest request, boolean clientRequired) {
    if (request.getQueue().getName().isEmpty()) {
      return invalid("the first request has to name a queue");
    }
    if (request.getAcknowledgementTokensCount() > 0) {
      return invalid("the first request must not acknowledge anything");
    }
    if (clientRequired && !request.hasClient()) {
      return invalid("the first request has to name the client");
    }
    if (request.hasClient() && !isClient(request.getClient())) {
      return invalid("not a client: names and a UUID, separated by slashes, are expected");
    }
    var options = request.getNotificationDeliveryOptions();
    if (options.hasAcknowledgementDeadline() && !isDeadline(options.getAcknowledgementDeadline())) {
      return invalid("the acknowledgement deadline has to be 30 s to 300 s");
    }
    return Status.OK;
  }

  /** Checks a request that comes after the first: it may repeat, but not contradict. */
  static Status later(PullNotificationRequest request, PullNotificationRequest first) {
    if (request.hasQueue() && !request.getQueue().equals(first.getQueue())) {
      return invalid("the queue differs from that of the first request");
    }
    if (request.hasClient()
        && !(first.hasClient() && request.getClient().equals(first.getClient()))) {
      return invalid("the client differs from that of the first request");
    }
    if (request.hasNotificationDeliveryOptions()
        && !(first.hasNotificationDeliveryOptions()
            && request
                .getNotificationDeliveryOptions()
                .equals(first.getNotificationDeliveryOptions()))) {
      return invalid("the delivery options differ from those of the first request");
    }
    return Status.OK;
  }

  private static boolean isClient(String client) {
    return client.length() <= LONGEST_CLIENT && CLIENT.matcher(client).matches();
  }

  private static boolean isDeadline(Duration deadline) {
    long seconds = deadline.getSeconds();
    int nanos = deadline.getNanos();
    return nanos >= 0
        && seconds >= SHORTEST_DEADLINE
        && (seconds < LONGEST_DEADLINE || (seconds == LONGEST_DEADLINE && nanos == 0));
  }

  private static Status invalid(String why) {
    return Status.INVALID_ARGUMENT.withDescription(why);
  }
}
