package dev.infraevents.pubsub.push;

import dev.infraevents.foundries.FoundriesPayload;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.Transport;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Takes pushes in for one subscription. Its one connection is there from the beginning. */
final class PushTransport implements Transport<FoundriesPayload> {

  private final PushSettings settings;
  private final RefusalLog refusals;
  private final Runnable onClose;
  private volatile @Nullable PushIntake intake;

  PushTransport(PushSettings settings, RefusalLog refusals, Runnable onClose) {
    this.settings = settings;
    this.refusals = refusals;
    this.onClose = onClose;
  }

  /** Where pushes go; null before there is a connection. */
  @Nullable PushIntake intake() {
    return intake;
  }

  @Override
  public Connection open(ConnectionContext<FoundriesPayload> context) {
    var opened = new PushIntake(settings, refusals, context);
    context.onRoom(opened::onRoom);
    intake = opened; // first: who has seen that it is streaming may push
    context.streaming(true);
    return opened;
  }

  @Override
  public boolean demandDriven() {
    return true;
  }

  /** Nobody can be pinged, and a fleet may have nothing to say for days. */
  @Override
  public Duration pingInterval() {
    return Duration.ZERO;
  }

  @Override
  public void close() {
    intake = null;
    onClose.run();
  }
}
