package dev.infraevents.internal.foundries;

import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.EventType;
import dev.infraevents.foundries.Foundries;
import dev.infraevents.foundries.FoundriesPayload;
import dev.infraevents.foundries.UnknownDeviceEvent;
import dev.infraevents.spi.PayloadCatalog.Decoder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A kind of event: how it is called here and there, and how its payload is read.
 *
 * @param type the type
 * @param eventType the server's word for it; empty if there is none
 * @param known whether this version knows it
 * @param decoder reads the payload; of an unknown kind, whatever it is
 */
public record EventKind<P extends FoundriesPayload>(
    EventType<P> type, String eventType, boolean known, Decoder<P> decoder) {

  private static final String DEVICE = "foundries.device.";
  private static final String DEVICE_ON_THE_WIRE = "DEVICE_";
  private static final String UNKNOWN = "foundries.unknown";

  private static final Pattern WIRE_NAME = Pattern.compile(DEVICE_ON_THE_WIRE + "[A-Z0-9_]+");
  private static final Pattern TYPE_NAME = Pattern.compile(Pattern.quote(DEVICE) + "[a-z0-9_]+");

  private static final List<EventKind<?>> KNOWN =
      List.of(
          known(Foundries.FIRST_SEEN, DeviceEvents::firstSeen),
          known(Foundries.CONFIG_APPLIED, DeviceEvents::configApplied),
          known(Foundries.OTA_STARTED, DeviceEvents::otaStarted),
          known(Foundries.OTA_COMPLETED, DeviceEvents::otaCompleted),
          known(Foundries.APPS_STATE_CHANGED, DeviceEvents::appsStateChanged),
          known(Foundries.PUBKEY_CHANGE, DeviceEvents::publicKeyChanged),
          known(Foundries.LAST_SEEN, DeviceEvents::lastSeen));

  private static final Map<String, EventKind<?>> BY_EVENT_TYPE =
      KNOWN.stream()
          .collect(Collectors.toUnmodifiableMap(EventKind::eventType, Function.identity()));

  /**
   * Finds a kind by the server's word.
   *
   * @param eventType the word; empty if there is none
   * @return the kind, made up if this version does not know it
   */
  public static EventKind<?> ofEventType(String eventType) {
    EventKind<?> known = BY_EVENT_TYPE.get(eventType);
    if (known != null) {
      return known;
    }
    if (eventType.isEmpty()) {
      return unknown(UNKNOWN, "");
    }
    return WIRE_NAME.matcher(eventType).matches()
        ? unknown(
            DEVICE + eventType.substring(DEVICE_ON_THE_WIRE.length()).toLowerCase(Locale.ROOT),
            eventType)
        : unknown(UNKNOWN + "." + eventType, eventType);
  }

  /**
   * Finds a kind by the name of its type.
   *
   * @param typeName the name
   * @return the kind; empty if no event of Foundries.io is called so
   */
  public static Optional<EventKind<?>> ofTypeName(String typeName) {
    if (TYPE_NAME.matcher(typeName).matches()) {
      return Optional.of(ofEventType(wireName(typeName)));
    }
    if (typeName.equals(UNKNOWN)) {
      return Optional.of(unknown(UNKNOWN, ""));
    }
    return typeName.startsWith(UNKNOWN + ".")
        ? Optional.of(unknown(typeName, typeName.substring(UNKNOWN.length() + 1)))
        : Optional.empty();
  }

  private static String wireName(String typeName) {
    return DEVICE_ON_THE_WIRE + typeName.substring(DEVICE.length()).toUpperCase(Locale.ROOT);
  }

  private static <P extends FoundriesPayload> EventKind<P> known(
      EventType<P> type, Function<DeviceEvents, P> reader) {
    return new EventKind<>(
        type, wireName(type.name()), true, data -> reader.apply(DeviceEvents.of(type, data)));
  }

  private static EventKind<UnknownDeviceEvent> unknown(String typeName, String eventType) {
    return new EventKind<>(
        EventType.of(typeName, UnknownDeviceEvent.class),
        eventType,
        false,
        data -> new UnknownDeviceEvent(eventType, data));
  }

  /**
   * Reads a payload.
   *
   * @param data the data of the message
   * @return the payload
   * @throws DecodingException if it is malformed; the message quotes nothing of it
   */
  public P decode(Bytes data) throws DecodingException {
    return decoder.decode(data);
  }
}
