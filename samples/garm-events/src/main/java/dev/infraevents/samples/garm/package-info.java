/** A GARM event listener for the command line. */
package dev.infraevents.samples.garm;
