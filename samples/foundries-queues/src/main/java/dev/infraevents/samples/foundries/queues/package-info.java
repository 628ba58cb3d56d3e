/** A sample: manages the event queues of a Foundries.io factory. */
package dev.infraevents.samples.foundries.queues;
