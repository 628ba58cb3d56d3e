package dev.infraevents.pubsub.push;

import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says what is refused, but not each time: who sends rubbish must not fill the log. Thread-safe.
 */
final class RefusalLog {

  private static final System.Logger LOG = System.getLogger("dev.infraevents");
  private static final Duration QUIET = Duration.ofMinutes(10);

  /** Google has signed the token, so it is rather a setting that is wrong than an attack. */
  private static final Set<RefusalReason> TELLING =
      EnumSet.of(
          RefusalReason.WRONG_AUDIENCE,
          RefusalReason.WRONG_SERVICE_ACCOUNT,
          RefusalReason.EMAIL_NOT_VERIFIED,
          RefusalReason.EXPIRED,
          RefusalReason.NOT_YET_VALID,
          RefusalReason.INTERNAL_ERROR);

  private final URI source;
  private @Nullable Instant said; // guarded by this

  RefusalLog(URI source) {
    this.source = source;
  }

  void refused(RefusalReason reason, Instant now) {
    log(TELLING.contains(reason) && isNews(now), reason.toString());
  }

  void refusedOtherSubscription(Instant now) {
    log(isNews(now), "it is of another subscription");
  }

  private static boolean isOver(Instant since, Instant now) {
    return !now.isBefore(since.plus(QUIET));
  }

  private synchronized boolean isNews(Instant now) {
    boolean news = said == null || isOver(said, now);
    said = news ? now : said;
    return news;
  }

  private void log(boolean news, String why) {
    LOG.log(
        news ? Level.WARNING : Level.DEBUG,
        "{0}: a push was refused: {1}; for 10 minutes, more are logged at DEBUG",
        source,
        why);
  }
}
