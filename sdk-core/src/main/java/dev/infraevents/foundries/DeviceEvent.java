package dev.infraevents.foundries;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something happened to a device.
 *
 * <p>Only the device and the time have to be there; without them an event can not be decoded. Of
 * the rest, text that is absent or null is {@code ""}, a word {@linkplain
 * dev.infraevents.OpenEnum#isSet not set}, a collection empty; what else may be null is documented
 * so. A member whose value is of the wrong JSON type counts as absent too, and one of {@link
 * #warnings()} names it. Collections can not be changed.
 *
 * <p>{@code toString} shows the fields that are set, but neither keys nor what containers have
 * logged, nor anything that this version does not know.
 */
public sealed interface DeviceEvent extends FoundriesPayload
    permits AppsStateChanged,
        DeviceConfigApplied,
        DeviceFirstSeen,
        DeviceLastSeen,
        OtaCompleted,
        OtaStarted,
        PublicKeyChanged {

  /**
   * The device.
   *
   * @return usually, but not necessarily, a UUID; never blank
   */
  String uuid();

  /**
   * When it happened, by the server's clock.
   *
   * @return the time, in whole seconds
   */
  Instant time();

  /**
   * The group of the device.
   *
   * @return its number; null if the device is in no group, and in all events before September 2025
   */
  @Nullable Long deviceGroupId();

  /**
   * Members of the event that this version does not know, and known ones whose value is not of the
   * type that belongs there. {@link ComposeApp} and {@link ComposeService} have their own.
   *
   * @return by name, as they came; usually empty. Do not change the values
   */
  Map<String, JsonNode> extras();

  /**
   * What is odd about the event, wherever in it: each names a member by its path and says what was
   * expected there. Nothing is quoted, so this can be logged.
   *
   * @return such as {@code Apps[0].services[1].health: expected a string, found a number}; 20 at
   *     most, usually none
   */
  List<String> warnings();
}
