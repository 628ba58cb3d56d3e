/** The delivery engine: what happens to a message between its arrival and its settlement. */
@NullMarked
package dev.infraevents.internal.delivery;

import org.jspecify.annotations.NullMarked;
