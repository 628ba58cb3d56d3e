package dev.infraevents.grpc;

import dev.infraevents.SourceException;
import dev.infraevents.Token;
import dev.infraevents.TransportException;
import dev.infraevents.engflow.EngFlowPayload;
import dev.infraevents.grpc.proto.notification.NotificationQueueGrpc;
import dev.infraevents.grpc.proto.notification.PullNotificationRequest;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.Transport;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Opens Pull calls for one subscription. */
final class PullTransport implements Transport<EngFlowPayload> {

  static final MethodDescriptor<PullNotificationRequest, Received<PullNotificationResponse>> PULL =
      Received.by(NotificationQueueGrpc.getPullMethod(), PullNotificationResponse.parser());

  /**
   * What has been sent and waits unread uses up its time to be acknowledged, so there should be
   * little of it: this is 100 to 200 notifications.
   */
  private static final int FLOW_CONTROL_WINDOW = 64 * 1024;

  /** A server need not answer a call before it has something to deliver. */
  private static final Duration REFUSAL = Duration.ofSeconds(2);

  private final EngFlowSettings settings;
  private final PullOptions options;
  private final Channels channels;
  private final RpcErrors errors;
  private final URI source;
  private final @Nullable InvocationProgress invocations;
  private volatile Duration pingInterval;
  private volatile boolean streamed;
  private volatile boolean worked;

  PullTransport(EngFlowSettings settings, PullOptions options) {
    this.settings = settings;
    this.options = options;
    this.channels = new Channels(settings, FLOW_CONTROL_WINDOW);
    this.errors = new RpcErrors(settings);
    this.source = settings.endpoint().uri();
    this.pingInterval = channels.pingInterval();
    this.invocations =
        options.maxInvocations() == 0
            ? null
            : new InvocationProgress(settings, options.maxInvocations());
  }

  @Override
  public Connection open(ConnectionContext<EngFlowPayload> context) throws SourceException {
    Token token = settings.credentials().areNone() ? null : context.token();
    Metadata headers = token == null ? new Metadata() : settings.credentials().metadata(token);
    RpcChannel channel = channels.open(context::activity, pingInterval);
    try {
      var connection = new PullConnection(this, context, channel, token);
      connection.start(headers, options.firstRequest());
      return connection;
    } catch (RuntimeException | Error e) { // an interceptor of the application's
      channel.close();
      throw e;
    }
  }

  @Override
  public boolean demandDriven() {
    return true;
  }

  @Override
  public Duration pingInterval() {
    return pingInterval;
  }

  @Override
  public void close() {
    if (invocations != null) {
      invocations.close();
    }
  }

  // For the connections.

  URI source() {
    return source;
  }

  PullOptions options() {
    return options;
  }

  @Nullable InvocationProgress invocations() {
    return invocations;
  }

  /**
   * For how long a call that is not answered may still be refused: then it counts as accepted, if
   * the time to connect is not over before.
   */
  Duration refusal() {
    Duration half = settings.connection().connectTimeout().dividedBy(2);
    return half.compareTo(REFUSAL) < 0 ? half : REFUSAL;
  }

  /** A call is taken for accepted; whether one was before: then this one goes on where it ended. */
  boolean accepted() {
    boolean before = streamed;
    streamed = true;
    return before;
  }

  /** The server has answered a call, so the settings are right. */
  void worked() {
    worked = true;
  }

  /** What to report of the end of a call. */
  SourceException ended(
      Status status, Metadata trailers, ConnectionWatch watch, @Nullable Token token) {
    if (status.isOk()) {
      return new TransportException(source() + " ended the stream, as it may at any time", null);
    }
    if (RpcErrors.asksForFewerPings(status)) {
      pingInterval = pingInterval.multipliedBy(2);
    }
    return errors.of(
        new RpcFailure(
            "Pull of queue " + options.queue(),
            status,
            trailers,
            watch,
            token,
            worked,
            options.awaitQueue()));
  }
}
