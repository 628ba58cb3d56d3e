package dev.infraevents.samples.cli;

import dev.infraevents.Event;
import dev.infraevents.foundries.AppsStateChanged;
import dev.infraevents.foundries.ComposeApp;
import dev.infraevents.foundries.ComposeService;
import dev.infraevents.foundries.DeviceEvent;
import dev.infraevents.foundries.DeviceLastSeen;
import dev.infraevents.foundries.Health;
import dev.infraevents.foundries.OtaCompleted;
import dev.infraevents.foundries.OtaStarted;
import dev.infraevents.foundries.UnknownDeviceEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What people look at in an event of a device, in a few words: neither keys nor what containers
 * have logged.
 */
public final class FoundriesText {

  private FoundriesText() {}

  /**
   * Says what happened, and when.
   *
   * @param event an event of Foundries.io
   * @return the time, if the event says it, and some words
   */
  public static String of(Event<?> event) {
    String time = event.time() == null ? "" : event.time() + " ";
    return (time + words(event.payload())).strip();
  }

  private static String words(Object payload) {
    if (payload instanceof UnknownDeviceEvent unknown) {
      return unknown.content().size() + " bytes";
    }
    return payload instanceof DeviceEvent event
        ? device(event) + warnings(event.warnings())
        : payload.toString();
  }

  private static String device(DeviceEvent event) {
    if (event instanceof OtaStarted update) {
      return update.target() + ", update " + update.id();
    }
    if (event instanceof OtaCompleted update) {
      return outcome(update.success()) + ": " + update.target() + ", update " + update.id();
    }
    if (event instanceof AppsStateChanged state) {
      return apps(state);
    }
    if (event instanceof DeviceLastSeen seen) {
      return seen.changes().isEmpty() ? "" : "changed: " + names(seen);
    }
    return event.deviceGroupId() == null ? "" : "group " + event.deviceGroupId();
  }

  private static String outcome(Boolean success) {
    if (success == null) {
      return "ended";
    }
    return success ? "succeeded" : "failed";
  }

  private static String apps(AppsStateChanged state) {
    if (state.apps().isEmpty()) {
      return state.appsKnown() ? "no apps" : "apps unknown";
    }
    return state.apps().entrySet().stream()
        .map(app -> app(app.getKey(), app.getValue()))
        .collect(Collectors.joining("; "));
  }

  private static String app(String name, ComposeApp app) {
    String trouble =
        app.services().stream()
            .filter(FoundriesText::isInTrouble)
            .map(service -> "%s %s %s".formatted(service.name(), service.state(), service.health()))
            .map(String::strip)
            .collect(Collectors.joining(", ", " (", ")"));
    return name + " " + app.health() + (trouble.equals(" ()") ? "" : trouble);
  }

  private static boolean isInTrouble(ComposeService service) {
    return service.health().isSet()
        ? !service.health().is(Health.HEALTHY)
        : !service.state().is(ComposeService.State.RUNNING);
  }

  private static String names(DeviceLastSeen seen) {
    List<String> names = new ArrayList<>();
    seen.changes().fieldNames().forEachRemaining(names::add);
    return String.join(", ", names);
  }

  private static String warnings(List<String> warnings) {
    return warnings.isEmpty() ? "" : " (" + String.join("; ", warnings) + ")";
  }
}
