package dev.infraevents.testkit.foundries;

import dev.infraevents.testkit.FakeServerExtension;

/**
 * Starts a {@link FakeFoundriesApi} before each test and closes it afterwards. For a field:
 *
 * <p>{@code @RegisterExtension final FakeFoundriesApiExtension foundries = new
 * FakeFoundriesApiExtension();}
 */
public final class FakeFoundriesApiExtension extends FakeServerExtension<FakeFoundriesApi> {

  /** A server with the defaults of {@link FakeFoundriesApi#builder}. */
  public FakeFoundriesApiExtension() {
    this(FakeFoundriesApi.builder());
  }

  /**
   * A server of your own description.
   *
   * @param builder the description, started anew for each test
   */
  public FakeFoundriesApiExtension(FakeFoundriesApiBuilder builder) {
    super(builder::start);
  }
}
