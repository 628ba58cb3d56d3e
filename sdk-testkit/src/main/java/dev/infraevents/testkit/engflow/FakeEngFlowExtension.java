package dev.infraevents.testkit.engflow;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Starts a {@link FakeEngFlow} before each test and closes it afterwards. For a field:
 *
 * <p>{@code @RegisterExtension final FakeEngFlowExtension engflow = new FakeEngFlowExtension();}
 */
public final class FakeEngFlowExtension implements BeforeEachCallback, AfterEachCallback {

  private final FakeEngFlowBuilder builder;
  private @Nullable FakeEngFlow server;

  /** A server with the defaults of {@link FakeEngFlow#builder}. */
  public FakeEngFlowExtension() {
    this(FakeEngFlow.builder());
  }

  /**
   * A server of your own description.
   *
   * @param builder the description, started anew for each test
   */
  public FakeEngFlowExtension(FakeEngFlowBuilder builder) {
    this.builder = builder;
  }

  /**
   * The server of the running test.
   *
   * @return the server
   * @throws IllegalStateException outside of a test
   */
  public FakeEngFlow server() {
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
