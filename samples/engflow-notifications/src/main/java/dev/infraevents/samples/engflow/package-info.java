/** An EngFlow notification client for the command line. */
package dev.infraevents.samples.engflow;
