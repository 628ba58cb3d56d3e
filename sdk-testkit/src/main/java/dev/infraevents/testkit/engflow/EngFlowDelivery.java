package dev.infraevents.testkit.engflow;

import java.time.Instant;

/**
 * One delivery of one notification.
 *
 * @param notification the id of the notification
 * @param attempt counted from 1 over all deliveries of this notification
 * @param reader the {@link EngFlowReader#number} of the stream that it was sent on
 * @param token what acknowledges it on that stream
 * @param at when it was sent, by the server's clock; its window begins then
 */
public record EngFlowDelivery(
    String notification, int attempt, int reader, String token, Instant at) {}
