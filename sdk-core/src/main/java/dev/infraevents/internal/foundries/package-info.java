/** How the events of Foundries.io are read. Not part of the API. */
@NullMarked
package dev.infraevents.internal.foundries;

import org.jspecify.annotations.NullMarked;
