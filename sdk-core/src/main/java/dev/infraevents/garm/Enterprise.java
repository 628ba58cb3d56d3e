package dev.infraevents.garm;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.infraevents.OpenEnum;
import dev.infraevents.internal.text.RecordText;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A GitHub enterprise that GARM runs runners for.
 *
 * <p>A create is followed within milliseconds by an update that says that the pool manager is
 * starting, and is taken back by a delete if it can not start. Delete: the full object.
 *
 * @param id GARM's UUID of it; empty when not set
 * @param name its name; empty when not set
 * @param pools its pools ("pool" on the wire); empty in events, only the REST answer for one has it
 * @param credentialsName the name of its credentials; empty when not set
 * @param credentials its credentials; {@link ForgeCredentials#EMPTY} when not set
 * @param credentialsId the number of its credentials; 0 when not set
 * @param poolManagerStatus whether GARM is at work for it; {@link PoolManagerStatus#EMPTY} right
 *     after creation
 * @param poolBalancingType how jobs are spread over its pools; not set if the server does not say
 * @param endpoint the forge; {@link ForgeEndpoint#EMPTY} when not set
 * @param createdAt when it was created; null when not set. Since 0.1.6
 * @param updatedAt when it was last changed; null when not set. Since 0.1.6
 * @param events its log; empty in events, only the REST answer for one has it. Since 0.2.0-alpha
 * @param agentMode whether its runners report through GARM's agent. Since 0.2.0-beta1
 */
public record Enterprise(
    String id,
    String name,
    @JsonProperty("pool") List<Pool> pools,
    String credentialsName,
    ForgeCredentials credentials,
    long credentialsId,
    PoolManagerStatus poolManagerStatus,
    OpenEnum<PoolBalancing> poolBalancingType,
    ForgeEndpoint endpoint,
    @Nullable Instant createdAt,
    @Nullable Instant updatedAt,
    List<EntityEvent> events,
    boolean agentMode)
    implements GarmPayload {

  @Override
  public String toString() {
    return RecordText.of(this);
  }
}
