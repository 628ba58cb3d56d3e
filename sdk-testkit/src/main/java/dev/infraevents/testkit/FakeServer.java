package dev.infraevents.testkit;

/** A fake of a real system: a server on a loopback socket with an ephemeral port. */
public interface FakeServer extends AutoCloseable {

  /**
   * Where the fake listens: scheme, host, port and, if it has one, the path prefix.
   *
   * @return a base URL without a trailing slash, such as {@code http://127.0.0.1:43210}; the same
   *     after a restart
   */
  String url();

  /**
   * Makes the fake misbehave. Returns once the fault is in effect.
   *
   * @param fault what goes wrong
   * @throws IllegalArgumentException if this fake does not know the fault
   */
  void inject(Fault fault);

  /**
   * Ends every fault that lasts and forgets those that wait for their moment. What a fault held
   * back is delivered now.
   */
  void heal();

  /**
   * Closes every connection, ends every thread, and only then returns. Does nothing when closed.
   */
  @Override
  void close();
}
