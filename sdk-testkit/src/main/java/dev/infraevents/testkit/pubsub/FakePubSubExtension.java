package dev.infraevents.testkit.pubsub;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Starts a {@link FakePubSub} before each test and closes it afterwards. For a field:
 *
 * <p>{@code @RegisterExtension final FakePubSubExtension pubsub = new FakePubSubExtension();}
 */
public final class FakePubSubExtension implements BeforeEachCallback, AfterEachCallback {

  private final FakePubSubBuilder builder;
  private @Nullable FakePubSub server;

  /** A server with the defaults of {@link FakePubSub#builder}. */
  public FakePubSubExtension() {
    this(FakePubSub.builder());
  }

  /**
   * A server of your own description.
   *
   * @param builder the description, started anew for each test
   */
  public FakePubSubExtension(FakePubSubBuilder builder) {
    this.builder = builder;
  }

  /**
   * The server of the running test.
   *
   * @return the server
   * @throws IllegalStateException outside of a test
   */
  public FakePubSub server() {
    if (server == null) {
      throw new IllegalStateException("no test is running");
    }
    return server;
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    server = builder.start();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (server != null) {
      server.close();
      server = null;
    }
  }
}
