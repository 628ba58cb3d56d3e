package dev.infraevents.grpc;

import dev.infraevents.SourceException;
import dev.infraevents.Token;
import dev.infraevents.engflow.BuildProgress;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.Transport;
import java.time.Duration;

/** Makes the calls of one read, each of which goes on where the one before has ended. */
final class ReadTransport implements Transport<BuildProgress> {

  private final ReadChannel channel;
  private final ReadRequest request;
  private final ReadOptions options;
  private final ReadProgress progress;

  ReadTransport(ReadChannel channel, ReadRequest request, ReadOptions options) {
    this.channel = channel;
    this.request = request;
    this.options = options;
    this.progress = new ReadProgress(channel.settings().endpoint().uri(), request, options);
  }

  @Override
  public Connection open(ConnectionContext<BuildProgress> context) throws SourceException {
    Token token = channel.tokens() == null ? null : context.token();
    ReadCall call = new ReadCall(channel, progress, context, token, request, options.idleTimeout());
    Duration connectTimeout = channel.settings().connection().connectTimeout();
    var calls = SentHeaders.tellTo(() -> call.sent(connectTimeout));
    String start = progress.begin(call);
    call.begin(request.start(channel.ready(), calls, channel.metadata(token), start, call));
    return call;
  }

  @Override
  public boolean demandDriven() {
    return true;
  }

  @Override
  public Duration pingInterval() {
    return channel.pingInterval();
  }
}
