package dev.infraevents.testkit.engflow;

import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.internal.FaultInjector;
import dev.infraevents.testkit.internal.grpc.GrpcFaults;
import dev.infraevents.testkit.internal.grpc.GrpcGate;
import dev.infraevents.testkit.internal.grpc.GrpcHost;
import dev.infraevents.testkit.internal.grpc.GrpcService;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Carries out faults: those of events in the queues. */
final class EngFlowFaults extends GrpcFaults {

  private final PullService pull;
  private final Queue<Fault> nextEvents;

  EngFlowFaults(
      GrpcHost host,
      GrpcGate gate,
      EngFlowCredentials credentials,
      PullService pull,
      List<GrpcService> services,
      Queue<Fault> nextEvents) {
    super(host, gate, credentials::expire, services);
    this.pull = pull;
    this.nextEvents = nextEvents;
  }

  /** Where the faults of the next events wait. */
  static Queue<Fault> newQueue() {
    return new ConcurrentLinkedQueue<>();
  }

  @Override
  public void heal() {
    nextEvents.clear();
    super.heal();
  }

  @Override
  public void sendGarbage() {
    pull.queues().forEach(queue -> queue.publishToEach(PayloadFaults.garbage()));
  }

  @Override
  public void sendBrokenEvent() {
    pull.queues().forEach(queue -> queue.publishToEach(PayloadFaults.broken()));
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
    pull.queues().forEach(queue -> queue.reorder(window, seed));
  }
}
