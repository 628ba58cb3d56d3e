package dev.infraevents.testkit;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Starts a fake before each test and closes it afterwards. Every fake has one of its own, for a
 * field with {@code @RegisterExtension}.
 *
 * @param <S> the fake
 */
public abstract class FakeServerExtension<S extends FakeServer>
    implements BeforeEachCallback, AfterEachCallback {

  private final Supplier<? extends S> starter;
  private @Nullable S server;

  /**
   * Starts nothing yet.
   *
   * @param starter starts a server, anew for each test
   */
  protected FakeServerExtension(Supplier<? extends S> starter) {
    this.starter = starter;
  }

  /**
   * The server of the running test.
   *
   * @return the server
   * @throws IllegalStateException outside of a test
   */
  public final S server() {
    if (server == null) {
      throw new IllegalStateException("no test is running");
    }
    return server;
  }

  @Override
  public final void beforeEach(ExtensionContext context) {
    server = starter.get();
  }

  @Override
  public final void afterEach(ExtensionContext context) {
    if (server != null) {
      server.close();
      server = null;
    }
  }
}
