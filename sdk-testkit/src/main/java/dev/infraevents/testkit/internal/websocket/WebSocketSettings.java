package dev.infraevents.testkit.internal.websocket;

import java.time.Duration;

/**
 * The habits of one kind of server.
 *
 * @param readLimit the largest message it takes, in bytes
 * @param bufferCapacity how many events wait for a slow client
 * @param bufferPatience how long those beyond wait for room before they are dropped
 * @param pingInterval from the upgrade to the first ping, and from ping to ping
 * @param pongWait how long after the last pong the client is given up
 * @param pongRequired whether that counts from the upgrade (else from the first pong)
 * @param writeTimeout how long one write may block before the connection is dropped
 */
public record WebSocketSettings(
    int readLimit,
    int bufferCapacity,
    Duration bufferPatience,
    Duration pingInterval,
    Duration pongWait,
    boolean pongRequired,
    Duration writeTimeout) {}
