package dev.infraevents.pubsub;

import dev.infraevents.ConfigurationException;
import dev.infraevents.foundries.FoundriesDecoder;
import dev.infraevents.foundries.FoundriesPayload;
import dev.infraevents.spi.AbstractEventSource;
import dev.infraevents.spi.Transport;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The events of a Foundries.io Factory from a pull queue, or from any other subscription of Google
 * Pub/Sub that has them. Needs {@code com.google.cloud:google-cloud-pubsub} on the class path.
 *
 * <p>Foundries.io has deprecated pull queues: {@code fioctl} has lost its listener and will lose
 * the command that creates them. For a new queue let events be pushed, to a {@link
 * dev.infraevents.pubsub.push.PushReceiver}.
 *
 * <ul>
 *   <li>Pub/Sub delivers at least once, in no order. Each message goes to one of those that pull
 *       from the subscription; every queue of a Factory gets every event.
 *   <li>A message is acknowledged once its handler has returned: {@link
 *       dev.infraevents.AckOutcome#SENT}, as nobody confirms that, but for subscriptions with
 *       exactly-once delivery: there {@link dev.infraevents.AckOutcome#CONFIRMED} says that it will
 *       not come again. A failed one is delivered again at once, or after the delay that the
 *       handler asks for; until then its lease is held here.
 *   <li>The lease of what waits or is being handled is extended by itself, up to {@link
 *       Builder#maxLease}. To ask for more than that is {@link dev.infraevents.AckOutcome#REFUSED}.
 *   <li>As much is brought as {@link dev.infraevents.DeliveryOptions} bounds, or twice that where a
 *       stream has broken before what it had brought was handled; it is kept from other consumers
 *       of the subscription meanwhile: lower the bounds if handling takes long.
 *   <li>Where the subscription is ordered, messages of one ordering key are handled one after the
 *       other; when one fails, those behind it are delivered again after it.
 *   <li>A stream that breaks, as Google's do all the time, loses nothing: what it has brought is
 *       settled all the same, and the next one goes on.
 * </ul>
 *
 * <p>A subscription that does not exist, a missing permission and credentials that are refused
 * twice end a subscription: {@link dev.infraevents.RpcException}, {@link
 * dev.infraevents.AuthenticationException}.
 *
 * <p>Thread-safe. Each subscription has a connection of its own.
 */
public final class FoundriesPullSource extends AbstractEventSource<FoundriesPayload> {

  private static final String WHEN_GONE =
      "check project and subscription, and whether the queue is still listed. Foundries.io has"
          + " deprecated pull queues: create a push queue instead";

  private final PullSettings settings;
  private final FoundriesDecoder decoder = new FoundriesDecoder();

  private FoundriesPullSource(PullSettings settings) {
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
   * @return a builder that needs a credentials file or a subscription
   */
  public static Builder builder() {
    return new Builder(System.getenv());
  }

  @Override
  protected Transport<FoundriesPayload> newTransport() {
    return new PullTransport<>(settings, decoder::read);
  }

  /** Builds a {@link FoundriesPullSource}. Not thread-safe. */
  public static final class Builder extends PullBuilder<Builder> {

    private @Nullable Path credentialsFile;
    private @Nullable URI tokenServer;

    Builder(Map<String, String> environment) {
      super(environment);
    }

    @Override
    Builder self() {
      return this;
    }

    /**
     * Takes subscription and credentials from the file that Foundries.io gave out when the queue
     * was created ({@code fioctl event-queues mk-pull}). It is read by {@link #build()}.
     *
     * @param file a key of a service account with the member {@code fio-subscription-name}
     * @return this
     */
    public Builder credentialsFile(Path file) {
      this.credentialsFile = Objects.requireNonNull(file, "file");
      return this;
    }

    /**
     * Fetches access tokens for the {@linkplain #credentialsFile credentials file} from another
     * server than Google's, which is the only one that a file may name by itself.
     *
     * @param tokenServer its address
     * @return this
     */
    public Builder tokenServer(URI tokenServer) {
      this.tokenServer = Objects.requireNonNull(tokenServer, "tokenServer");
      return this;
    }

    /**
     * Builds the source. Nothing is sent before the first subscription.
     *
     * @return the source
     * @throws ConfigurationException if the subscription is missing, the credentials file can not
     *     be used, or settings do not go together
     */
    public FoundriesPullSource build() {
      if (credentialsFile != null) {
        CredentialsFile file = CredentialsFile.read(credentialsFile, tokenServer);
        subscription(file.subscription());
        credentials(file.credentials());
      }
      return new FoundriesPullSource(pullSettings(WHEN_GONE));
    }
  }
}
