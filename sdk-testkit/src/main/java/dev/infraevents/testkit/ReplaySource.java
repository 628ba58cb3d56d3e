package dev.infraevents.testkit;

import dev.infraevents.Capability;
import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.garm.GarmDecoder;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.spi.AbstractEventSource;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.MessageReader;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.spi.Transport;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Plays a recording as the source it was made of: same types, same options, same engine. Every
 * subscription hears it from the beginning and ends, as completed, when all of it has been handled.
 *
 * <pre>{@code
 * try (var garm = ReplaySource.garm().file(Path.of("garm.ndjson")).build();
 *     var subscription = garm.subscribe(handler)) {
 *   subscription.completion().toCompletableFuture().join();
 * }
 * }</pre>
 *
 * <p>It waits for the handler, so nothing is dropped, however small the buffer. There are no
 * acknowledgements: every verb is {@link dev.infraevents.AckOutcome#NOT_APPLICABLE}. Blank lines
 * are passed over; a line that the source's decoder refuses is undecodable, as it would be on the
 * wire. A recording that can not be read fails the subscription with a {@link
 * ConfigurationException}. Thread-safe.
 *
 * @param <P> the payload class
 */
public final class ReplaySource<P> extends AbstractEventSource<P> {

  // A recording is not dead because its events are far apart, or because the handler is slow.
  private static final ConnectionOptions NEVER_SILENT =
      ConnectionOptions.builder().ping(Duration.ofDays(10_000), Duration.ofDays(10_000)).build();

  private final MessageReader<P> reader;
  private final Recording recording;
  private final Duration interval;
  private final @Nullable TimeSource time;

  private ReplaySource(Builder<P> builder, Recording recording) {
    super(
        builder.source,
        Set.of(Capability.REPLAY, Capability.ORDERED),
        NEVER_SILENT,
        null,
        builder.time);
    this.reader = builder.reader;
    this.recording = recording;
    this.interval = builder.interval;
    this.time = builder.time;
  }

  /**
   * Starts a source of any kind.
   *
   * @param <P> the payload class
   * @param reader turns a message into an event, such as {@code new GarmDecoder()::read}
   * @return a builder that needs a recording
   */
  public static <P> Builder<P> builder(MessageReader<P> reader) {
    return new Builder<>(reader);
  }

  /**
   * Starts a source that plays what GARM's events websocket has sent.
   *
   * @return a builder that needs a recording
   */
  public static Builder<GarmPayload> garm() {
    return builder(new GarmDecoder()::read);
  }

  @Override
  protected Transport<P> newTransport() {
    return new Transport<>() {
      @Override
      public Connection open(ConnectionContext<P> context) {
        var replay = new Replay<>(openRecording(), context, reader, source(), interval, time);
        replay.start();
        return replay;
      }

      @Override
      public boolean demandDriven() {
        return true;
      }
    };
  }

  private InputStream openRecording() {
    try {
      return recording.open();
    } catch (IOException e) {
      throw new ConfigurationException(
          "the recording of " + source() + " can not be read: " + e.getClass().getSimpleName(), e);
    }
  }

  @Override
  public String toString() {
    return "ReplaySource[" + source() + "]";
  }

  /** Where a recording is. */
  @FunctionalInterface
  private interface Recording {
    InputStream open() throws IOException;
  }

  /**
   * Builds a {@link ReplaySource}. Not thread-safe.
   *
   * @param <P> the payload class
   */
  public static final class Builder<P> {
    private final MessageReader<P> reader;
    private @Nullable Recording recording;
    private URI source = URI.create("replay://recording");
    private Duration interval = Duration.ZERO;
    private @Nullable TimeSource time;

    private Builder(MessageReader<P> reader) {
      this.reader = Objects.requireNonNull(reader, "reader");
    }

    /**
     * Plays a file.
     *
     * @param path as {@link EventRecorder} writes it; opened anew for each subscription
     * @return this
     */
    public Builder<P> file(Path path) {
      Objects.requireNonNull(path, "path");
      this.recording = () -> Files.newInputStream(path);
      return this;
    }

    /**
     * Plays a resource.
     *
     * @param url such as {@code MyTest.class.getResource("garm.ndjson")}; opened anew for each
     *     subscription
     * @return this
     * @throws ConfigurationException if it is null, because there is no such resource
     */
    public Builder<P> resource(@Nullable URL url) {
      if (url == null) {
        throw new ConfigurationException(
            "there is no such recording: check the name and the folder of the resource", null);
      }
      this.recording =
          () -> {
            URLConnection connection = url.openConnection();
            connection.setUseCaches(false); // else its jar stays open
            return connection.getInputStream();
          };
      return this;
    }

    /**
     * Plays lines.
     *
     * @param lines as {@link EventRecorder} writes them, without line ends; copied
     * @return this
     */
    public Builder<P> lines(List<String> lines) {
      byte[] content = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
      this.recording = () -> new ByteArrayInputStream(content);
      return this;
    }

    /**
     * Sets the address that the events are said to come from.
     *
     * @param source without user info; {@code replay://recording} by default
     * @return this
     */
    public Builder<P> source(URI source) {
      this.source = Objects.requireNonNull(source, "source");
      return this;
    }

    /**
     * Sets the time from one event to the next. The first comes at once.
     *
     * @param interval zero, which is the default, for as fast as they are handled
     * @return this
     * @throws IllegalArgumentException if negative
     */
    public Builder<P> interval(Duration interval) {
      if (interval.isNegative()) {
        throw new IllegalArgumentException("the interval must not be negative: " + interval);
      }
      this.interval = interval;
      return this;
    }

    /**
     * Sets the time in which the interval passes and events are stamped; real time, if not called.
     *
     * @param time clocks and timers
     * @return this
     */
    public Builder<P> timeSource(TimeSource time) {
      this.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /**
     * Builds the source. Nothing is read before the first subscription.
     *
     * @return the source
     * @throws ConfigurationException if there is no recording
     */
    public ReplaySource<P> build() {
      if (recording == null) {
        throw new ConfigurationException(
            "a replay needs file(...), resource(...) or lines(...)", null);
      }
      return new ReplaySource<>(this, recording);
    }
  }
}
