package dev.infraevents.foundries;

import dev.infraevents.EventType;
import java.util.List;

/**
 * The types of the events of a FoundriesFactory. The subject of an event is its device; its
 * attributes are {@value #EVENT_TYPE}, {@value #PUBLISH_TIME}, {@value #ORDERING_KEY} where there
 * is one, and those other attributes of the message whose names {@linkplain
 * dev.infraevents.Event#isAttributeName fit}.
 *
 * <pre>{@code
 * router.on(Foundries.OTA_COMPLETED, e -> record(e.payload().uuid(), e.payload().success()))
 * router.onPayload(DeviceEvent.class, e -> ...)
 * EventFilter.types(Foundries.LAST_SEEN).negate()
 * }</pre>
 *
 * <p>A type is named after the server's word for it: {@code DEVICE_OTA_STARTED} is {@code
 * foundries.device.ota_started}, also where this version does not know it. Any other text {@code X}
 * becomes {@code foundries.unknown.X}, and an event without a type {@code foundries.unknown}. The
 * payload of all these is an {@link UnknownDeviceEvent}.
 */
public final class Foundries {

  /** The attribute of a Pub/Sub message that holds the type of the event. */
  public static final String PUBSUB_EVENT_TYPE = "event-type";

  /**
   * The attribute of an event that holds the server's word for its type, such as {@code
   * DEVICE_OTA_STARTED}; absent if the server gave none.
   */
  public static final String EVENT_TYPE = "eventtype";

  /**
   * The attribute of an event that says when Pub/Sub took the message, in RFC 3339; absent if it
   * does not say.
   */
  public static final String PUBLISH_TIME = "publishtime";

  /**
   * The attribute of an event that holds the ordering key of the message; absent if it has none.
   */
  public static final String ORDERING_KEY = "orderingkey";

  private static final String DEVICE = "foundries.device.";

  /** A device has connected for the first time. */
  public static final EventType<DeviceFirstSeen> FIRST_SEEN =
      EventType.of(DEVICE + "first_seen", DeviceFirstSeen.class);

  /** A device has applied a new configuration. */
  public static final EventType<DeviceConfigApplied> CONFIG_APPLIED =
      EventType.of(DEVICE + "config_applied", DeviceConfigApplied.class);

  /** A device has started to update itself. */
  public static final EventType<OtaStarted> OTA_STARTED =
      EventType.of(DEVICE + "ota_started", OtaStarted.class);

  /** A device has finished to update itself. */
  public static final EventType<OtaCompleted> OTA_COMPLETED =
      EventType.of(DEVICE + "ota_completed", OtaCompleted.class);

  /** The apps of a device have changed. */
  public static final EventType<AppsStateChanged> APPS_STATE_CHANGED =
      EventType.of(DEVICE + "ota_apps_state_changed", AppsStateChanged.class);

  /** The public key of a device has changed. */
  public static final EventType<PublicKeyChanged> PUBKEY_CHANGE =
      EventType.of(DEVICE + "pubkey_change", PublicKeyChanged.class);

  /** A device has checked in: most of the traffic. Since September 2025. */
  public static final EventType<DeviceLastSeen> LAST_SEEN =
      EventType.of(DEVICE + "last_seen", DeviceLastSeen.class);

  private static final List<EventType<? extends DeviceEvent>> TYPES =
      List.of(
          FIRST_SEEN,
          CONFIG_APPLIED,
          OTA_STARTED,
          OTA_COMPLETED,
          APPS_STATE_CHANGED,
          PUBKEY_CHANGE,
          LAST_SEEN);

  private Foundries() {}

  /**
   * All types that this version knows.
   *
   * @return an immutable list
   */
  public static List<EventType<? extends DeviceEvent>> types() {
    return TYPES;
  }
}
