package dev.infraevents.grpc;

import dev.infraevents.Capability;
import dev.infraevents.Subscription;
import dev.infraevents.engflow.BuildProgress;
import dev.infraevents.spi.AbstractEventSource;
import dev.infraevents.spi.Transport;
import java.util.Set;

/** The events of one build or invocation. Each subscription reads all of them. */
final class BuildEventSource extends AbstractEventSource<BuildProgress> {

  private final ReadChannel channel;
  private final ReadSlots slots;
  private final ReadRequest request;
  private final ReadOptions options;

  BuildEventSource(ReadChannel channel, ReadSlots slots, ReadRequest request, ReadOptions options) {
    super(
        channel.settings().endpoint().uri(),
        Set.of(Capability.RESUME, Capability.REPLAY, Capability.ORDERED),
        channel.settings().connection(),
        channel.tokens(),
        channel.settings().time());
    this.channel = channel;
    this.slots = slots;
    this.request = request;
    this.options = options;
  }

  @Override
  protected Transport<BuildProgress> newTransport() {
    slots.failIfClosed();
    return new ReadTransport(channel, request, options);
  }

  @Override
  protected void start(Subscription subscription, Runnable start) {
    slots.enter(subscription, start);
  }

  @Override
  public String toString() {
    return "BuildEventSource[" + source() + ", " + request + "]";
  }
}
