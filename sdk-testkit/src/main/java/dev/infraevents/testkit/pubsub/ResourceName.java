package dev.infraevents.testkit.pubsub;

import io.grpc.Status;
import java.util.regex.Pattern;

/** Names such as {@code projects/P/topics/T}. */
final class ResourceName {

  static final String DELETED_TOPIC = "_deleted-topic_";

  private static final String PROJECT = "projects/[^/]+/";
  private static final String ID = "/(?!goog)[A-Za-z][-A-Za-z0-9._~+%]{2,254}";
  private static final Pattern TOPIC = Pattern.compile(PROJECT + "topics" + ID);
  private static final Pattern SUBSCRIPTION = Pattern.compile(PROJECT + "subscriptions" + ID);

  private ResourceName() {}

  /** The full name of a topic that may be given by its id only. */
  static String topic(String project, String nameOrId) {
    return full(project, "topics", nameOrId);
  }

  /** The full name of a subscription that may be given by its id only. */
  static String subscription(String project, String nameOrId) {
    return full(project, "subscriptions", nameOrId);
  }

  static void requireTopic(String name) {
    require(TOPIC, name, "a topic");
  }

  static void requireSubscription(String name) {
    require(SUBSCRIPTION, name, "a subscription");
  }

  static String project(String name) {
    return name.split("/", -1)[1];
  }

  static String id(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  private static String full(String project, String collection, String nameOrId) {
    return nameOrId.contains("/")
        ? nameOrId
        : "projects/" + project + "/" + collection + "/" + nameOrId;
  }

  private static void require(Pattern form, String name, String what) {
    if (!form.matcher(name).matches()) {
      throw Status.INVALID_ARGUMENT
          .withDescription("not a name of " + what + ": " + name)
          .asRuntimeException();
    }
  }
}
