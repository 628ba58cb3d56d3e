package dev.infraevents.grpc;

import com.google.protobuf.Any;
import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.EventType;
import dev.infraevents.engflow.EngFlow;
import dev.infraevents.engflow.EngFlowPayload;
import dev.infraevents.grpc.proto.eventstore.StreamedBuildEvent;
import dev.infraevents.spi.PayloadCatalog;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The events of EngFlow, for {@link dev.infraevents.CloudEvents}. Found by the service loader;
 * there is nothing to do with it but to have this library on the class path.
 */
public final class EngFlowCatalog implements PayloadCatalog {

  private static final Map<String, Entry<?>> ENTRIES =
      Stream.concat(
              EngFlow.notificationTypes().stream()
                  .map(type -> entry(type, EngFlowCatalog::notification)),
              EngFlow.progressTypes().stream().map(type -> entry(type, EngFlowCatalog::progress)))
          .collect(Collectors.toUnmodifiableMap(entry -> entry.type().name(), Function.identity()));

  /** For the service loader. */
  public EngFlowCatalog() {}

  @Override
  public Optional<Entry<?>> find(String typeName) {
    return Optional.ofNullable(ENTRIES.get(typeName));
  }

  private static <P extends EngFlowPayload> Entry<?> entry(
      EventType<P> type, Decoder<EngFlowPayload> decoder) {
    return new Entry<>(type, data -> checked(type, decoder.decode(data)));
  }

  private static EngFlowPayload notification(Bytes data) {
    Any message = Protos.parse(Any.parser(), data, "EngFlow notification");
    return NotificationContent.of(message).payload();
  }

  private static EngFlowPayload progress(Bytes data) {
    return BuildProgressReader.read(
        Protos.parse(StreamedBuildEvent.parser(), data, "EngFlow build event"));
  }

  private static <P> P checked(EventType<P> type, EngFlowPayload payload) {
    if (!type.payloadType().isInstance(payload)) {
      throw new DecodingException(
          "The data of an event of type "
              + type
              + " is of another kind: "
              + payload.getClass().getSimpleName(),
          null);
    }
    return type.payloadType().cast(payload);
  }
}
