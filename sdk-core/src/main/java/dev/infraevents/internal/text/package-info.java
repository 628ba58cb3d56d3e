/** How payloads show themselves. Not part of the API. */
@NullMarked
package dev.infraevents.internal.text;

import org.jspecify.annotations.NullMarked;
