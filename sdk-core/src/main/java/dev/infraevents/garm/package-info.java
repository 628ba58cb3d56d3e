/**
 * The events of GARM, the manager of self-hosted GitHub and Gitea runners: typed payloads, type
 * keys and the filter that the server evaluates; its log and metrics. No transport.
 *
 * <p>Start at {@link dev.infraevents.garm.Garm}. What holds for every payload is said at {@link
 * dev.infraevents.garm.GarmPayload}.
 */
@NullMarked
package dev.infraevents.garm;

import org.jspecify.annotations.NullMarked;
