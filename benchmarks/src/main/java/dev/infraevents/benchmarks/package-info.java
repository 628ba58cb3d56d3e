/** What an event costs: JMH for single steps, two processes on loopback for the whole way. */
@NullMarked
package dev.infraevents.benchmarks;

import org.jspecify.annotations.NullMarked;
