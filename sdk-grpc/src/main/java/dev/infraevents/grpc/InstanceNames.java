package dev.infraevents.grpc;

import dev.infraevents.ConfigurationException;
import org.jspecify.annotations.Nullable;

/**
 * Whether requests to the event store name an instance. A cluster can be set up to answer every
 * request that names one with {@code INVALID_ARGUMENT} ({@code
 * --incompatible_reject_instance_name}), and one with several instances needs the name. Immutable.
 */
public final class InstanceNames {

  private static final InstanceNames NEVER = new InstanceNames("never", null, false);
  private static final InstanceNames COPIED = new InstanceNames("copied", null, true);

  private final String kind;
  private final @Nullable String fixed;
  private final boolean copied;

  private InstanceNames(String kind, @Nullable String fixed, boolean copied) {
    this.kind = kind;
    this.fixed = fixed;
    this.copied = copied;
  }

  /**
   * Names none.
   *
   * @return the policy
   */
  public static InstanceNames never() {
    return NEVER;
  }

  /**
   * Names the instance that a notification names, unless that is {@code default}, which clusters
   * put in when nothing was said. This is what is used if nothing is set.
   *
   * @return the policy
   */
  public static InstanceNames copied() {
    return COPIED;
  }

  /**
   * Always names the same.
   *
   * @param name the instance, such as {@code example-oss}
   * @return the policy
   * @throws ConfigurationException if it is empty
   */
  public static InstanceNames fixed(String name) {
    if (name.isEmpty()) {
      throw new ConfigurationException("an instance name must not be empty; use never()", null);
    }
    return new InstanceNames("fixed to " + name, name, false);
  }

  /**
   * The name to send.
   *
   * @param notified what the notification says, or empty
   * @return the name, or empty for none
   */
  String toSend(String notified) {
    if (fixed != null) {
      return fixed;
    }
    return copied && !notified.equals("default") ? notified : "";
  }

  @Override
  public String toString() {
    return "InstanceNames[" + kind + "]";
  }
}
