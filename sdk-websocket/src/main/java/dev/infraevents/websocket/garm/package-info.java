/**
 * GARM, the runner manager for GitHub and Gitea Actions: events over a websocket. Start at {@link
 * dev.infraevents.websocket.garm.GarmEventSource}.
 */
@NullMarked
package dev.infraevents.websocket.garm;

import org.jspecify.annotations.NullMarked;
