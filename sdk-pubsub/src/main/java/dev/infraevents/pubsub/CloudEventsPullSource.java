package dev.infraevents.pubsub;

import dev.infraevents.CloudEvents;
import dev.infraevents.ConfigurationException;
import dev.infraevents.DecodingException;
import dev.infraevents.Event;
import dev.infraevents.foundries.PubSubMessage;
import dev.infraevents.spi.AbstractEventSource;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.Settlement;
import dev.infraevents.spi.Transport;
import java.net.URI;
import java.time.Instant;
import java.util.Map;

/**
 * Events of any source that a {@link PubSubForwarder} has published, typed as they were. Each event
 * goes to one of those that pull from the same subscription, so any number of workers can share the
 * work. Needs {@code com.google.cloud:google-cloud-pubsub} on the class path, and {@code sdk-grpc}
 * too where EngFlow's events are to come back typed.
 *
 * <p>An event is known by its source and its id, so one that was published twice is handled once,
 * while the first is remembered ({@link dev.infraevents.DeliveryOptions}). Order: a forwarder
 * publishes with the subject as the ordering key; if the subscription was created with message
 * ordering, the events of a subject are handled one after the other, each by the worker that has
 * its subject at the time.
 *
 * <p>Everything else is as with {@link FoundriesPullSource}.
 *
 * <p>Thread-safe. Each subscription has a connection of its own.
 */
public final class CloudEventsPullSource extends AbstractEventSource<Object> {

  private static final String WHEN_GONE =
      "check project and subscription, and the role roles/pubsub.subscriber";

  private final PullSettings settings;

  private CloudEventsPullSource(PullSettings settings) {
    super(
        settings.source(),
        PullTransport.CAPABILITIES,
        settings.server().connection(),
        null,
        settings.server().time());
    this.settings = settings;
  }

  /**
   * Starts a source.
   *
   * @return a builder that needs a subscription
   */
  public static Builder builder() {
    return new Builder(System.getenv());
  }

  @Override
  protected Transport<Object> newTransport() {
    return new PullTransport<>(settings, CloudEventsPullSource::read);
  }

  private static InboundMessage<Object> read(
      PubSubMessage message, URI subscription, Instant receivedAt, Settlement settlement)
      throws DecodingException {
    return new ForwardedMessage(
        widened(CloudEvents.fromJson(message.data())),
        settlement,
        Math.max(1, message.deliveryAttempt()));
  }

  @SuppressWarnings("unchecked") // immutable: an event of one kind of payload is one of any
  private static Event<Object> widened(Event<?> event) {
    return (Event<Object>) event;
  }

  /** Builds a {@link CloudEventsPullSource}. Not thread-safe. */
  public static final class Builder extends PullBuilder<Builder> {

    Builder(Map<String, String> environment) {
      super(environment);
    }

    @Override
    Builder self() {
      return this;
    }

    /**
     * Builds the source. Nothing is sent before the first subscription.
     *
     * @return the source
     * @throws ConfigurationException if the subscription is missing, or settings do not go together
     */
    public CloudEventsPullSource build() {
      return new CloudEventsPullSource(pullSettings(WHEN_GONE));
    }
  }
}
