package dev.infraevents.testkit.pubsub;

import java.time.Instant;

/**
 * A message on its way to a client.
 *
 * @param messageId the message's
 * @param number counted from 1 over all deliveries of the message in its subscription
 * @param ackId what the client settles it with; another one for each delivery
 * @param stream the {@link PubSubStream#number} of who got it, 0 if it was pulled by a single call
 * @param at when, by the server's clock
 */
public record MessageDelivery(String messageId, int number, String ackId, int stream, Instant at) {}
