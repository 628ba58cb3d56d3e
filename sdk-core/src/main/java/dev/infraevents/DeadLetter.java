package dev.infraevents;

import org.jspecify.annotations.Nullable;

/**
 * A message that could not be decoded or handled.
 *
 * @param event the event, or null if it could not be decoded
 * @param raw the message as it arrived
 * @param cause why it is here
 * @param attempts how often the handler was called
 */
public record DeadLetter(@Nullable Event<?> event, Bytes raw, Throwable cause, int attempts) {}
