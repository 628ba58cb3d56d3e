/** The server of EngFlow's public example: it prints what is forwarded to it. */
package dev.infraevents.samples.engflow.demo;
