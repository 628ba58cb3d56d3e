/** Other shapes of a subscription: a blocking stream, a publisher, several sources as one. */
@NullMarked
package dev.infraevents.internal.view;

import org.jspecify.annotations.NullMarked;
