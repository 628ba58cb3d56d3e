/** What GARM's public types need behind the scenes. Not part of the API. */
@NullMarked
package dev.infraevents.internal.garm;

import org.jspecify.annotations.NullMarked;
