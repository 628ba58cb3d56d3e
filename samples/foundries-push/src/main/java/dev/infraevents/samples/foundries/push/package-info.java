/** An endpoint for the pushes of a FoundriesFactory. */
package dev.infraevents.samples.foundries.push;
