package dev.infraevents.pubsub.push;

import dev.infraevents.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/** Reads the body of one request, and keeps no more of it than is allowed. */
final class PushBodyReader {

  /** How much is kept of a body that is too large. */
  static final int SAMPLE = 64 << 10;

  private static final int CHUNK = 8 << 10;

  /**
   * A body that is too large is read on and thrown away: a sender that can not get rid of it does
   * not see the answer, and sends it again. This is more than Pub/Sub can send.
   */
  private static final long MOST = 64L << 20;

  /**
   * What was read.
   *
   * @param content the body, or the first part of it
   * @param tooLarge whether there was more of it than is allowed
   */
  record Body(Bytes content, boolean tooLarge) {}

  private final PushRequest request;
  private final int limit;
  private final long announced;

  PushBodyReader(PushRequest request, int limit) {
    this.request = request;
    this.limit = limit;
    this.announced = announced(request);
  }

  /** How much will probably be kept. */
  long expected() {
    return announced > limit ? SAMPLE : announced;
  }

  /**
   * Reads.
   *
   * @param mayKeep asked again and again whether so much may be kept
   * @return the body; null as soon as it may not
   * @throws IOException if it breaks off
   */
  @Nullable Body read(LongPredicate mayKeep) throws IOException {
    InputStream in = request.body();
    var content = new ByteArrayOutputStream((int) Math.min(Math.max(announced, 32), CHUNK));
    byte[] chunk = new byte[CHUNK];
    long size = 0;
    long room = announced > limit ? SAMPLE : Math.max(limit, SAMPLE);
    for (int n = in.read(chunk); n >= 0 && size < MOST; n = in.read(chunk)) {
      size += n;
      if (!mayKeep.test(Math.min(size, room))) {
        return null;
      }
      content.write(chunk, 0, (int) Math.min(n, room - content.size()));
    }
    if (size < Math.min(announced, MOST)) {
      throw new EOFException("the body ended early"); // not every server says so itself
    }
    boolean tooLarge = size > limit;
    byte[] bytes = content.toByteArray();
    int end = tooLarge ? Math.min(bytes.length, SAMPLE) : bytes.length;
    return new Body(Bytes.of(bytes, 0, end), tooLarge);
  }

  /** The length that the sender has announced; 0 if there is none that means anything. */
  private static long announced(PushRequest request) {
    List<String> lengths = request.all("Content-Length");
    boolean asSent =
        request.all("Transfer-Encoding").isEmpty() && request.all("Content-Encoding").isEmpty();
    try {
      return asSent && lengths.size() == 1 ? Math.max(0, Long.parseLong(lengths.get(0))) : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
