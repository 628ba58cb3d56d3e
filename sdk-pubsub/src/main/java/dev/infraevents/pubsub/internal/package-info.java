/** What the parts of this module share. No API: it changes without notice. */
@NullMarked
package dev.infraevents.pubsub.internal;

import org.jspecify.annotations.NullMarked;
