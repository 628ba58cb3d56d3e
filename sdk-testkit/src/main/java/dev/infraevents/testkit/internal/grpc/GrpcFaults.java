package dev.infraevents.testkit.internal.grpc;

import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.internal.FaultTarget;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;

/** Carries out the faults of connections, in the relay, and those of calls; not those of events. */
public abstract class GrpcFaults implements FaultTarget {

  private static final Status EXPIRED =
      Status.UNAUTHENTICATED.withDescription("the token has expired");

  private final GrpcHost host;
  private final GrpcGate gate;
  private final Runnable expiry;
  private final List<? extends GrpcService> services;

  /**
   * For one server.
   *
   * @param expiry lets the tokens issued so far expire
   */
  protected GrpcFaults(
      GrpcHost host, GrpcGate gate, Runnable expiry, List<? extends GrpcService> services) {
    this.host = host;
    this.gate = gate;
    this.expiry = expiry;
    this.services = services;
  }

  /** Ends what lasts and forgets what waits. */
  public void heal() {
    gate.heal();
    for (GrpcService service : services) {
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
    gate.refuseNext(fault.times(), GrpcGate.statusOf(fault));
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
    expiry.run();
    services.forEach(service -> service.end(EXPIRED));
  }

  private static Status status(int code, String description) {
    return Status.fromCodeValue(code).withDescription(description);
  }
}
