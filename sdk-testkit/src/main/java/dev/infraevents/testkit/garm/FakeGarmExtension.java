package dev.infraevents.testkit.garm;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Starts a {@link FakeGarm} before each test and closes it afterwards. For a field:
 *
 * <p>{@code @RegisterExtension final FakeGarmExtension garm = new FakeGarmExtension();}
 */
public final class FakeGarmExtension implements BeforeEachCallback, AfterEachCallback {

  private final FakeGarmBuilder builder;
  private @Nullable FakeGarm server;

  /** A server with the defaults of {@link FakeGarm#builder}. */
  public FakeGarmExtension() {
    this(FakeGarm.builder());
  }

  /**
   * A server of your own description.
   *
   * @param builder the description, started anew for each test
   */
  public FakeGarmExtension(FakeGarmBuilder builder) {
    this.builder = builder;
  }

  /**
   * The server of the running test.
   *
   * @return the server
   * @throws IllegalStateException outside of a test
   */
  public FakeGarm server() {
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
