/** The first thing to run: every source against a fake server, in one process. */
package dev.infraevents.samples.quickstart;
