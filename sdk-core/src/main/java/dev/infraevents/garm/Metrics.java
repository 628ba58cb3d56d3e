package dev.infraevents.garm;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.OpenEnum;
import dev.infraevents.WireName;
import dev.infraevents.internal.garm.GarmJson;
import dev.infraevents.internal.json.Json;
import dev.infraevents.internal.text.RecordText;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * How many runners there are, and for whom: all of it, not a change. Since 0.2.0-beta1.
 *
 * <p>As for {@link GarmPayload}, absent, null and zero are the same thing, "not set", and what a
 * newer server added can be found in {@link dev.infraevents.Event#data()}.
 *
 * @param entities the owners of pools and scale sets; empty when there are none
 * @param pools all pools; empty when there are none
 * @param scaleSets all scale sets; empty when there are none
 */
public record Metrics(List<OwnerRow> entities, List<PoolRow> pools, List<ScaleSetRow> scaleSets) {

  /**
   * Reads one message of the metrics' websocket.
   *
   * @param json one JSON object
   * @return the snapshot
   * @throws DecodingException if it is malformed; the message quotes nothing of it
   */
  public static Metrics decode(Bytes json) throws DecodingException {
    String what = "GARM metrics of " + json.size() + " bytes";
    try (JsonParser parser = Json.parser(json.utf8())) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new DecodingException("Can not read the " + what + ": it is no JSON object", null);
      }
      Metrics metrics = GarmJson.reader(Metrics.class).readValue(parser);
      if (parser.nextToken() != null) {
        throw new DecodingException("Can not read the " + what + ": more follows it", null);
      }
      return metrics;
    } catch (IOException e) {
      throw Json.undecodable(what, "metrics", e);
    }
  }

  @Override
  public String toString() {
    return RecordText.of(this);
  }

  /**
   * An owner of pools and scale sets.
   *
   * @param id GARM's UUID of it; empty when not set
   * @param name its name, {@code owner/name} for a repository; empty when not set
   * @param type what it is; not set if the server does not say
   * @param endpoint the name of its forge's endpoint; empty when not set
   * @param poolCount how many pools it has
   * @param scaleSetCount how many scale sets it has
   * @param healthy whether its pool manager runs
   */
  public record OwnerRow(
      String id,
      String name,
      OpenEnum<OwnerType> type,
      String endpoint,
      long poolCount,
      long scaleSetCount,
      boolean healthy) {

    @Override
    public String toString() {
      return RecordText.of(this);
    }
  }

  /** What owns pools and scale sets. */
  public enum OwnerType implements WireName {
    /** A {@link Repository}. */
    REPOSITORY("repository"),
    /** An {@link Organization}. */
    ORGANIZATION("organization"),
    /** An {@link Enterprise}. */
    ENTERPRISE("enterprise"),
    /** A {@link ForgeInstance}. Since HEAD. */
    INSTANCE("instance");

    private final String wireName;

    OwnerType(String wireName) {
      this.wireName = wireName;
    }

    @Override
    public String wireName() {
      return wireName;
    }
  }

  /**
   * A pool and its runners. Of the owner's names at most one is set.
   *
   * @param id GARM's UUID of it; empty when not set
   * @param providerName the provider that makes its runners; empty when not set
   * @param osType the operating system of its runners; not set if the server does not say
   * @param maxRunners the most runners it may have
   * @param enabled whether it makes runners
   * @param repoName {@code owner/name} of its repository; empty when it belongs to none
   * @param orgName name of its organization; empty when it belongs to none
   * @param enterpriseName name of its enterprise; empty when it belongs to none
   * @param runnerCounts how many of its runners are in which state, by what the provider says; a
   *     state without runners is absent
   * @param runnerStatusCounts the same, by what the forge says; runners that it does not know yet
   *     are not counted
   */
  public record PoolRow(
      String id,
      String providerName,
      OpenEnum<OsType> osType,
      long maxRunners,
      boolean enabled,
      String repoName,
      String orgName,
      String enterpriseName,
      Map<OpenEnum<Instance.Status>, Long> runnerCounts,
      Map<OpenEnum<Instance.RunnerStatus>, Long> runnerStatusCounts) {

    @Override
    public String toString() {
      return RecordText.of(this);
    }
  }

  /**
   * A scale set and its runners. Of the owner's names at most one is set.
   *
   * @param id GARM's number of it, which is {@link ScaleSet#id}; 0 when not set
   * @param name its name; empty when not set
   * @param providerName the provider that makes its runners; empty when not set
   * @param osType the operating system of its runners; not set if the server does not say
   * @param maxRunners the most runners it may have
   * @param enabled whether it makes runners
   * @param repoName {@code owner/name} of its repository; empty when it belongs to none
   * @param orgName name of its organization; empty when it belongs to none
   * @param enterpriseName name of its enterprise; empty when it belongs to none
   * @param runnerCounts how many of its runners are in which state, by what the provider says; a
   *     state without runners is absent
   * @param runnerStatusCounts the same, by what the forge says; runners that it does not know yet
   *     are not counted
   */
  public record ScaleSetRow(
      long id,
      String name,
      String providerName,
      OpenEnum<OsType> osType,
      long maxRunners,
      boolean enabled,
      String repoName,
      String orgName,
      String enterpriseName,
      Map<OpenEnum<Instance.Status>, Long> runnerCounts,
      Map<OpenEnum<Instance.RunnerStatus>, Long> runnerStatusCounts) {

    @Override
    public String toString() {
      return RecordText.of(this);
    }
  }
}
