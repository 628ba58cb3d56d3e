/** The running subscription: delivery engine, connection supervisor and signals put together. */
@NullMarked
package dev.infraevents.internal;

import org.jspecify.annotations.NullMarked;
