package dev.infraevents.engflow.bazel;

import java.util.List;

/**
 * An event of Bazel, of version 4 and later. Bazel announces every event but the first as a child
 * of an earlier one, and then sends it, or {@link Aborted} in its place, or, after a crash, never.
 * Summaries may follow {@link Finished}.
 *
 * <p>What was not set is {@code ""}, 0, false or an empty list, and null for times and durations.
 * Where a newer Bazel sets a timestamp or a duration and an older one a number of milliseconds,
 * whichever is there is taken. Lists and maps can not be changed.
 *
 * <p>These events hold full command lines, the client's environment and the headers that it sends,
 * secrets included. {@code toString} shows none of it; do not log the accessors' values.
 */
public sealed interface BazelBuildEvent
    permits Aborted,
        BuildMetadata,
        BuildMetrics,
        ExecRequest,
        Finished,
        NamedSetOfFiles,
        OptionsParsed,
        Other,
        Progress,
        Started,
        StructuredCommandLine,
        TargetCompleted,
        TestResult,
        TestSummary,
        UnstructuredCommandLine,
        WorkspaceStatus {

  /** The full name of the message that holds such an event. */
  String MESSAGE_NAME = "build_event_stream.BuildEvent";

  /**
   * What every event has.
   *
   * @return its id, the ids that it announces, and whether it is the last
   */
  EventHeader header();

  /**
   * What the event is about, and under which name it was announced.
   *
   * @return the id, which no other event of the build has
   */
  default EventId id() {
    return header().id();
  }

  /**
   * The events that are to come later.
   *
   * @return their ids, often none
   */
  default List<EventId> children() {
    return header().children();
  }

  /**
   * Says whether Bazel sends no more events of this build.
   *
   * @return true for the last event
   */
  default boolean lastMessage() {
    return header().lastMessage();
  }
}
