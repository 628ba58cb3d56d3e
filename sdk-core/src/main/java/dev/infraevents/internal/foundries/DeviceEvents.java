package dev.infraevents.internal.foundries;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.EventType;
import dev.infraevents.OpenEnum;
import dev.infraevents.foundries.AppsStateChanged;
import dev.infraevents.foundries.ComposeApp;
import dev.infraevents.foundries.ComposeService;
import dev.infraevents.foundries.DeviceConfigApplied;
import dev.infraevents.foundries.DeviceFirstSeen;
import dev.infraevents.foundries.DeviceLastSeen;
import dev.infraevents.foundries.Health;
import dev.infraevents.foundries.OtaCompleted;
import dev.infraevents.foundries.OtaStarted;
import dev.infraevents.foundries.PublicKeyChanged;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads one event: what all have in common first, then, once, what its kind has besides. */
public final class DeviceEvents {

  private static final String UUID = "Uuid";
  private static final String TIME = "Time";

  // The years 0 to 9999, which is what can be written as text.
  private static final long FIRST_SECOND = -62_167_219_200L;
  private static final long LAST_SECOND = 253_402_300_799L;

  private final Members members;
  private final String uuid;
  private final Instant time;
  private final @Nullable Long group;

  private DeviceEvents(Members members, String uuid, Instant time) {
    this.members = members;
    this.uuid = uuid;
    this.time = time;
    this.group = members.number("DeviceGroupId");
  }

  /**
   * Starts with what must be there.
   *
   * @throws DecodingException if it is not, or if the data is no JSON object; quotes nothing of it
   */
  static DeviceEvents of(EventType<?> type, Bytes data) throws DecodingException {
    String what = "Foundries.io event of " + data.size() + " bytes (" + type + ")";
    ObjectNode object = StrictJson.object(what, "data", data);
    String uuid = object.path(UUID).asText();
    if (!object.path(UUID).isTextual() || uuid.isBlank()) {
      throw new DecodingException("Can not read the " + what + ": it has no " + UUID, null);
    }
    long seconds = object.path(TIME).asLong();
    boolean integer = object.path(TIME).isIntegralNumber() && object.path(TIME).canConvertToLong();
    if (!integer || seconds < FIRST_SECOND || seconds > LAST_SECOND) {
      throw new DecodingException(
          "Can not read the " + what + ": it has no " + TIME + " in seconds since 1970", null);
    }
    object.remove(UUID);
    object.remove(TIME);
    return new DeviceEvents(Members.of(object), uuid, Instant.ofEpochSecond(seconds));
  }

  /**
   * Looks for the device and reads no further.
   *
   * @param data the data of a message, of any kind
   * @return the device; null if the data is no object that names one
   */
  public static @Nullable String scanUuid(Bytes data) {
    try (JsonParser parser = StrictJson.parser(data)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean found = parser.currentName().equals(UUID);
        JsonToken value = parser.nextToken();
        if (found) {
          String uuid = value == JsonToken.VALUE_STRING ? parser.getText() : "";
          return uuid.isBlank() ? null : uuid;
        }
        parser.skipChildren();
      }
    } catch (IOException e) {
      // no JSON: names no device
    }
    return null;
  }

  DeviceFirstSeen firstSeen() {
    return new DeviceFirstSeen(uuid, time, group, members.rest(), members.warnings());
  }

  DeviceConfigApplied configApplied() {
    return new DeviceConfigApplied(uuid, time, group, members.rest(), members.warnings());
  }

  OtaStarted otaStarted() {
    String target = members.text("Target");
    String id = members.text("Id");
    return new OtaStarted(uuid, time, group, target, id, members.rest(), members.warnings());
  }

  OtaCompleted otaCompleted() {
    String target = members.text("Target");
    String id = members.text("Id");
    Boolean success = members.flag("Success");
    return new OtaCompleted(
        uuid, time, group, target, id, success, members.rest(), members.warnings());
  }

  PublicKeyChanged publicKeyChanged() {
    String newKey = members.text("NewPubKey");
    String oldKey = members.text("OldPubKey");
    return new PublicKeyChanged(
        uuid, time, group, newKey, oldKey, members.rest(), members.warnings());
  }

  DeviceLastSeen lastSeen() {
    var changes = members.tree("Changes");
    return new DeviceLastSeen(uuid, time, group, changes, members.rest(), members.warnings());
  }

  AppsStateChanged appsStateChanged() {
    String ostree = members.text("Ostree");
    String deviceTime = members.text("DeviceTime");
    Instant instant = DeviceClock.parse(deviceTime);
    if (instant == null && !deviceTime.isEmpty()) {
      members.warn("DeviceTime", "is no RFC 3339 timestamp");
    }
    Map<String, ComposeApp> apps = members.map("Apps", DeviceEvents::app);
    return new AppsStateChanged(
        uuid,
        time,
        group,
        ostree,
        instant,
        deviceTime,
        apps != null,
        apps == null ? Map.of() : apps,
        members.rest(),
        members.warnings());
  }

  private static ComposeApp app(Members app) {
    String health = app.text("health");
    String state = app.text("state");
    return new ComposeApp(
        OpenEnum.of(Health.class, health.isEmpty() ? state : health),
        app.text("uri"),
        app.list("services", DeviceEvents::service),
        app.rest());
  }

  private static ComposeService service(Members service) {
    return new ComposeService(
        service.text("name"),
        service.text("hash"),
        OpenEnum.of(ComposeService.State.class, service.text("state")),
        service.text("status"),
        OpenEnum.of(Health.class, service.text("health")),
        service.text("image"),
        service.text("logs"),
        service.rest());
  }
}
