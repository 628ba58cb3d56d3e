/** What the websocket sources share: HTTP clients, addresses, liveness. */
@NullMarked
package dev.infraevents.websocket.internal;

import org.jspecify.annotations.NullMarked;
