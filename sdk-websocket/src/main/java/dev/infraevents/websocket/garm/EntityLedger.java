package dev.infraevents.websocket.garm;

import dev.infraevents.Event;
import dev.infraevents.garm.EntityType;
import dev.infraevents.garm.ForgeEndpoint;
import dev.infraevents.garm.Garm;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.garm.Instance;
import dev.infraevents.garm.Operation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the handler has been told of each entity. GARM's goroutines race, so an older update can
 * come after a newer one, and an update after the delete: this tells which. The entities touched
 * least recently are forgotten beyond a limit. Not thread-safe: guarded by the gate's lock.
 */
final class EntityLedger {

  /** How long a deleted entity is remembered; late updates come within milliseconds. */
  static final Duration TOMBSTONE = Duration.ofMinutes(2);

  /** What the handler was told last. */
  private static final class Entry {
    @Nullable Tombstone tombstone; // of a deleted entity
    boolean heard; // the handler was told of it at all, since its last delete
    boolean news; // the last it was told was the first
    boolean owed; // it was not told after all, for lack of room
    boolean found; // the last it was told was found by listing
    long touched;
    @Nullable Instant created;
    @Nullable Instant updated;
    @Nullable Fingerprint print;
    @Nullable String name; // of instances and endpoints, whose deletes show it
    @Nullable EntityKey job; // that an instance carries

    boolean isDeleted() {
      return tombstone != null;
    }
  }

  private record Tombstone(EntityKey key, Instant until, long touched) {}

  private final int limit;
  private final boolean fingerprints;
  private final Map<EntityKey, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private final Deque<Tombstone> tombstones = new ArrayDeque<>();
  private long sequence;
  private long listingSince = Long.MAX_VALUE; // while nothing is being listed

  /**
   * Makes an empty ledger.
   *
   * @param limit how many entities it remembers
   * @param fingerprints whether it will be compared with listed state
   */
  EntityLedger(int limit, boolean fingerprints) {
    this.limit = limit;
    this.fingerprints = fingerprints;
  }

  /** A moment: what is touched later is touched after it. */
  long mark(Instant now) {
    forgetExpired(now);
    return sequence;
  }

  /**
   * A list is about to be asked for. It may show what is deleted before it has been looked at to
   * its end, however long a slow handler makes that, so such deletes are remembered until then.
   */
  long beginListing(Instant now) {
    listingSince = mark(now);
    return listingSince;
  }

  void endListing() {
    listingSince = Long.MAX_VALUE;
  }

  /** Whether the handler knows better already. */
  boolean isStale(EntityKey key, Event<GarmPayload> event) {
    forgetExpired(event.receivedAt());
    Entry known = entries.get(key);
    if (known == null) {
      return false;
    }
    if (isDelete(event)) {
      return known.isDeleted() && known.found && !known.owed; // a list was quicker to show it
    }
    Instant created = created(event.payload());
    int incarnation =
        created == null || known.created == null ? 0 : created.compareTo(known.created);
    if (incarnation != 0) {
      return incarnation < 0;
    }
    if (known.isDeleted()) {
      // A name can be taken again; without a stamp only a create says so.
      boolean unstamped = created == null || known.created == null;
      return !(key.isReusable() && unstamped && isCreate(event));
    }
    Instant updated = event.time();
    if (updated == null || known.updated == null) {
      // Nothing is created twice, so an update of it came first.
      return isCreate(event) && known.heard && !key.isReusable();
    }
    return updated.isBefore(known.updated);
  }

  /** The handler is told of this event. */
  void told(EntityKey key, Event<GarmPayload> event) {
    Entry entry = touch(key, event);
    entry.news = !entry.heard;
    entry.heard = !isDelete(event);
  }

  /** The handler does not want to hear of this event. */
  void skipped(EntityKey key, Event<GarmPayload> event) {
    Entry entry = touch(key, event);
    entry.news = false;
    entry.heard &= !isDelete(event);
  }

  private Entry touch(EntityKey key, Event<GarmPayload> event) {
    forgetExpired(event.receivedAt());
    Entry entry = entries.computeIfAbsent(key, k -> new Entry());
    entry.touched = ++sequence;
    entry.owed = false;
    entry.found = Listing.RECONCILE.equals(event.attributes().get(Event.ORIGIN));
    if (isDelete(event)) {
      entry.job = null;
      var tombstone = new Tombstone(key, event.receivedAt().plus(TOMBSTONE), sequence);
      tombstones.add(tombstone);
      entry.tombstone = tombstone;
    } else {
      learn(entry, event);
    }
    while (entries.size() > limit) {
      forgetOldest();
    }
    return entry;
  }

  private void learn(Entry entry, Event<GarmPayload> event) {
    GarmPayload payload = event.payload();
    entry.tombstone = null;
    entry.created = created(payload);
    entry.updated = event.time();
    if (fingerprints) {
      entry.print = Fingerprint.of(payload);
      if (payload instanceof ForgeEndpoint endpoint) {
        entry.name = endpoint.name();
      } else if (payload instanceof Instance instance) {
        entry.name = instance.name();
        entry.job =
            instance.job() == null
                ? null
                : EntityKey.of(Garm.JOB, Long.toString(instance.job().id()));
      }
    }
  }

  /**
   * An event of this entity was dropped, so the handler was not told after all. It may have waited
   * for so long that the entity has been forgotten meanwhile.
   */
  void untold(EntityKey key) {
    Entry entry = entries.computeIfAbsent(key, k -> new Entry());
    entry.owed = true;
    entry.heard &= !entry.news;
    entry.touched = ++sequence;
  }

  /** Another filter may want what the last one did not, so that must look new. */
  void forgetUnheard() {
    entries.values().removeIf(entry -> !entry.heard && !entry.isDeleted());
  }

  /** The job that a living instance carries, if the handler knows it to be alive. */
  @Nullable EntityKey jobOf(EntityKey instance) {
    Entry entry = entries.get(instance);
    EntityKey job = entry == null ? null : entry.job;
    Entry known = job == null ? null : entries.get(job);
    return known == null || known.isDeleted() ? null : job;
  }

  /** The name of an instance or endpoint; empty if it is not known, or for another entity. */
  String nameOf(EntityKey key) {
    Entry entry = entries.get(key);
    return entry == null || entry.name == null ? "" : entry.name;
  }

  boolean isTouchedSince(EntityKey key, long mark) {
    Entry entry = entries.get(key);
    return entry != null && entry.touched > mark;
  }

  /**
   * Compares listed state with what the handler knows.
   *
   * @param full whether it was read by itself, with what lists leave out
   * @param mark the moment before it was asked for
   */
  Difference compare(EntityKey key, GarmPayload listed, boolean full, long mark) {
    Entry known = entries.get(key);
    if (known == null) {
      return Difference.NEW;
    }
    if (known.touched > mark) {
      return Difference.UNCLEAR;
    }
    if (known.isDeleted()) {
      return key.isReusable() ? Difference.NEW : Difference.UNCLEAR;
    }
    Instant updated = listed.updatedAt();
    if (updated != null && known.updated != null && updated.isBefore(known.updated)) {
      return Difference.UNCLEAR;
    }
    if (known.owed && !known.heard) {
      return Difference.NEW;
    }
    Fingerprint print = Fingerprint.of(listed);
    boolean same =
        known.print != null
            && known.print.listed() == print.listed()
            && (!full || known.print.details() == print.details());
    return same && !known.owed ? Difference.NONE : Difference.CHANGED;
  }

  /** What the handler takes for alive, and a list that was asked for at the mark does not have. */
  List<EntityKey> missing(EntityType<?> type, Set<EntityKey> listed, long mark) {
    List<EntityKey> missing = new ArrayList<>();
    entries.forEach(
        (key, entry) -> {
          boolean alive = !entry.isDeleted() || entry.owed;
          if (key.type().equals(type) && alive && entry.touched <= mark && !listed.contains(key)) {
            missing.add(key);
          }
        });
    return missing;
  }

  private void forgetExpired(Instant now) {
    for (Tombstone oldest = tombstones.peek();
        oldest != null && (isExpired(oldest, now) || tombstones.size() > limit);
        oldest = tombstones.peek()) {
      tombstones.remove();
      Entry entry = entries.get(oldest.key);
      if (entry != null && oldest.equals(entry.tombstone) && !entry.owed) {
        entries.remove(oldest.key);
      }
    }
  }

  private boolean isExpired(Tombstone tombstone, Instant now) {
    return tombstone.until.isBefore(now) && tombstone.touched <= listingSince;
  }

  private void forgetOldest() {
    Iterator<EntityKey> oldest = entries.keySet().iterator();
    oldest.next();
    oldest.remove();
  }

  private static @Nullable Instant created(GarmPayload payload) {
    return payload instanceof ForgeEndpoint endpoint ? endpoint.createdAt() : null;
  }

  private static boolean isDelete(Event<?> event) {
    return Operation.DELETE.wireName().equals(event.attributes().get(Garm.OPERATION));
  }

  private static boolean isCreate(Event<?> event) {
    return Operation.CREATE.wireName().equals(event.attributes().get(Garm.OPERATION));
  }
}
