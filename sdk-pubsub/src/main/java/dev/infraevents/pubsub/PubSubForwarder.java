package dev.infraevents.pubsub;

import com.google.api.core.ApiFuture;
import com.google.api.gax.batching.BatchingSettings;
import com.google.api.gax.retrying.RetrySettings;
import com.google.cloud.pubsub.v1.stub.GrpcPublisherStub;
import com.google.cloud.pubsub.v1.stub.PublisherStub;
import com.google.cloud.pubsub.v1.stub.PublisherStubSettings;
import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PublishResponse;
import com.google.pubsub.v1.PubsubMessage;
import dev.infraevents.CloudEvents;
import dev.infraevents.ConfigurationException;
import dev.infraevents.Delivery;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.SourceException;
import dev.infraevents.TransportException;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the events of any source to a topic of Google Pub/Sub, for as many workers as one
 * likes: each pulls the topic's subscription with a {@link CloudEventsPullSource}. Needs {@code
 * com.google.cloud:google-cloud-pubsub} on the class path.
 *
 * <p>A message is the event as a {@linkplain CloudEvents CloudEvent} in JSON. Its ordering key is
 * the event's subject; its attributes are {@code content-type}, {@code ce-type} and {@code
 * ce-source}, so that a subscription can have a filter on them.
 *
 * <p>An event has been handled when the topic has it. If it can not be published within the
 * {@linkplain Builder#publishTimeout timeout} that is thrown as a {@link SourceException}: then the
 * event counts as failed, so the subscription's retries apply, and its failure action. The topic
 * may therefore get an event more than once.
 *
 * <pre>{@code
 * try (var forwarder = PubSubForwarder.builder().topic("my-project", "infra-events").build();
 *     var subscription = garm.subscribe(
 *         forwarder, DeliveryOptions.builder().concurrency(Concurrency.keyed(64)).build())) {
 *   subscription.completion().toCompletableFuture().join();
 * }
 * }</pre>
 *
 * <p>Thread-safe: as many events are under way as the subscription's concurrency allows; with
 * {@code keyed(n)} the order per subject is kept. All share one connection.
 */
public final class PubSubForwarder implements EventHandler<Object>, AutoCloseable {

  /** What Pub/Sub lets an ordering key have. */
  private static final int MAX_KEY_BYTES = 1024;

  /** What Pub/Sub lets the value of an attribute have. */
  private static final int MAX_ATTRIBUTE_BYTES = 1024;

  private static final String WHEN_GONE =
      "check project and topic, and the role roles/pubsub.publisher";

  private final String topic;
  private final Duration publishTimeout;
  private final PubSubChannels channels;
  private final PubSubErrors errors;
  private final ManagedChannel channel;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Set<ApiFuture<?>> underWay = ConcurrentHashMap.newKeySet();
  private @Nullable PublisherStub client; // guarded by this; made when credentials can be had

  private PubSubForwarder(PubSubSettings settings, String topic, Duration publishTimeout) {
    this.topic = topic;
    this.publishTimeout = publishTimeout;
    this.channels = new PubSubChannels(settings);
    this.errors = new PubSubErrors(settings, topic, WHEN_GONE);
    this.channel = channels.open();
  }

  /**
   * Starts a forwarder.
   *
   * @return a builder that needs a topic
   */
  public static Builder builder() {
    return new Builder(System.getenv());
  }

  /**
   * Publishes an event and waits until the topic has it.
   *
   * @param event the event
   * @param delivery left to the return of this method
   * @throws SourceException if the topic did not take the event
   * @throws IllegalArgumentException if the event can not be a CloudEvent, or is larger than
   *     Pub/Sub takes it
   * @throws IllegalStateException if this forwarder is closed
   */
  @Override
  public void handle(Event<Object> event, Delivery delivery) throws SourceException {
    if (closed.get()) {
      throw closed();
    }
    PublishRequest request =
        PublishRequest.newBuilder().setTopic(topic).addMessages(message(event)).build();
    errors.renewCredentials();
    ApiFuture<PublishResponse> published = client().publishCallable().futureCall(request);
    underWay.add(published);
    try {
      if (closed.get()) {
        published.cancel(true); // close() may not have seen it
      }
      published.get();
      errors.worked();
    } catch (ExecutionException e) {
      throw errors.of(Objects.requireNonNullElse(e.getCause(), e));
    } catch (CancellationException e) {
      throw new TransportException("closed while publishing to " + topic, null);
    } catch (InterruptedException e) {
      published.cancel(true);
      Thread.currentThread().interrupt();
      throw new TransportException("interrupted while publishing to " + topic, null);
    } finally {
      underWay.remove(published);
    }
  }

  private static IllegalStateException closed() {
    return new IllegalStateException("the forwarder is closed: build another");
  }

  private static PubsubMessage message(Event<?> event) {
    PubsubMessage.Builder message =
        PubsubMessage.newBuilder()
            .setData(ByteString.copyFromUtf8(CloudEvents.toJson(event)))
            .putAttributes("content-type", CloudEvents.MEDIA_TYPE);
    attribute(message, "ce-type", event.type().name());
    attribute(message, "ce-source", event.source().toString());
    String subject = event.subject();
    if (subject != null && isWithin(MAX_KEY_BYTES, subject)) {
      message.setOrderingKey(subject);
    }
    return message.build();
  }

  private static void attribute(PubsubMessage.Builder message, String name, String value) {
    if (isWithin(MAX_ATTRIBUTE_BYTES, value)) {
      message.putAttributes(name, value);
    }
  }

  private static boolean isWithin(int limit, String text) {
    return text.getBytes(StandardCharsets.UTF_8).length <= limit;
  }

  // Not Google's Publisher: with ordering keys it tries for ever, and after a failure its key stays
  // closed. The engine keeps the order already.
  private synchronized PublisherStub client() {
    PublisherStub ready = client;
    if (closed.get()) {
      throw closed();
    }
    if (ready == null) {
      try {
        ready = GrpcPublisherStub.create(clientSettings());
        client = ready;
      } catch (IOException e) {
        throw errors.of(e);
      }
    }
    return ready;
  }

  private PublisherStubSettings clientSettings() throws IOException {
    PublisherStubSettings.Builder settings =
        PublisherStubSettings.newBuilder()
            .setTransportChannelProvider(PubSubChannels.provider(channel))
            .setCredentialsProvider(channels.credentials());
    RetrySettings retry =
        settings.publishSettings().getRetrySettings().toBuilder()
            .setTotalTimeoutDuration(publishTimeout)
            .setInitialRpcTimeoutDuration(publishTimeout)
            .setMaxRpcTimeoutDuration(publishTimeout)
            .build();
    // All messages of a request must have the same ordering key.
    settings
        .publishSettings()
        .setRetrySettings(retry)
        .setBatchingSettings(BatchingSettings.newBuilder().setIsEnabled(false).build());
    return settings.build();
  }

  /**
   * Ends the connection; what is under way fails. Does nothing when closed. Close what it handles
   * the events of first.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    synchronized (this) {
      if (client != null) {
        client.shutdownNow();
      }
    }
    // Google's client forgets the retries that it has planned, and who waits for them.
    underWay.forEach(published -> published.cancel(true));
    channel.shutdownNow();
    try {
      channel.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Builds a {@link PubSubForwarder}. Not thread-safe. */
  public static final class Builder extends PubSubBuilder<Builder> {

    private @Nullable String topic;
    private Duration publishTimeout = Duration.ofSeconds(10);

    Builder(Map<String, String> environment) {
      super(environment);
    }

    @Override
    Builder self() {
      return this;
    }

    /**
     * Sets where to publish; required. The topic must exist.
     *
     * @param project the id of its project
     * @param id its id
     * @return this
     * @throws ConfigurationException if there can be no such topic
     */
    public Builder topic(String project, String id) {
      this.topic = fullName(project, "topics", id);
      return this;
    }

    /**
     * Bounds how long one event may take, retries and connecting included.
     *
     * @param timeout positive; 10 s by default
     * @return this
     * @throws ConfigurationException if not positive
     */
    public Builder publishTimeout(Duration timeout) {
      if (timeout.isNegative() || timeout.isZero()) {
        throw new ConfigurationException("publishTimeout must be positive, not " + timeout, null);
      }
      this.publishTimeout = timeout;
      return this;
    }

    /**
     * Builds the forwarder, which connects with its first event.
     *
     * @return a new forwarder; close it
     * @throws ConfigurationException if the topic is missing, or settings do not go together
     */
    public PubSubForwarder build() {
      if (topic == null) {
        throw new ConfigurationException("set the topic(...) to publish to", null);
      }
      return new PubSubForwarder(settings(), topic, publishTimeout);
    }
  }
}
