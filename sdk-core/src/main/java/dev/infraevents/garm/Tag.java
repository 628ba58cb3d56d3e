package dev.infraevents.garm;

/**
 * A label that a pool or a scale set takes jobs for.
 *
 * @param id GARM's UUID of it; empty when not set
 * @param name the label; empty when not set
 */
public record Tag(String id, String name) {}
