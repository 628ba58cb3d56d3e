/** How payloads are read from JSON. Not part of the API. */
@NullMarked
package dev.infraevents.internal.json;

import org.jspecify.annotations.NullMarked;
