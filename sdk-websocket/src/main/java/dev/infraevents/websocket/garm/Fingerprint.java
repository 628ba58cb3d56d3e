package dev.infraevents.websocket.garm;

import dev.infraevents.garm.Controller;
import dev.infraevents.garm.Enterprise;
import dev.infraevents.garm.ForgeCredentials;
import dev.infraevents.garm.ForgeInstance;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.garm.Instance;
import dev.infraevents.garm.Organization;
import dev.infraevents.garm.Pool;
import dev.infraevents.garm.Repository;
import dev.infraevents.garm.ScaleSet;
import dev.infraevents.garm.Template;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an entity looks like, short enough to be kept for each: to tell whether it has changed where
 * its time stamp does not say so (a file's tags, a controller, most entities of 0.1.5).
 *
 * @param listed of what events and lists of the REST API both show
 * @param details of what lists leave out
 */
record Fingerprint(long listed, long details) {

  private static final Map<Class<?>, Set<String>> DETAILS =
      Map.of(
          Instance.class, Set.of("addresses", "statusMessages"),
          Pool.class, Set.of("extraSpecs"),
          ScaleSet.class, Set.of("extraSpecs"),
          Template.class, Set.of("data"));

  /** What depends on where an entity was read, or belongs to another one. */
  private static final Map<Class<?>, Set<String>> IGNORED =
      Map.of(
          Pool.class, Set.of("instances", "templateName", "proxyName"),
          ScaleSet.class, Set.of("instances", "templateName", "proxyName", "statusMessages"),
          Repository.class, Set.of("pools", "events"),
          Organization.class, Set.of("pools", "events"),
          Enterprise.class, Set.of("pools", "events"),
          ForgeInstance.class, Set.of("pools", "events"),
          ForgeCredentials.class,
              Set.of("rateLimit", "repositories", "organizations", "enterprises"),
          Controller.class, Set.of("hostname"));

  private static final ClassValue<Components> COMPONENTS =
      new ClassValue<>() {
        @Override
        protected Components computeValue(Class<?> type) {
          return Components.of(type);
        }
      };

  static Fingerprint of(GarmPayload payload) {
    Components components = COMPONENTS.get(payload.getClass());
    return new Fingerprint(hash(payload, components.listed), hash(payload, components.details));
  }

  private static long hash(Object part, List<Method> components) {
    long hash = 1;
    for (Method component : components) {
      hash = mix(hash, hash(value(part, component)));
    }
    return hash;
  }

  private static long hash(@Nullable Object value) {
    if (value instanceof List<?> list) {
      long sum = list.size(); // the order of tags is not stable, and no other matters
      for (Object element : list) {
        sum += mix(1, hash(element));
      }
      return sum;
    }
    return value instanceof Record part
        ? hash(part, COMPONENTS.get(part.getClass()).listed)
        : Objects.hashCode(value);
  }

  // A step of SplitMix64: parts that differ in one bit shall differ in half of them.
  private static long mix(long hash, long part) {
    long mixed = (hash ^ part) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }

  private static @Nullable Object value(Object part, Method component) {
    try {
      return component.invoke(part);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("can not read " + component, e);
    }
  }

  /** The accessors of a record. */
  private record Components(List<Method> listed, List<Method> details) {
    static Components of(Class<?> type) {
      Set<String> details = DETAILS.getOrDefault(type, Set.of());
      Set<String> ignored = IGNORED.getOrDefault(type, Set.of());
      List<RecordComponent> all = List.of(type.getRecordComponents());
      return new Components(
          all.stream()
              .filter(c -> !details.contains(c.getName()) && !ignored.contains(c.getName()))
              .map(RecordComponent::getAccessor)
              .toList(),
          all.stream()
              .filter(c -> details.contains(c.getName()))
              .map(RecordComponent::getAccessor)
              .toList());
    }
  }
}
