package dev.infraevents.internal.connection;

import dev.infraevents.SourceException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One line when trouble starts, one when it is over, nothing in between above DEBUG. */
final class TroubleLog {

  private static final System.Logger LOG = System.getLogger("dev.infraevents");

  private final URI source;
  private boolean troubled; // guarded by this

  TroubleLog(URI source) {
    this.source = source;
  }

  synchronized void trouble(SourceException cause, @Nullable Duration retryIn) {
    Level level = (troubled && retryIn != null) ? Level.DEBUG : Level.WARNING;
    troubled = true;
    String next = retryIn == null ? "giving up" : "next attempt in " + retryIn.toMillis() + " ms";
    LOG.log(level, "{0}: {1}; {2}", source, cause.getMessage(), next);
  }

  synchronized void over() {
    if (troubled) {
      troubled = false;
      LOG.log(Level.INFO, "{0}: connected again", source);
    }
  }
}
