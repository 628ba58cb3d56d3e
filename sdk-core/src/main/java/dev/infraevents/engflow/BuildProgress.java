package dev.infraevents.engflow;

import dev.infraevents.Bytes;
import dev.infraevents.OpenEnum;
import dev.infraevents.RawPayload;
import dev.infraevents.WireName;
import org.jspecify.annotations.Nullable;

/**
 * An event of a build, from the event store. When it happened is {@link
 * dev.infraevents.Event#time()}.
 *
 * <p>No event but the one that {@link StreamInfo#last} marks says that a stream is complete:
 * neither {@link ComponentStreamFinished} nor {@link InvocationAttemptFinished} does.
 */
public sealed interface BuildProgress extends EngFlowPayload {

  /**
   * Whose event it is, and where it stands in its stream.
   *
   * @return what every event of a build carries
   */
  StreamInfo stream();

  /**
   * An attempt to run an invocation has started: the first event of an invocation.
   *
   * @param stream whose event it is
   * @param attemptNumber 1 and up, growing with each retry within a build; 0 when not set
   * @param details more, specific to the build tool; null when not set
   */
  record InvocationAttemptStarted(
      StreamInfo stream, long attemptNumber, @Nullable PackedMessage details)
      implements BuildProgress {}

  /**
   * An attempt to run an invocation has finished.
   *
   * @param stream whose event it is
   * @param status how it ended; null when not set
   * @param details more, specific to the build tool; null when not set
   */
  record InvocationAttemptFinished(
      StreamInfo stream, @Nullable BuildStatus status, @Nullable PackedMessage details)
      implements BuildProgress {}

  /**
   * A build has been taken: the first event of a build.
   *
   * @param stream whose event it is
   * @param details more, specific to the build tool; null when not set
   */
  record BuildEnqueued(StreamInfo stream, @Nullable PackedMessage details)
      implements BuildProgress {}

  /**
   * A build has finished: no further invocation of it follows.
   *
   * @param stream whose event it is
   * @param status how it ended; null when not set
   * @param details more, specific to the build tool; null when not set
   */
  record BuildFinished(
      StreamInfo stream, @Nullable BuildStatus status, @Nullable PackedMessage details)
      implements BuildProgress {}

  /**
   * What was printed, as terminals take it. Its {@code toString} shows only how much.
   *
   * @param stream whose event it is
   * @param channel where it was printed; not set if unknown
   * @param output the text as UTF-8, or any bytes; empty when there is none
   */
  record ConsoleOutput(StreamInfo stream, OpenEnum<Channel> channel, Bytes output)
      implements BuildProgress {

    /** Where something is printed. */
    public enum Channel implements WireName {
      /** Standard output. */
      STDOUT,
      /** Standard error. */
      STDERR;

      @Override
      public String wireName() {
        return name();
      }
    }
  }

  /**
   * One of the components that send events of a build will send no more. Others may.
   *
   * @param stream whose event it is
   * @param reason how the cluster knows; not set if unknown
   */
  record ComponentStreamFinished(StreamInfo stream, OpenEnum<Reason> reason)
      implements BuildProgress {

    /** How the end of a stream is known. */
    public enum Reason implements WireName {
      /** The component said so. */
      FINISHED,
      /** Nothing came for too long. */
      EXPIRED;

      @Override
      public String wireName() {
        return name();
      }
    }
  }

  /**
   * An event of the build tool: of Bazel, or of another one that uses the same field.
   *
   * @param stream whose event it is
   * @param message normally a {@code build_event_stream.BuildEvent}; look at its type
   */
  record BazelEvent(StreamInfo stream, PackedMessage message) implements BuildProgress {}

  /**
   * An event of what executes the build.
   *
   * @param stream whose event it is
   * @param message the event, specific to the tool
   */
  record BuildExecutionEvent(StreamInfo stream, PackedMessage message) implements BuildProgress {}

  /**
   * An event of what fetches sources.
   *
   * @param stream whose event it is
   * @param message the event, specific to the tool
   */
  record SourceFetchEvent(StreamInfo stream, PackedMessage message) implements BuildProgress {}

  /**
   * An event of a kind that this version does not know, or without any.
   *
   * @param stream whose event it is
   * @param message the {@code google.devtools.build.v1.BuildEvent}; without content if there is
   *     none, as when a stream is resumed after its last event
   */
  record Unknown(StreamInfo stream, PackedMessage message) implements BuildProgress, RawPayload {

    @Override
    public String typeName() {
      return message.typeUrl();
    }

    @Override
    public Bytes content() {
      return message.value();
    }
  }
}
