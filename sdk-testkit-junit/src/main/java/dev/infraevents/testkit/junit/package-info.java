/**
 * Two tools for deterministic tests: {@link dev.infraevents.testkit.junit.LeakCheck} fails a test
 * that leaves something running, {@link dev.infraevents.testkit.junit.VirtualTime} lets a test
 * decide when time passes.
 */
@NullMarked
package dev.infraevents.testkit.junit;

import org.jspecify.annotations.NullMarked;
