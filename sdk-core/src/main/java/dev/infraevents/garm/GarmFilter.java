package dev.infraevents.garm;

import dev.infraevents.ConfigurationException;
import dev.infraevents.Envelope;
import dev.infraevents.EventFilter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which events of GARM are wanted: all of them, or those of some types of entities and operations.
 * There is no filter by id, name or owner. The server evaluates it; the same filter can also be
 * evaluated here, and then wants no event of any other source.
 *
 * <pre>{@code
 * GarmFilter.builder().on(Garm.INSTANCE, CREATE, DELETE).on(Garm.POOL).build()
 * }</pre>
 *
 * <p>An older server that does not know one of the types refuses the whole filter. The source then
 * asks for everything and evaluates the filter here, which it says with {@link
 * dev.infraevents.SourceSignal.FilterRefused}. A type that this version does not know can not be
 * asked for, as it may just as well be misspelt: ask for {@link #everything()}, which every server
 * understands, and pick the events here with {@code EventFilter.attribute(Garm.ENTITY_TYPE,
 * "...")}.
 *
 * <p>Immutable and thread-safe. Two filters are equal if they name the same types and operations,
 * in whatever order.
 */
public final class GarmFilter implements EventFilter {

  private static final GarmFilter EVERYTHING = new GarmFilter(null);

  // By wire name; an empty set of operations means all of them. Null means everything.
  private final @Nullable Map<String, Set<Operation>> wanted;

  private GarmFilter(@Nullable Map<String, Set<Operation>> wanted) {
    this.wanted = wanted;
  }

  /**
   * Wants every event of GARM, those of unknown entities included.
   *
   * @return the filter
   */
  public static GarmFilter everything() {
    return EVERYTHING;
  }

  /**
   * Starts a filter.
   *
   * @return a builder that needs at least one type of entity
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Reads a filter in the form that the server takes, as the {@code --filters} option of {@code
   * garm-cli} does. What the server would refuse, or ignore without a word, is refused here: a
   * misspelt or unknown key, type of entity or operation, and a filter that asks for nothing.
   *
   * @param json a JSON object with {@code send-everything} or {@code filters}
   * @return the filter
   * @throws ConfigurationException if the server would not take it as it is meant; says why
   */
  public static GarmFilter parse(String json) throws ConfigurationException {
    return GarmFilterReader.read(json);
  }

  /**
   * The message that sets this filter on the server.
   *
   * @return JSON without whitespace
   */
  public String toJson() {
    if (wanted == null) {
      return "{\"send-everything\":true}";
    }
    // All words are ours, so nothing needs to be escaped.
    return wanted.entrySet().stream()
        .map(entry -> entry(entry.getKey(), entry.getValue()))
        .collect(Collectors.joining(",", "{\"send-everything\":false,\"filters\":[", "]}"));
  }

  private static String entry(String entityType, Set<Operation> operations) {
    String type = "{\"entity-type\":\"" + entityType + "\"";
    return operations.isEmpty()
        ? type + "}"
        : operations.stream()
            .map(operation -> "\"" + operation.wireName() + "\"")
            .collect(Collectors.joining(",", type + ",\"operations\":[", "]}"));
  }

  /**
   * Says whether everything is wanted.
   *
   * @return true for {@link #everything()}
   */
  public boolean wantsEverything() {
    return wanted == null;
  }

  /**
   * The types of entities of which anything is wanted.
   *
   * @return the types in the order in which they were added; all that this version knows for {@link
   *     #everything()}
   */
  public List<EntityType<?>> entityTypes() {
    return wanted == null
        ? Garm.entityTypes()
        : wanted.keySet().stream().flatMap(name -> Garm.entityType(name).stream()).toList();
  }

  @Override
  public boolean test(Envelope envelope) {
    if (!envelope.type().name().startsWith(Garm.PREFIX)) {
      return false;
    }
    if (wanted == null) {
      return true;
    }
    Set<Operation> operations = wanted.get(attribute(envelope, Garm.ENTITY_TYPE));
    if (operations == null) {
      return false;
    }
    String word = attribute(envelope, Garm.OPERATION);
    return operations.isEmpty() || operations.stream().anyMatch(o -> o.wireName().equals(word));
  }

  private static String attribute(Envelope envelope, String name) {
    return envelope.attributes().getOrDefault(name, "");
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof GarmFilter that && Objects.equals(wanted, that.wanted);
  }

  @Override
  public int hashCode() {
    return Objects.hashCode(wanted);
  }

  /** The message that sets it on the server. */
  @Override
  public String toString() {
    return toJson();
  }

  /** Builds a {@link GarmFilter}. Not thread-safe. */
  public static final class Builder {
    private final Map<String, Set<Operation>> wanted = new LinkedHashMap<>();

    private Builder() {}

    /**
     * Adds the events of a type of entity. Added twice, both sets of operations are wanted.
     *
     * @param entityType the type
     * @param operations which operations; all if none is named
     * @return this
     */
    public Builder on(EntityType<?> entityType, Operation... operations) {
      return on(entityType, List.of(operations));
    }

    Builder on(EntityType<?> entityType, List<Operation> operations) {
      Set<Operation> known = wanted.get(entityType.name());
      boolean all = operations.isEmpty() || (known != null && known.isEmpty());
      Set<Operation> both = new LinkedHashSet<>();
      if (!all) {
        both.addAll(known == null ? Set.of() : known);
        both.addAll(operations);
      }
      wanted.put(entityType.name(), both);
      return this;
    }

    /**
     * Builds the filter.
     *
     * @return an immutable filter
     * @throws ConfigurationException if no type of entity was added: the server ignores such a
     *     filter and stays silent
     */
    public GarmFilter build() throws ConfigurationException {
      if (wanted.isEmpty()) {
        throw new ConfigurationException(
            "A GARM filter needs at least one entity type: the server ignores an empty filter and"
                + " stays silent. Use GarmFilter.everything() for all events.",
            null);
      }
      Map<String, Set<Operation>> copy = new LinkedHashMap<>();
      wanted.forEach(
          (name, operations) ->
              copy.put(name, Collections.unmodifiableSet(new LinkedHashSet<>(operations))));
      return new GarmFilter(Collections.unmodifiableMap(copy));
    }
  }
}
