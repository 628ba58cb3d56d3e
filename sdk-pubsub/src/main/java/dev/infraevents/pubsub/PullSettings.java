package dev.infraevents.pubsub;

import dev.infraevents.ConfigurationException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;

/**
 * What everything that pulls a subscription was told, checked.
 *
 * @param server where, and as whom
 * @param subscription its full name
 * @param maxLease for how long a message is kept from being delivered again
 * @param whenGone what to do where the subscription does not exist or may not be used
 */
record PullSettings(
    PubSubSettings server, String subscription, Duration maxLease, String whenGone) {

  /** The subscription as the source of events, as Google writes it in its own CloudEvents. */
  URI source() {
    try {
      return new URI(null, "pubsub.googleapis.com", "/" + subscription, null); // an id can have a %
    } catch (URISyntaxException e) {
      throw new ConfigurationException("no name of a subscription: " + subscription, e);
    }
  }
}
