package dev.infraevents.testkit.pubsub;

/** The methods of Pub/Sub that {@link FakePubSub} knows; any other is UNIMPLEMENTED. */
public enum PubSubMethod {
  /** Messages, as long as the call is open. */
  STREAMING_PULL("Subscriber/StreamingPull"),
  /** Messages, as many as there are. */
  PULL("Subscriber/Pull"),
  /** Acknowledges deliveries. */
  ACKNOWLEDGE("Subscriber/Acknowledge"),
  /** Extends deadlines; a deadline of zero is a nack. */
  MODIFY_ACK_DEADLINE("Subscriber/ModifyAckDeadline"),
  /** Creates a subscription. */
  CREATE_SUBSCRIPTION("Subscriber/CreateSubscription"),
  /** Says how a subscription is configured. */
  GET_SUBSCRIPTION("Subscriber/GetSubscription"),
  /** Deletes a subscription with all its messages. */
  DELETE_SUBSCRIPTION("Subscriber/DeleteSubscription"),
  /** Creates a topic. */
  CREATE_TOPIC("Publisher/CreateTopic"),
  /** Says whether a topic is there. */
  GET_TOPIC("Publisher/GetTopic"),
  /** Deletes a topic; its subscriptions stay. */
  DELETE_TOPIC("Publisher/DeleteTopic"),
  /** Publishes messages. */
  PUBLISH("Publisher/Publish");

  private final String fullName;

  PubSubMethod(String name) {
    this.fullName = "google.pubsub.v1." + name;
  }

  /**
   * What the method is called on the wire.
   *
   * @return the full name, such as {@code google.pubsub.v1.Subscriber/StreamingPull}
   */
  public String fullName() {
    return fullName;
  }
}
