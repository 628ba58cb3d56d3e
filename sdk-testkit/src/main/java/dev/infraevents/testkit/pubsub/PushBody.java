package dev.infraevents.testkit.pubsub;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.infraevents.testkit.ReceivedRequest.Header;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How Pub/Sub makes a request of a message. */
final class PushBody {

  private static final List<Header> ALWAYS =
      List.of(
          new Header("Accept", "application/json"),
          new Header("From", "noreply@google.com"),
          new Header("User-Agent", "CloudPubSub-Google"),
          new Header("Accept-Encoding", "gzip, deflate, br"));

  private PushBody() {}

  /** The message in a JSON object; an attempt of 0 is not told. */
  static PushRequest wrapped(PushMessage message, String subscription, int attempt, String token) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.set("message", message(message));
    body.put("subscription", subscription);
    if (attempt > 0) {
      body.put("deliveryAttempt", attempt);
    }
    List<Header> headers = headers(token);
    headers.add(new Header("Content-Type", "application/json"));
    return PushRequest.post(headers, body.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static ObjectNode message(PushMessage message) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    if (!message.attributes().isEmpty()) {
      ObjectNode attributes = json.putObject("attributes");
      new TreeMap<>(message.attributes()).forEach(attributes::put);
    }
    if (!message.data().isEmpty()) {
      json.put("data", Base64.getEncoder().encodeToString(message.data().toByteArray()));
    }
    json.put("messageId", message.id()).put("message_id", message.id());
    if (message.orderingKey() != null) {
      json.put("orderingKey", message.orderingKey());
    }
    String published = message.publishTime().toString();
    return json.put("publishTime", published).put("publish_time", published);
  }

  /** The data as it is; with metadata, all else is in the headers. */
  static PushRequest unwrapped(
      PushMessage message, String subscription, boolean metadata, String token) {
    List<Header> headers = headers(token);
    if (metadata) {
      headers.add(new Header("x-goog-pubsub-subscription-name", subscription));
      headers.add(new Header("x-goog-pubsub-message-id", message.id()));
      headers.add(new Header("x-goog-pubsub-publish-time", message.publishTime().toString()));
      if (message.orderingKey() != null) {
        headers.add(new Header("x-goog-pubsub-ordering-key", message.orderingKey()));
      }
      for (Map.Entry<String, String> attribute : message.attributes().entrySet()) {
        headers.add(new Header(attribute.getKey(), attribute.getValue()));
      }
    }
    return PushRequest.post(headers, message.data().toByteArray());
  }

  private static List<Header> headers(String token) {
    List<Header> headers = new ArrayList<>(ALWAYS);
    headers.add(new Header("Authorization", "Bearer " + token));
    return headers;
  }
}
