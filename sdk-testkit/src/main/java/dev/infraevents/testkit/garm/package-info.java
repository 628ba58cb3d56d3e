/**
 * A fake GARM, {@link dev.infraevents.testkit.garm.FakeGarm}: the websockets and the REST API of
 * three versions; and the traffic of a real one, {@link
 * dev.infraevents.testkit.garm.GarmRecording}.
 */
@NullMarked
package dev.infraevents.testkit.garm;

import org.jspecify.annotations.NullMarked;
