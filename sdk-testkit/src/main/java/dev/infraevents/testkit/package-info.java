/**
 * What all fakes have in common: {@link dev.infraevents.testkit.FakeServer} and the faults they can
 * be told to have, {@link dev.infraevents.testkit.Fault}. Record and replay: {@link
 * dev.infraevents.testkit.EventRecorder} and {@link dev.infraevents.testkit.ReplaySource}. For
 * those who write a source: {@link dev.infraevents.testkit.EventSourceContract}.
 */
@NullMarked
package dev.infraevents.testkit;

import org.jspecify.annotations.NullMarked;
