/**
 * A fake of GARM's events server, {@link dev.infraevents.testkit.garm.FakeGarm}, with the traffic
 * of a real one, {@link dev.infraevents.testkit.garm.GarmRecording}.
 */
@NullMarked
package dev.infraevents.testkit.garm;

import org.jspecify.annotations.NullMarked;
