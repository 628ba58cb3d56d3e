package dev.infraevents.engflow;

/**
 * What an event of EngFlow says.
 *
 * <p>The messages are protobuf's, whose text and numbers are never null: what was not set is {@code
 * ""}, 0, false or an empty list. A part that can be told from "not set" is null when it is absent,
 * and documented so. Lists can not be changed. A value of an enum that this version does not know
 * is kept as its number, and one whose number is 0 is "not set", as the two look the same on the
 * wire. A field that a newer cluster added is ignored and can be found in {@link
 * dev.infraevents.Event#data()}.
 *
 * <p>{@code toString} shows neither what a build has printed nor packed messages, which hold
 * command lines and environments and so secrets.
 */
public sealed interface EngFlowPayload
    permits BuildProgress, LifecycleEvent, ResultStoreEvent, UnknownNotification {}
