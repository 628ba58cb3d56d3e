package dev.infraevents.internal.connection;

import dev.infraevents.SourceException;
import dev.infraevents.SourceSignal;
import dev.infraevents.Token;
import dev.infraevents.internal.Timing;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Says what happens, as signals and in the log. */
final class Announcer {

  private final URI source;
  private final Timing time;
  private final Consumer<SourceSignal> signals;
  private final TroubleLog log;

  Announcer(URI source, Timing time, Consumer<SourceSignal> signals) {
    this.source = source;
    this.time = time;
    this.signals = signals;
    this.log = new TroubleLog(source);
  }

  void connected(long epoch, boolean resumed, Effects effects) {
    signal(new SourceSignal.Connected(source, time.now(), epoch, resumed), effects);
    effects.tell(log::over);
  }

  void gap(Instant from, Instant to, String reason, Effects effects) {
    signal(new SourceSignal.GapPossible(source, time.now(), from, to, reason, 0), effects);
  }

  void disconnected(
      long epoch, SourceException cause, @Nullable Duration retryIn, Effects effects) {
    signal(new SourceSignal.Disconnected(source, time.now(), epoch, cause, retryIn), effects);
    effects.tell(() -> log.trouble(cause, retryIn));
  }

  void notRenewed(SourceException cause, Duration retryIn, Effects effects) {
    effects.tell(() -> log.trouble(cause, retryIn));
  }

  void refreshed(Token token, Effects effects) {
    var now = time.now();
    signal(new SourceSignal.CredentialsRefreshed(source, now, token.expiresAt()), effects);
  }

  void signal(SourceSignal signal, Effects effects) {
    effects.tell(() -> signals.accept(signal));
  }
}
