/** A listener for a pull queue of Foundries.io on the command line. */
package dev.infraevents.samples.foundries.listen;
