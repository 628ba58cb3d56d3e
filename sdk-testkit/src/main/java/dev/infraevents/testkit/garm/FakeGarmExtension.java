package dev.infraevents.testkit.garm;

import dev.infraevents.testkit.FakeServerExtension;

/**
 * Starts a {@link FakeGarm} before each test and closes it afterwards. For a field:
 *
 * <p>{@code @RegisterExtension final FakeGarmExtension garm = new FakeGarmExtension();}
 */
public final class FakeGarmExtension extends FakeServerExtension<FakeGarm> {

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
    super(builder::start);
  }
}
