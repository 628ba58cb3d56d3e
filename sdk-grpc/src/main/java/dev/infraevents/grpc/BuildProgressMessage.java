package dev.infraevents.grpc;

import dev.infraevents.Bytes;
import dev.infraevents.Event;
import dev.infraevents.EventType;
import dev.infraevents.engflow.BuildProgress;
import dev.infraevents.engflow.EngFlow;
import dev.infraevents.engflow.EngFlowPayload;
import dev.infraevents.grpc.proto.build.BuildEvent;
import dev.infraevents.grpc.proto.build.StreamId;
import dev.infraevents.grpc.proto.eventstore.StreamedBuildEvent;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.Settlement;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event of a build. {@link Event#raw()} and {@link Event#data()} are the message of the store.
 */
final class BuildProgressMessage implements InboundMessage<BuildProgress> {

  private final Bytes raw;
  private final StreamedBuildEvent message;
  private final URI source;
  private final Instant receivedAt;
  private final Settlement settlement;
  private final Map<String, String> attributes;

  /**
   * Looks at no more than the envelope.
   *
   * @param raw the message as it arrived
   * @param message the same
   */
  BuildProgressMessage(
      Bytes raw,
      StreamedBuildEvent message,
      URI source,
      Instant receivedAt,
      Settlement settlement) {
    this.raw = raw;
    this.message = message;
    this.source = source;
    this.receivedAt = receivedAt;
    this.settlement = settlement;
    this.attributes = NotificationMessage.attributes("", stream().getInvocationId());
  }

  /** This message among those of a source that brings other events too. */
  @SuppressWarnings(
      "unchecked") // a message only ever gives events, and every payload is of EngFlow
  InboundMessage<EngFlowPayload> asEngFlow() {
    return (InboundMessage<EngFlowPayload>) (InboundMessage<?>) this;
  }

  @Override
  public EventType<? extends BuildProgress> type() {
    return switch (event().getEventCase()) {
      case INVOCATION_ATTEMPT_STARTED -> EngFlow.PROGRESS_INVOCATION_ATTEMPT_STARTED;
      case INVOCATION_ATTEMPT_FINISHED -> EngFlow.PROGRESS_INVOCATION_ATTEMPT_FINISHED;
      case BUILD_ENQUEUED -> EngFlow.PROGRESS_BUILD_ENQUEUED;
      case BUILD_FINISHED -> EngFlow.PROGRESS_BUILD_FINISHED;
      case CONSOLE_OUTPUT -> EngFlow.PROGRESS_CONSOLE_OUTPUT;
      case COMPONENT_STREAM_FINISHED -> EngFlow.PROGRESS_COMPONENT_STREAM_FINISHED;
      case BAZEL_EVENT -> EngFlow.PROGRESS_BAZEL_EVENT;
      case BUILD_EXECUTION_EVENT -> EngFlow.PROGRESS_BUILD_EXECUTION_EVENT;
      case SOURCE_FETCH_EVENT -> EngFlow.PROGRESS_SOURCE_FETCH_EVENT;
      case EVENT_NOT_SET -> EngFlow.PROGRESS_UNKNOWN;
    };
  }

  @Override
  public URI source() {
    return source;
  }

  @Override
  public @Nullable String subject() {
    String build = stream().getBuildId();
    return build.isEmpty() ? null : build;
  }

  @Override
  public Map<String, String> attributes() {
    return attributes;
  }

  @Override
  public Bytes raw() {
    return raw;
  }

  @Override
  public Settlement settlement() {
    return settlement;
  }

  @Override
  @SuppressWarnings("unchecked") // the payload is of the type's class, which is a BuildProgress
  public Event<BuildProgress> decode() {
    Event.Builder<BuildProgress> event = Event.builder((EventType<BuildProgress>) type());
    String id = id();
    if (id != null) {
      event.id(id);
    }
    return event
        .source(source)
        .subject(subject())
        .time(event().hasEventTime() ? Protos.instant(event().getEventTime()) : null)
        .receivedAt(receivedAt)
        .payload(BuildProgressReader.read(message))
        .data(raw, EngFlow.CONTENT_TYPE)
        .raw(raw)
        .attributes(attributes)
        .build();
  }

  // An event has no number. What identifies it is the position after it in its stream.
  private @Nullable String id() {
    String token = message.getContinuationToken();
    String invocation = stream().getInvocationId();
    String owner = invocation.isEmpty() ? stream().getBuildId() : invocation;
    return token.isEmpty() ? null : owner + "/" + token;
  }

  private StreamId stream() {
    return message.getEvent().getStreamId();
  }

  private BuildEvent event() {
    return message.getEvent().getBuildEvent();
  }
}
