package dev.infraevents.grpc;

import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.engflow.PackedMessage;
import dev.infraevents.engflow.bazel.BazelBuildEvent;
import dev.infraevents.grpc.proto.bazel.BuildEvent;
import java.util.Optional;

/**
 * Reads Bazel's own events, which the events of a build carry.
 *
 * <pre>{@code
 * router.on(
 *     EngFlow.PROGRESS_BAZEL_EVENT,
 *     e -> BazelEvents.decode(e.payload().message()).ifPresent(this::show))
 * }</pre>
 *
 * <p>They hold command lines and environments, and so secrets: see {@link BazelBuildEvent}.
 */
public final class BazelEvents {

  private BazelEvents() {}

  /**
   * Reads an event of Bazel.
   *
   * @param message what an event of a build carries
   * @return the event; empty if the message is of another type, as other build tools send it
   * @throws DecodingException if it is malformed; the message quotes nothing of it
   */
  public static Optional<BazelBuildEvent> decode(PackedMessage message) throws DecodingException {
    return message.messageName().equals(BazelBuildEvent.MESSAGE_NAME)
        ? Optional.of(decode(message.value()))
        : Optional.empty();
  }

  /**
   * Reads an event of Bazel.
   *
   * @param event one {@value BazelBuildEvent#MESSAGE_NAME}, serialised
   * @return the event
   * @throws DecodingException if it is malformed; the message quotes nothing of it
   */
  public static BazelBuildEvent decode(Bytes event) throws DecodingException {
    return BazelEventReader.read(Protos.parse(BuildEvent.parser(), event, "Bazel event"));
  }
}
