package dev.infraevents.testkit.pubsub;

import dev.infraevents.spi.TimeSource;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Describes a {@link PushSender}. Not thread-safe. */
public final class PushSenderBuilder {

  String audience = "https://hooks.example.com/foundries";
  PushAccount account =
      new PushAccount("pusher@osf-prod.iam.gserviceaccount.com", "113774264463038321964");
  String subscription = "projects/osf-prod/subscriptions/f-1234-push";
  Duration ackDeadline = Duration.ofSeconds(10);
  boolean keysOverTls;
  @Nullable TimeSource time;

  PushSenderBuilder() {}

  /**
   * Sets the claim {@code aud} of tokens.
   *
   * @param url with Foundries.io, the URL that the queue was created with
   * @return this builder
   */
  public PushSenderBuilder audience(String url) {
    this.audience = url;
    return this;
  }

  /**
   * Sets the service account of tokens.
   *
   * @param email its address
   * @param subject its numeric id
   * @return this builder
   */
  public PushSenderBuilder serviceAccount(String email, String subject) {
    this.account = new PushAccount(email, subject);
    return this;
  }

  /**
   * Sets the name of the subscription.
   *
   * @param name its full name, {@code projects/P/subscriptions/S}
   * @return this builder
   */
  public PushSenderBuilder subscription(String name) {
    this.subscription = name;
    return this;
  }

  /**
   * Sets how long an answer may take.
   *
   * @param deadline 10 s by default, as with subscriptions that Foundries.io creates
   * @return this builder
   */
  public PushSenderBuilder ackDeadline(Duration deadline) {
    this.ackDeadline = deadline;
    return this;
  }

  /**
   * Serves the keys over TLS, with a certificate that {@link PushKeys#tlsCertificatePem} shows.
   *
   * @return this builder
   */
  public PushSenderBuilder keysOverTls() {
    this.keysOverTls = true;
    return this;
  }

  /**
   * Sets the time that stamps tokens, and that deadlines and redeliveries are measured by.
   *
   * @param source the time; the system's by default
   * @return this builder
   */
  public PushSenderBuilder time(TimeSource source) {
    this.time = source;
    return this;
  }

  /**
   * Starts the server of the keys.
   *
   * @return a sender, to be closed
   */
  public PushSender start() {
    return new PushSender(this);
  }
}
