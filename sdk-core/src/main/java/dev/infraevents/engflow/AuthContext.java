package dev.infraevents.engflow;

import org.jspecify.annotations.Nullable;

/**
 * Who is responsible for a build.
 *
 * @param user the user; null if the cluster does not say
 */
public record AuthContext(@Nullable User user) {}
