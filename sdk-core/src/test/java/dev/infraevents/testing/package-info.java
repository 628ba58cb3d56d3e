/** A source that does what a test says. */
@NullMarked
package dev.infraevents.testing;

import org.jspecify.annotations.NullMarked;
