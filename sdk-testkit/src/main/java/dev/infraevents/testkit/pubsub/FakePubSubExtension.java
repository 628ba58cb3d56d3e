package dev.infraevents.testkit.pubsub;

import dev.infraevents.testkit.FakeServerExtension;

/**
 * Starts a {@link FakePubSub} before each test and closes it afterwards. For a field:
 *
 * <p>{@code @RegisterExtension final FakePubSubExtension pubsub = new FakePubSubExtension();}
 */
public final class FakePubSubExtension extends FakeServerExtension<FakePubSub> {

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
    super(builder::start);
  }
}
