package dev.infraevents.testkit.pubsub;

import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PubsubMessage;
import io.grpc.Status;
import java.util.Map;

/** What the server takes of a publisher. */
final class PublishRules {

  private static final int MOST_MESSAGES = 1000;
  private static final int MOST_BYTES = 10_000_000; // of data and attributes
  private static final int MOST_ATTRIBUTES = 100;
  private static final int LONGEST_KEY = 256;
  private static final int LONGEST_VALUE = 1024;
  private static final int LONGEST_ORDERING_KEY = 1024;
  private static final String RESERVED = "goog";

  private PublishRules() {}

  static Status check(PublishRequest request) {
    int count = request.getMessagesCount();
    if (count == 0 || count > MOST_MESSAGES) {
      return invalid("a request has 1 to " + MOST_MESSAGES + " messages, not " + count);
    }
    long bytes = 0;
    for (PubsubMessage message : request.getMessagesList()) {
      Status verdict = check(message);
      if (!verdict.isOk()) {
        return verdict;
      }
      bytes += size(message);
    }
    return bytes > MOST_BYTES ? invalid("the messages have more than 10 MB") : Status.OK;
  }

  private static Status check(PubsubMessage message) {
    if (message.getData().isEmpty() && message.getAttributesCount() == 0) {
      return invalid("a message has data or an attribute");
    } else if (message.getAttributesCount() > MOST_ATTRIBUTES) {
      return invalid("a message has at most " + MOST_ATTRIBUTES + " attributes");
    } else if (bytes(message.getOrderingKey()) > LONGEST_ORDERING_KEY) {
      return invalid("an ordering key has at most " + LONGEST_ORDERING_KEY + " bytes");
    }
    for (Map.Entry<String, String> attribute : message.getAttributesMap().entrySet()) {
      String key = attribute.getKey();
      if (key.isEmpty() || key.startsWith(RESERVED) || bytes(key) > LONGEST_KEY) {
        return invalid("a key has 1 to 256 bytes and does not begin with " + RESERVED);
      } else if (bytes(attribute.getValue()) > LONGEST_VALUE) {
        return invalid("the value of an attribute has at most " + LONGEST_VALUE + " bytes");
      }
    }
    return Status.OK;
  }

  private static long size(PubsubMessage message) {
    long size = message.getData().size();
    for (Map.Entry<String, String> attribute : message.getAttributesMap().entrySet()) {
      size += bytes(attribute.getKey()) + bytes(attribute.getValue());
    }
    return size;
  }

  private static int bytes(String text) {
    return ByteString.copyFromUtf8(text).size();
  }

  private static Status invalid(String why) {
    return Status.INVALID_ARGUMENT.withDescription(why);
  }
}
