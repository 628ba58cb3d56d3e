package dev.infraevents.testkit.internal.tcp;

import dev.infraevents.testkit.internal.Changes;
import dev.infraevents.testkit.internal.DaemonThreads;
import java.io.IOException;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands before a server that can not be made to misbehave, and passes bytes both ways. What goes
 * wrong on the way, neither that server nor TLS knows about. Two threads serve each connection.
 */
public final class Relay {

  private final DaemonThreads threads;
  private final boolean tls;
  private final Changes changes;
  private final LoopbackPort port;
  private final Wires wires = new Wires();
  private final Set<RelayedConnection> connections = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();

  private volatile int server;

  /**
   * Does not listen yet.
   *
   * @param tls whether what passes is encrypted
   * @param changes told when a connection is gone
   */
  public Relay(DaemonThreads threads, boolean tls, Changes changes) {
    this.threads = threads;
    this.tls = tls;
    this.changes = changes;
    this.port = new LoopbackPort(threads, this::open);
  }

  /** Where clients connect to. */
  public LoopbackPort port() {
    return port;
  }

  /** The connections of clients that are open now. */
  public Wires wires() {
    return wires;
  }

  /** Sets the port on 127.0.0.1 that later connections are relayed to. */
  public void relayTo(int serverPort) {
    server = serverPort;
  }

  /** Ends all connections in the middle of a message of the server's. */
  public void truncate() {
    connections.forEach(RelayedConnection::truncate);
  }

  private void open(Socket tcp) {
    Socket upstream = new Socket();
    try {
      upstream.connect(LoopbackPort.address(server));
      upstream.setTcpNoDelay(true);
      Wire wire = new Wire(tcp, null);
      wires.add(wire);
      var connection = new RelayedConnection(wire, upstream, tls);
      connections.add(connection);
      int number = accepted.incrementAndGet();
      Thread requests = threads.start("requests-" + number, connection::relayRequests);
      threads.start(
          "answers-" + number,
          () -> {
            connection.relayAnswers();
            DaemonThreads.await(requests);
            connection.close();
            connections.remove(connection);
            wires.remove(wire);
            changes.announce();
          });
    } catch (IOException goneAlready) {
      Wire.closeQuietly(upstream);
      Wire.closeQuietly(tcp);
    }
  }
}
