package dev.infraevents.testkit.pubsub;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.pubsub.v1.PubsubMessage;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.internal.Changes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A topic: each of its subscriptions gets all its messages. All methods are thread-safe. */
public final class PubSubTopic {

  private static final String EVENT_TYPE = "event-type";

  private final String name;
  private final TimeSource time;
  private final Changes changes;
  private final Supplier<String> ids;
  private final Queue<Fault> nextFaults;
  private final List<PubSubSubscription> subscriptions = new CopyOnWriteArrayList<>();

  // Guarded by this, which is taken before a queue's lock.
  private final List<PubsubMessage> messages = new ArrayList<>();

  PubSubTopic(
      String name,
      TimeSource time,
      Changes changes,
      Supplier<String> ids,
      Queue<Fault> nextFaults) {
    this.name = name;
    this.time = time;
    this.changes = changes;
    this.ids = ids;
    this.nextFaults = nextFaults;
  }

  /**
   * What publishers ask for.
   *
   * @return the full name, such as {@code projects/P/topics/T}
   */
  public String name() {
    return name;
  }

  /**
   * Publishes an event of a device as Foundries.io does.
   *
   * @param eventType such as {@code DEVICE_OTA_STARTED}
   * @param json the event
   * @return the message id
   */
  public String publishDeviceEvent(String eventType, String json) {
    return publish(json, Map.of(EVENT_TYPE, eventType));
  }

  /**
   * Publishes a text.
   *
   * @param data the text
   * @param attributes what is said about it
   * @return the message id
   */
  public String publish(String data, Map<String, String> attributes) {
    return publish(data, attributes, "");
  }

  /**
   * Publishes a text in order.
   *
   * @param data the text
   * @param attributes what is said about it
   * @param orderingKey what it is in order with, where a subscription has that enabled
   * @return the message id
   */
  public String publish(String data, Map<String, String> attributes, String orderingKey) {
    return publish(
        PubsubMessage.newBuilder()
            .setData(ByteString.copyFromUtf8(data))
            .putAllAttributes(attributes)
            .setOrderingKey(orderingKey)
            .build());
  }

  /**
   * Publishes a message, with whatever may be wrong with it: it is not checked.
   *
   * @param message what its id and time are set in
   * @return the message id
   */
  public String publish(PubsubMessage message) {
    return publish(List.of(message)).get(0);
  }

  /**
   * All messages.
   *
   * @return in the order in which they were published, with ids and times
   */
  public synchronized List<PubsubMessage> messages() {
    return List.copyOf(messages);
  }

  @Override
  public String toString() {
    return "PubSubTopic[" + name + ", " + subscriptions.size() + " subscriptions]";
  }

  List<String> publish(List<PubsubMessage> published) {
    List<String> given = new ArrayList<>(published.size());
    synchronized (this) {
      for (PubsubMessage message : published) {
        Fault fault = nextFaults.poll();
        PubsubMessage stamped = stamp(PayloadFaults.apply(fault, message));
        messages.add(stamped);
        given.add(stamped.getMessageId());
        subscriptions.forEach(subscription -> subscription.receive(stamped, fault));
      }
    }
    subscriptions.forEach(subscription -> subscription.queue().dispatch());
    changes.announce();
    return given;
  }

  /** Publishes as many messages to a subscription as it has streams, and to no other one. */
  void publishToEachStream(PubSubSubscription subscription, PubsubMessage message) {
    subscription.openStreams().forEach(stream -> subscription.receive(stamp(message), null));
    subscription.queue().dispatch();
    changes.announce();
  }

  private PubsubMessage stamp(PubsubMessage message) {
    Instant now = time.now();
    return message.toBuilder()
        .setMessageId(ids.get())
        .setPublishTime(
            Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()))
        .build();
  }

  void add(PubSubSubscription subscription) {
    subscriptions.add(subscription);
  }

  void remove(@Nullable PubSubSubscription subscription) {
    subscriptions.remove(subscription);
  }
}
