package dev.infraevents.engflow;

import dev.infraevents.EventType;
import java.util.List;

/**
 * The types of EngFlow's events: notifications, which say that something started or finished, and,
 * named {@code engflow.progress.*}, the events of builds. The subject of an event is the id of its
 * build; its attributes are {@value #INSTANCE} and {@value #INVOCATION}.
 *
 * <pre>{@code
 * router.on(EngFlow.INVOCATION_FINISHED, e -> fetch(e.payload().invocationId()))
 * router.onPayload(BuildProgress.class, e -> ...)
 * }</pre>
 *
 * <p>What this version does not know still arrives, with one of the types whose name ends in {@code
 * unknown}.
 */
public final class EngFlow {

  /**
   * The attribute of a notification that holds the name of the instance of the cluster; absent if
   * it is empty.
   */
  public static final String INSTANCE = "instance";

  /** The attribute of an event that holds the id of its invocation; absent if it has none. */
  public static final String INVOCATION = "invocation";

  /** The media type of {@link dev.infraevents.Event#data()}: one protobuf message. */
  public static final String CONTENT_TYPE = "application/protobuf";

  private static final String PREFIX = "engflow.";
  private static final String PROGRESS = PREFIX + "progress.";

  /** A build has started. */
  public static final EventType<BuildStarted> BUILD_STARTED =
      EventType.of(PREFIX + "build.started", BuildStarted.class);

  /** A build has finished. */
  public static final EventType<BuildFinished> BUILD_FINISHED =
      EventType.of(PREFIX + "build.finished", BuildFinished.class);

  /** An invocation has started. */
  public static final EventType<InvocationStarted> INVOCATION_STARTED =
      EventType.of(PREFIX + "invocation.started", InvocationStarted.class);

  /** An invocation has finished. */
  public static final EventType<InvocationFinished> INVOCATION_FINISHED =
      EventType.of(PREFIX + "invocation.finished", InvocationFinished.class);

  /** Something else has happened to a build. */
  public static final EventType<UnknownLifecycleEvent> LIFECYCLE_UNKNOWN =
      EventType.of(PREFIX + "lifecycle.unknown", UnknownLifecycleEvent.class);

  /** The result store has heard of an invocation. */
  public static final EventType<ResultStoreInvocationStarted> RESULT_STORE_INVOCATION_STARTED =
      EventType.of(PREFIX + "resultstore.invocation.started", ResultStoreInvocationStarted.class);

  /** The result store says something else. */
  public static final EventType<UnknownResultStoreEvent> RESULT_STORE_UNKNOWN =
      EventType.of(PREFIX + "resultstore.lifecycle.unknown", UnknownResultStoreEvent.class);

  /** A notification of another type. */
  public static final EventType<UnknownNotification> NOTIFICATION_UNKNOWN =
      EventType.of(PREFIX + "notification.unknown", UnknownNotification.class);

  /** An attempt to run an invocation has started. */
  public static final EventType<BuildProgress.InvocationAttemptStarted>
      PROGRESS_INVOCATION_ATTEMPT_STARTED =
          EventType.of(
              PROGRESS + "invocation_attempt_started",
              BuildProgress.InvocationAttemptStarted.class);

  /** An attempt to run an invocation has finished. */
  public static final EventType<BuildProgress.InvocationAttemptFinished>
      PROGRESS_INVOCATION_ATTEMPT_FINISHED =
          EventType.of(
              PROGRESS + "invocation_attempt_finished",
              BuildProgress.InvocationAttemptFinished.class);

  /** A build has been taken. */
  public static final EventType<BuildProgress.BuildEnqueued> PROGRESS_BUILD_ENQUEUED =
      EventType.of(PROGRESS + "build_enqueued", BuildProgress.BuildEnqueued.class);

  /** A build has finished, as its own events say. */
  public static final EventType<BuildProgress.BuildFinished> PROGRESS_BUILD_FINISHED =
      EventType.of(PROGRESS + "build_finished", BuildProgress.BuildFinished.class);

  /** A build has printed something. */
  public static final EventType<BuildProgress.ConsoleOutput> PROGRESS_CONSOLE_OUTPUT =
      EventType.of(PROGRESS + "console_output", BuildProgress.ConsoleOutput.class);

  /** A component sends no more events. */
  public static final EventType<BuildProgress.ComponentStreamFinished>
      PROGRESS_COMPONENT_STREAM_FINISHED =
          EventType.of(
              PROGRESS + "component_stream_finished", BuildProgress.ComponentStreamFinished.class);

  /** An event of Bazel. */
  public static final EventType<BuildProgress.BazelEvent> PROGRESS_BAZEL_EVENT =
      EventType.of(PROGRESS + "bazel_event", BuildProgress.BazelEvent.class);

  /** An event of what executes a build. */
  public static final EventType<BuildProgress.BuildExecutionEvent> PROGRESS_BUILD_EXECUTION_EVENT =
      EventType.of(PROGRESS + "build_execution_event", BuildProgress.BuildExecutionEvent.class);

  /** An event of what fetches sources. */
  public static final EventType<BuildProgress.SourceFetchEvent> PROGRESS_SOURCE_FETCH_EVENT =
      EventType.of(PROGRESS + "source_fetch_event", BuildProgress.SourceFetchEvent.class);

  /** An event of a build of another kind. */
  public static final EventType<BuildProgress.Unknown> PROGRESS_UNKNOWN =
      EventType.of(PROGRESS + "unknown", BuildProgress.Unknown.class);

  private static final List<EventType<? extends EngFlowPayload>> NOTIFICATIONS =
      List.of(
          BUILD_STARTED,
          BUILD_FINISHED,
          INVOCATION_STARTED,
          INVOCATION_FINISHED,
          LIFECYCLE_UNKNOWN,
          RESULT_STORE_INVOCATION_STARTED,
          RESULT_STORE_UNKNOWN,
          NOTIFICATION_UNKNOWN);

  private static final List<EventType<? extends BuildProgress>> PROGRESS_TYPES =
      List.of(
          PROGRESS_INVOCATION_ATTEMPT_STARTED,
          PROGRESS_INVOCATION_ATTEMPT_FINISHED,
          PROGRESS_BUILD_ENQUEUED,
          PROGRESS_BUILD_FINISHED,
          PROGRESS_CONSOLE_OUTPUT,
          PROGRESS_COMPONENT_STREAM_FINISHED,
          PROGRESS_BAZEL_EVENT,
          PROGRESS_BUILD_EXECUTION_EVENT,
          PROGRESS_SOURCE_FETCH_EVENT,
          PROGRESS_UNKNOWN);

  private EngFlow() {}

  /**
   * The types of the events that the notification queue brings.
   *
   * @return an immutable list
   */
  public static List<EventType<? extends EngFlowPayload>> notificationTypes() {
    return NOTIFICATIONS;
  }

  /**
   * The types of the events of builds, which the event store brings.
   *
   * @return an immutable list
   */
  public static List<EventType<? extends BuildProgress>> progressTypes() {
    return PROGRESS_TYPES;
  }
}
