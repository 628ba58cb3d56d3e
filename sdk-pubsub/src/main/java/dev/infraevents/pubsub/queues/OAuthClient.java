package dev.infraevents.pubsub.queues;

import java.net.URI;

/** Who logs in, and where. */
record OAuthClient(URI endpoint, String id, String secret) {

  @Override
  public String toString() {
    return "OAuthClient[" + endpoint + "]";
  }
}
