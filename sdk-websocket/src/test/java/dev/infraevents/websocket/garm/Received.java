package dev.infraevents.websocket.garm;

import dev.infraevents.garm.GarmPayload;

/** Keeps the events of entities. */
final class Received extends ReceivedEvents<GarmPayload> {}
