package dev.infraevents.testkit.pubsub;

import com.google.pubsub.v1.PubsubMessage;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.internal.FaultInjector;
import dev.infraevents.testkit.internal.grpc.GrpcFaults;
import dev.infraevents.testkit.internal.grpc.GrpcGate;
import dev.infraevents.testkit.internal.grpc.GrpcHost;
import dev.infraevents.testkit.internal.grpc.GrpcService;
import java.util.List;
import java.util.Queue;

/** Carries out faults: those of messages in the topics. */
final class PubSubFaults extends GrpcFaults {

  private final PubSubStore store;
  private final Queue<Fault> nextEvents;

  PubSubFaults(
      GrpcHost host,
      GrpcGate gate,
      BearerCheck credentials,
      PubSubStore store,
      List<GrpcService> services,
      Queue<Fault> nextEvents) {
    super(host, gate, credentials::expire, services);
    this.store = store;
    this.nextEvents = nextEvents;
  }

  @Override
  public void heal() {
    nextEvents.clear();
    super.heal();
  }

  @Override
  public void sendGarbage() {
    sendToEachStream(PayloadFaults.garbage());
  }

  @Override
  public void sendBrokenEvent() {
    sendToEachStream(PayloadFaults.broken());
  }

  private void sendToEachStream(PubsubMessage message) {
    store.subscriptions().forEach(subscription -> store.sendToEachStream(subscription, message));
  }

  @Override
  public void disturbNextEvent(Fault fault) {
    if (fault instanceof Fault.Fragment) {
      throw FaultInjector.unknown(fault);
    }
    nextEvents.add(fault);
  }

  @Override
  public void reorderEvents(int window, long seed) {
    store.subscriptions().forEach(subscription -> subscription.reorder(window, seed));
  }
}
