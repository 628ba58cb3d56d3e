/**
 * A fake of the REST API by which Foundries.io's event queues are managed, and of the login for it.
 */
@NullMarked
package dev.infraevents.testkit.foundries;

import org.jspecify.annotations.NullMarked;
