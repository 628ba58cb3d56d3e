package dev.infraevents.engflow;

import dev.infraevents.OpenEnum;
import dev.infraevents.WireName;
import dev.infraevents.internal.text.RecordText;

/**
 * What every event of a build carries: whose it is, and where it stands in its stream.
 *
 * @param buildId the build: a UUID, which may have a path of names before it
 * @param invocationId the invocation, a UUID; empty when the event is one of the build as a whole
 * @param component what has sent the event; not set in some replays
 * @param serviceLevel whether someone waits for the build; not set in events that came from the
 *     tool's own stream
 * @param keywords what the build tool was told to say of the build; only some events have them
 * @param principal who started the build; empty from clusters before September 2024
 * @param continuationToken names the position after this event in its stream; opaque. To a client
 *     of the event store it says where to go on
 * @param last whether the stream is complete with this event
 */
public record StreamInfo(
    String buildId,
    String invocationId,
    OpenEnum<Component> component,
    OpenEnum<ServiceLevel> serviceLevel,
    Keywords keywords,
    String principal,
    String continuationToken,
    boolean last) {

  @Override
  public String toString() {
    return RecordText.of(this);
  }

  /** What sends events. */
  public enum Component implements WireName {
    /** What controls the build, before and after the tool runs. */
    CONTROLLER,
    /** What runs the tool. */
    WORKER,
    /** The build tool. */
    TOOL;

    @Override
    public String wireName() {
      return name();
    }
  }

  /** How urgent events are. */
  public enum ServiceLevel implements WireName {
    /** Nobody waits. */
    NONINTERACTIVE,
    /** Someone waits. */
    INTERACTIVE;

    @Override
    public String wireName() {
      return name();
    }
  }
}
