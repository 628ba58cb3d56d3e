package dev.infraevents.pubsub.queues;

import dev.infraevents.Bytes;
import dev.infraevents.ProtocolException;
import dev.infraevents.SourceException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Keeps the key that the creation of a pull queue is answered with, or says that it is lost. */
final class PullCreation {

  private final String label;
  private final Path path;

  PullCreation(String label, Path path) {
    this.label = label;
    this.path = path;
  }

  /**
   * Creates a queue.
   *
   * @param request creates it at the server, once, and returns the answer's body
   */
  void run(Supplier<Bytes> request) {
    try (KeyFile file = KeyFile.create(path)) {
      Bytes answer = answer(request);
      if (!KeyFile.isKey(answer)) {
        throw keyLost("the answer holds no key", null);
      }
      keep(answer, file);
      String missing = KeyFile.missing(answer);
      if (missing != null) {
        throw new ProtocolException(
            "%s holds the key of queue %s, but is no credentials file for a pull: it lacks %s"
                .formatted(path, label, missing),
            null,
            false);
      }
    }
  }

  private Bytes answer(Supplier<Bytes> request) {
    try {
      return request.get();
    } catch (SourceException e) {
      if (QueuesApi.isWithoutEffect(e)) {
        throw e;
      }
      throw keyLost(Objects.requireNonNullElse(e.getMessage(), "no answer"), e);
    }
  }

  private void keep(Bytes key, KeyFile file) {
    try {
      file.write(key);
    } catch (IOException e) {
      throw keyLost(path + " could not be written (" + e.getClass().getSimpleName() + ")", e);
    }
  }

  private ProtocolException keyLost(String what, @Nullable Throwable cause) {
    return new ProtocolException(
        "%s; queue %s may exist all the same, and its key, which is told only once, is lost: delete the queue, then create another"
            .formatted(what, label),
        cause,
        false);
  }
}
