package dev.infraevents.foundries;

/** What an event of Foundries.io says. */
public sealed interface FoundriesPayload permits DeviceEvent, UnknownDeviceEvent {}
