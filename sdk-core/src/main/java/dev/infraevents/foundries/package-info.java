/**
 * The events of a FoundriesFactory, the device fleet management of Foundries.io: typed payloads,
 * type keys and the decoder of the Pub/Sub messages that bring them. No transport.
 *
 * <p>Start at {@link dev.infraevents.foundries.Foundries}. What holds for every payload is said at
 * {@link dev.infraevents.foundries.DeviceEvent}.
 */
@NullMarked
package dev.infraevents.foundries;

import org.jspecify.annotations.NullMarked;
