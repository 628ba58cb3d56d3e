/** What the command lines of the samples share: common flags, output, exit codes. */
package dev.infraevents.samples.cli;
