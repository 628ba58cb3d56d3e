package dev.infraevents.testkit.pubsub;

import dev.infraevents.spi.TimeSource;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Says how a {@link FakePubSub} is set up. Without further calls it is open to everybody and has no
 * TLS, as Google's emulator.
 */
public final class FakePubSubBuilder {

  String project = "fake-project";
  String token = "fake-pubsub-token";
  boolean tokenDemanded;
  int outstandingPerKey = Integer.MAX_VALUE;
  @Nullable TimeSource time;
  @Nullable Path tlsDirectory;
  boolean certificateDemanded;

  FakePubSubBuilder() {}

  /**
   * Sets the project of topics and subscriptions that a test names by their ids only.
   *
   * @param project {@code fake-project} by default
   * @return this builder
   */
  public FakePubSubBuilder project(String project) {
    this.project = project;
    return this;
  }

  /**
   * Refuses calls without the access token that is valid, see {@link FakePubSub#token}.
   *
   * @return this builder
   */
  public FakePubSubBuilder demandToken() {
    this.tokenDemanded = true;
    return this;
  }

  /**
   * Sets the token that is valid until it expires.
   *
   * @param token some token by default
   * @return this builder
   */
  public FakePubSubBuilder token(String token) {
    this.token = token;
    return this;
  }

  /**
   * Sets how many messages of an ordering key are out at the same time; they all go to the same
   * stream. With one, the next is sent when the one before it is acknowledged.
   *
   * @param messages at least one; as many as a stream takes by default
   * @return this builder
   */
  public FakePubSubBuilder outstandingPerKey(int messages) {
    if (messages < 1) {
      throw new IllegalArgumentException("at least one message has to be out: " + messages);
    }
    this.outstandingPerKey = messages;
    return this;
  }

  /**
   * Sets the time in which messages are stamped and deadlines end. Faults happen in real time.
   *
   * @param time the system's by default; not shut down by the fake
   * @return this builder
   */
  public FakePubSubBuilder timeSource(TimeSource time) {
    this.time = time;
    return this;
  }

  /**
   * Serves TLS with a certificate of a private authority, for localhost and 127.0.0.1. Client
   * certificates of that authority are taken, and of no other.
   *
   * @param directory where the files that clients need are written to, see {@link FakePubSub#tls};
   *     created if it is not there
   * @return this builder
   */
  public FakePubSubBuilder tls(Path directory) {
    this.tlsDirectory = directory;
    return this;
  }

  /**
   * Refuses connections without a client certificate. It needs {@link #tls}.
   *
   * @return this builder
   */
  public FakePubSubBuilder demandCertificate() {
    this.certificateDemanded = true;
    return this;
  }

  /**
   * Starts the server on an ephemeral port.
   *
   * @return the running server
   */
  public FakePubSub start() {
    return new FakePubSub(this);
  }
}
