package dev.infraevents.internal.connection;

import dev.infraevents.SourceException;
import dev.infraevents.TransportException;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.Transport;
import java.net.URI;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Has the transport open connections, on threads that may block. */
final class Opener<P> {

  private final ConnectionSupervisor<P> supervisor;
  private final URI source;
  private final Transport<P> transport;
  private final Executor connector;

  Opener(
      ConnectionSupervisor<P> supervisor, URI source, Transport<P> transport, Executor connector) {
    this.supervisor = supervisor;
    this.source = source;
    this.transport = transport;
    this.connector = connector;
  }

  void start(Attempt<P> attempt) {
    try {
      connector.execute(() -> supervisor.change(effects -> begin(attempt, effects)));
    } catch (RejectedExecutionException e) {
      supervisor.failed(attempt, new TransportException("the subscription is closing", e));
    }
  }

  private void begin(Attempt<P> attempt, Effects effects) {
    if (attempt.opening()) {
      effects.call(() -> open(attempt));
    }
  }

  private void open(Attempt<P> attempt) {
    try {
      Connection connection = transport.open(attempt);
      supervisor.change(effects -> opened(attempt, connection, effects));
    } catch (SourceException e) {
      supervisor.change(effects -> refused(attempt, e, effects));
    } catch (RuntimeException | Error e) {
      var cause = new TransportException("can not connect to " + source, e);
      supervisor.change(effects -> refused(attempt, cause, effects));
    }
  }

  private void opened(Attempt<P> attempt, Connection connection, Effects effects) {
    attempt.opened(connection);
    effects.call(() -> attempt.opened.complete(connection));
    if (attempt.over) {
      effects.call(connection::close);
    } else if (!attempt.receiving) {
      effects.call(connection::stopReceiving);
    }
  }

  private void refused(Attempt<P> attempt, SourceException cause, Effects effects) {
    attempt.opened(null);
    supervisor.fail(attempt, cause, effects);
  }
}
