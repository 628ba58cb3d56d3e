/**
 * GARM, the runner manager for GitHub and Gitea Actions: events, the log and metrics over
 * websockets, and state over REST. Start at {@link dev.infraevents.websocket.garm.GarmEventSource}.
 */
@NullMarked
package dev.infraevents.websocket.garm;

import org.jspecify.annotations.NullMarked;
