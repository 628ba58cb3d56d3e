/** A faithful fake of EngFlow: its notification queue, and what stands beside it. */
@NullMarked
package dev.infraevents.testkit.engflow;

import org.jspecify.annotations.NullMarked;
