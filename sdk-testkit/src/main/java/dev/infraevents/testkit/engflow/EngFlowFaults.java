package dev.infraevents.testkit.engflow;

import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.internal.FaultInjector;
import dev.infraevents.testkit.internal.FaultTarget;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Carries out faults: those of connections in the relay, those of events in the services. */
final class EngFlowFaults implements FaultTarget {

  private static final Status EXPIRED =
      Status.UNAUTHENTICATED.withDescription("the token has expired");

  private final EngFlowHost host;
  private final EngFlowGate gate;
  private final EngFlowCredentials credentials;
  private final PullService pull;
  private final List<EngFlowService> services;
  private final Queue<Fault> nextEvents;

  EngFlowFaults(
      EngFlowHost host,
      EngFlowGate gate,
      EngFlowCredentials credentials,
      PullService pull,
      List<EngFlowService> services,
      Queue<Fault> nextEvents) {
    this.host = host;
    this.gate = gate;
    this.credentials = credentials;
    this.pull = pull;
    this.services = services;
    this.nextEvents = nextEvents;
  }

  /** Where the faults of the next events wait. */
  static Queue<Fault> newQueue() {
    return new ConcurrentLinkedQueue<>();
  }

  void heal() {
    nextEvents.clear();
    gate.heal();
    for (EngFlowService service : services) {
      service.stall(false);
      service.heal();
    }
    host.heal();
  }

  @Override
  public void refuseConnections(int times) {
    host.relay().port().refuse(times);
  }

  @Override
  public void refuseUpgrades(Fault.RefuseUpgrade fault) {
    gate.refuseNext(fault.times(), EngFlowGate.statusOf(fault));
  }

  @Override
  public void refuseCalls(Fault.RefuseCall fault) {
    gate.refuseNext(fault.times(), status(fault.code(), fault.description()));
  }

  @Override
  public void resetConnections() {
    host.relay().wires().reset();
  }

  @Override
  public void freezeConnections() {
    host.relay().wires().freeze();
  }

  @Override
  public void holdEvents() {
    services.forEach(service -> service.stall(true));
  }

  @Override
  public void truncateStreams() {
    host.relay().truncate();
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

  @Override
  public void slowDown(int bytes, Duration pause) {
    host.relay().wires().drip(bytes, pause);
  }

  @Override
  public void endStreams(Fault.EndStreams fault) {
    services.forEach(service -> service.end(status(fault.code(), fault.description())));
  }

  @Override
  public void restart(boolean staysDown) {
    host.restart(staysDown);
  }

  @Override
  public void expireTokens() {
    credentials.expire();
    services.forEach(service -> service.end(EXPIRED));
  }

  private static Status status(int code, String description) {
    return Status.fromCodeValue(code).withDescription(description);
  }
}
