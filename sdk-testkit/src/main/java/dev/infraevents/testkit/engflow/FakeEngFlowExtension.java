package dev.infraevents.testkit.engflow;

import dev.infraevents.testkit.FakeServerExtension;

/**
 * Starts a {@link FakeEngFlow} before each test and closes it afterwards. For a field:
 *
 * <p>{@code @RegisterExtension final FakeEngFlowExtension engflow = new FakeEngFlowExtension();}
 */
public final class FakeEngFlowExtension extends FakeServerExtension<FakeEngFlow> {

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
    super(builder::start);
  }
}
