package dev.infraevents.testkit;

import dev.infraevents.Bytes;
import dev.infraevents.DeadLetter;
import dev.infraevents.Delivery;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.SourceSignal;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * Writes the messages of a subscription to a file as they arrived, one per line, for {@link
 * ReplaySource}. It is a handler by itself, or goes around one:
 *
 * <pre>{@code
 * try (var recorder = EventRecorder.to(Path.of("garm.ndjson"));
 *     var subscription = garm.subscribe(recorder.around(handler))) {
 *   ...
 * }
 * }</pre>
 *
 * <p>A message that can not be decoded never reaches a handler; to have it too, set {@link
 * #undecodable} as the subscription's dead-letter callback. What a reconciliation found is handled
 * and not recorded: it was no message of the stream, and no replay could read it as one.
 *
 * <p><b>Lines.</b> A message that is a JSON object or array is its line, without its line breaks if
 * it was pretty-printed. Other text is a JSON string. What is not UTF-8, or holds control
 * characters other than those for white space and terminals, is <code>{"base64":"..."}</code>. The
 * replay has the same bytes again, but for such line breaks and for secrets.
 *
 * <p><b>Secrets</b> become {@code ***}: at any depth, strings and numbers under a key that holds
 * the word token, password, passwd, passphrase, secret, authorization, API key, private key, access
 * key, signing key, OAuth, cookie, JWT or bearer (in any case, with or without separators), or that
 * was named by the caller; in any string, JSON web tokens, and the user info of a URL or {@code
 * user:password@}. Text that is no JSON is searched for the same. All else stays byte for byte.
 * Secrets of another form stay too, and binary messages are not searched: look through a recording
 * before you share it.
 *
 * <p>Each line has been handed to the operating system when the delivery goes on. A line that can
 * not be written fails its delivery and leaves no half line behind. Thread-safe.
 */
public final class EventRecorder implements EventHandler<Object>, AutoCloseable {

  private final Path path;
  private final Redaction redaction;

  /** Recorded and failed: they may come once more, and are not recorded again. */
  private final Set<Event<?>> failed =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  // A file channel would be closed by the interrupt of a handler that outlives the drain time.
  private final RandomAccessFile file; // guarded by this
  private boolean closed; // guarded by this

  private EventRecorder(Path path, Redaction redaction) throws IOException {
    this.path = path;
    this.redaction = redaction;
    this.file = new RandomAccessFile(path.toFile(), "rw");
    toNewLine();
  }

  /**
   * Opens a file, and goes on at its end if it exists.
   *
   * @param path the file; its folder has to exist
   * @param furtherSecrets names of more keys whose values are secret; case and separators do not
   *     matter
   * @return a recorder; close it after the subscription
   * @throws UncheckedIOException if the file can not be written
   */
  public static EventRecorder to(Path path, String... furtherSecrets) {
    var redaction = new Redaction(new SecretKeys(furtherSecrets));
    try {
      return new EventRecorder(path, redaction);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "can not write the recording " + path + ": check its folder and who may write there", e);
    }
  }

  /**
   * Records, then calls a handler. A retry in this process is recorded once. May be called several
   * times, for several subscriptions.
   *
   * @param <P> the payload class
   * @param handler gets every event that was recorded, and all signals
   * @return the handler to subscribe
   */
  public <P> EventHandler<P> around(EventHandler<? super P> handler) {
    Objects.requireNonNull(handler, "handler");
    return new EventHandler<>() {
      @Override
      @SuppressWarnings("unchecked") // a handler of a superclass takes the event as one of it
      public void handle(Event<P> event, Delivery delivery) throws Exception {
        if (!failed.remove(event)) {
          record(event);
        }
        try {
          ((EventHandler<P>) handler).handle(event, delivery);
        } catch (Throwable e) {
          failed.add(event);
          throw e;
        }
      }

      @Override
      public void onSignal(SourceSignal signal) {
        handler.onSignal(signal);
      }
    };
  }

  /**
   * Records an event, unless a reconciliation found it.
   *
   * @param event the event
   * @param delivery not settled here
   * @throws UncheckedIOException if the file can not be written: the event is not recorded
   * @throws IllegalStateException if the recorder is closed
   */
  @Override
  public void handle(Event<Object> event, Delivery delivery) {
    record(event);
  }

  /**
   * Records a message that could not be decoded; one that was decoded is recorded already. For
   * {@link dev.infraevents.DeliveryOptions.Builder#deadLetters}.
   *
   * @param letter what could not be delivered
   * @throws UncheckedIOException if the file can not be written: the message is not recorded
   * @throws IllegalStateException if the recorder is closed
   */
  public void undecodable(DeadLetter letter) {
    if (letter.event() == null) {
      append(letter.raw());
    }
  }

  /** Closes the file. What is delivered afterwards fails. Idempotent. */
  @Override
  public synchronized void close() {
    closed = true;
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException("can not close the recording " + path, e);
    }
  }

  private void record(Event<?> event) {
    if (!event.attributes().containsKey(Event.ORIGIN)) {
      append(event.raw());
    }
  }

  private void append(Bytes message) {
    byte[] line = (RecordingLine.of(message, redaction) + "\n").getBytes(StandardCharsets.UTF_8);
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException(
            "the recording " + path + " is closed: close the subscription before the recorder");
      }
      try {
        write(line);
      } catch (IOException e) {
        throw new UncheckedIOException(
            "the event is not recorded, as " + path + " can not be written: make room on the disk",
            e);
      }
    }
  }

  private void write(byte[] line) throws IOException {
    long start = file.getFilePointer();
    try {
      file.write(line);
    } catch (IOException e) {
      try {
        file.setLength(start); // no half line
        file.seek(start);
      } catch (IOException more) {
        e.addSuppressed(more);
      }
      throw e;
    }
  }

  // A process that was killed may have left half a line.
  private void toNewLine() throws IOException {
    long length = file.length();
    if (length > 0) {
      file.seek(length - 1);
      if (file.read() != '\n') {
        file.write('\n');
      }
    }
  }
}
