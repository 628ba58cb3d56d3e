package dev.infraevents.testing.connection;

import java.text.MessageFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the library logs, from when it is made until it is closed. */
public final class LogCapture extends Handler {

  // Held here: the log manager refers to loggers weakly, and a collected one forgets its handlers.
  private final Logger logger = Logger.getLogger("dev.infraevents");
  private final Level levelBefore = logger.getLevel();
  private final List<String> lines = new CopyOnWriteArrayList<>();

  public LogCapture() {
    logger.setLevel(Level.ALL);
    logger.setUseParentHandlers(false);
    logger.addHandler(this);
  }

  /** Level and text of everything above DEBUG. */
  public List<String> lines() {
    return lines.stream().filter(line -> !line.startsWith("FINE")).toList();
  }

  /** Level and text of everything. */
  public List<String> all() {
    return lines;
  }

  @Override
  public void publish(LogRecord event) {
    Object[] values = event.getParameters();
    String text =
        values == null ? event.getMessage() : MessageFormat.format(event.getMessage(), values);
    lines.add(event.getLevel() + " " + text);
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
    logger.setUseParentHandlers(true);
    logger.setLevel(levelBefore);
  }
}
