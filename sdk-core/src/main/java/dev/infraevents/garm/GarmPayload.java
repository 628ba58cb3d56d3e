package dev.infraevents.garm;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The entity that an event of GARM is about, as it was after the change.
 *
 * <p>The server leaves most fields out when they are zero, and servers before 0.1.6 wrote the zero
 * instead, so absent, null and zero are the same thing here, "not set": {@code ""}, 0, false, an
 * empty list, {@code EMPTY} for the objects that the server always writes, and null for a time and
 * for the few objects that are documented so. The server's zero time, in year 1, is null as well.
 * Numbers are 64 bits wide, as on the server, and lists can not be changed. A field that a newer
 * server added is ignored and can be found in {@link dev.infraevents.Event#data()}.
 *
 * <p>A delete event carries as little as the id, with everything else not set; what exactly differs
 * between entities and server versions, so rely on the id alone. Even that is missing when GARM
 * deletes a single {@link FileObject}.
 *
 * <p>Where the documentation of a field names no server version, every server that sends events
 * (0.1.5 and later) has it. HEAD is the development version of August 2026, after 0.2.1.
 *
 * <p>{@code toString} shows the fields that are set, without what may be secret.
 */
public sealed interface GarmPayload
    permits Controller,
        Enterprise,
        FileObject,
        ForgeCredentials,
        ForgeEndpoint,
        ForgeInstance,
        Instance,
        Job,
        Organization,
        Pool,
        Proxy,
        Repository,
        ScaleSet,
        Template,
        UnknownEntity,
        User {

  /**
   * When the entity was last changed, by the server's clock. An update that is strictly older than
   * what is already known came late and can be ignored; an equal time says nothing.
   *
   * @return the time; null in most delete events, for {@link Controller} and {@link UnknownEntity},
   *     and for most entities of 0.1.5
   */
  @Nullable Instant updatedAt();
}
