/** What the fakes are built of: threads, waiting, and the carrying out of faults. */
@NullMarked
package dev.infraevents.testkit.internal;

import org.jspecify.annotations.NullMarked;
