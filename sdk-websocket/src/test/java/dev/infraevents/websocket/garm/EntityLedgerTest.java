package dev.infraevents.websocket.garm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.Bytes;
import dev.infraevents.Event;
import dev.infraevents.garm.EntityType;
import dev.infraevents.garm.Garm;
import dev.infraevents.garm.GarmDecoder;
import dev.infraevents.garm.GarmPayload;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EntityLedgerTest {

  private static final URI SERVER = URI.create("http://garm.example");
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final String OLD = "2026-01-01T00:00:01.000000001Z";
  private static final String NEW = "2026-01-01T00:00:01.000000002Z";

  private final EntityLedger ledger = new EntityLedger(3, true);
  private Instant now = START;

  private Event<GarmPayload> event(String type, String operation, String payload) {
    String frame =
        "{\"entity-type\":\"%s\",\"operation\":\"%s\",\"payload\":%s}"
            .formatted(type, operation, payload);
    return Objects.requireNonNull(
        new GarmDecoder().read(Bytes.ofUtf8(frame), SERVER, now).decode());
  }

  private static EntityKey key(Event<GarmPayload> event) {
    return Objects.requireNonNull(EntityKey.of(event));
  }

  private EntityKey tell(Event<GarmPayload> event) {
    ledger.told(key(event), event);
    return key(event);
  }

  private boolean isStale(Event<GarmPayload> event) {
    return ledger.isStale(key(event), event);
  }

  private Event<GarmPayload> pool(String operation, String id, String updated) {
    return event("pool", operation, "{\"id\":\"%s\",\"updated_at\":\"%s\"}".formatted(id, updated));
  }

  private Event<GarmPayload> endpoint(String operation, String name, String created, String at) {
    return event(
        "github_endpoint",
        operation,
        "{\"name\":\"%s\",\"created_at\":\"%s\",\"updated_at\":\"%s\"}"
            .formatted(name, created, at));
  }

  private Event<GarmPayload> endpoint(String operation, String name) {
    return event("github_endpoint", operation, "{\"name\":\"%s\"}".formatted(name));
  }

  private Difference compare(Event<GarmPayload> listed) {
    return ledger.compare(key(listed), listed.payload(), true, ledger.mark(now));
  }

  @ParameterizedTest(name = "{2} of {3} after {0} of {1}: {4}")
  @CsvSource({
    "create, new, update, old, true",
    "update, new, update, old, true",
    "update, new, create, old, true",
    "update, new, update, new, false",
    "update, old, update, new, false",
    "update, new, touch, old, true",
    "touch, new, update, old, true",
    "delete, none, update, new, true",
    "delete, none, create, new, true",
    "delete, none, touch, new, true",
    "delete, none, delete, none, false",
    "update, new, delete, none, false",
    "update, none, update, old, false",
    "update, new, update, none, false",
    "update, none, create, none, true",
    "create, none, update, none, false",
  })
  void aStampTellsWhichOfTwoEventsIsOutdated(
      String first, String firstAt, String second, String secondAt, boolean stale) {
    tell(pool(first, "p", at(firstAt)));
    assertThat(isStale(pool(second, "p", at(secondAt)))).isEqualTo(stale);
  }

  private static String at(String word) {
    return switch (word) {
      case "old" -> OLD;
      case "new" -> NEW;
      default -> "0001-01-01T00:00:00Z"; // what Go writes for none
    };
  }

  @ParameterizedTest(name = "{2} of the {3} one after {0} of the {1} one: {4}")
  @CsvSource({
    "create, old, update, new, false",
    "create, new, update, old, true",
    "create, new, create, old, true",
    "update, old, create, new, false",
  })
  void ofTwoEndpointsOfOneNameTheLaterCreatedCounts(
      String first, String firstMade, String second, String secondMade, boolean stale) {
    tell(endpoint(first, "GHES", at(firstMade), NEW));
    assertThat(isStale(endpoint(second, "ghes", at(secondMade), OLD))).isEqualTo(stale);
  }

  @Test
  void anEndpointThatWasCreatedAgainPassesAfterItsDeleteAndTheFormerOneDoesNot() {
    tell(endpoint("create", "Ghes", OLD, OLD));
    tell(endpoint("delete", "GHES"));
    assertThat(isStale(endpoint("update", "ghes", OLD, NEW))).isTrue();
    assertThat(isStale(endpoint("create", "ghes", OLD, OLD))).isTrue();
    assertThat(isStale(endpoint("update", "ghes", NEW, NEW))).isFalse();
    tell(endpoint("create", "ghes", NEW, NEW));
    assertThat(isStale(endpoint("update", "ghes", OLD, NEW))).isTrue();
  }

  @Test
  void withoutStampsOnlyACreateSaysThatANameIsTakenAgain() {
    tell(endpoint("create", "ghes"));
    tell(endpoint("delete", "GHES"));
    assertThat(isStale(endpoint("update", "ghes"))).isTrue();
    assertThat(isStale(endpoint("create", "ghes"))).isFalse();
  }

  @Test
  void aDeletedEntityIsRememberedForTwoMinutesAndNotLonger() {
    tell(pool("delete", "p", at("none")));
    now = START.plus(Duration.ofMinutes(2));
    assertThat(isStale(pool("update", "p", NEW))).isTrue();
    assertThat(compare(pool("update", "p", NEW))).isEqualTo(Difference.UNCLEAR);
    now = now.plusNanos(1);
    assertThat(isStale(pool("update", "p", NEW))).isFalse();
    assertThat(compare(pool("update", "p", NEW))).isEqualTo(Difference.NEW);
  }

  @Test
  void aDeleteIsRememberedForAsLongAsAListThatWasAskedForBeforeItIsLookedAt() {
    tell(pool("delete", "before", at("none")));
    long mark = ledger.beginListing(now);
    Event<GarmPayload> listed = pool("update", "p", NEW);
    tell(pool("delete", "p", at("none")));
    now = START.plus(Duration.ofMinutes(10)); // the handler is slow
    ledger.mark(now);
    assertThat(ledger.compare(key(listed), listed.payload(), true, mark))
        .isEqualTo(Difference.UNCLEAR);
    assertThat(ledger.isTouchedSince(key(listed), mark)).isTrue();
    assertThat(isStale(pool("update", "before", NEW))).isFalse();
    ledger.endListing();
    assertThat(compare(listed)).as("its time is over").isEqualTo(Difference.NEW);
  }

  @Test
  void aDeleteThatWasFoundByListingIsNotToldAgainUnlessItWasDropped() {
    tell(pool("create", "p", NEW));
    Event<GarmPayload> delete = pool("delete", "p", at("none"));
    assertThat(isStale(delete)).isFalse();
    EntityKey key = tell(delete.withAttribute(Event.ORIGIN, Listing.RECONCILE));
    assertThat(isStale(delete)).isTrue();
    ledger.untold(key);
    assertThat(isStale(delete)).isFalse();
    tell(delete);
    assertThat(isStale(delete)).as("the server says so twice").isFalse();
  }

  @Test
  void aDeleteThatWasSaidAgainCountsFromThen() {
    tell(pool("delete", "p", at("none")));
    now = START.plusSeconds(60);
    tell(pool("delete", "p", at("none")));
    now = START.plusSeconds(150);
    assertThat(isStale(pool("update", "p", NEW))).isTrue();
  }

  @Test
  void beyondItsLimitTheEntityTouchedLeastRecentlyIsForgotten() {
    tell(pool("update", "a", NEW));
    tell(pool("update", "b", NEW));
    tell(pool("update", "c", NEW));
    tell(pool("update", "a", NEW));
    tell(pool("update", "d", NEW));
    assertThat(isStale(pool("update", "a", OLD))).isTrue();
    assertThat(isStale(pool("update", "b", OLD))).isFalse();
    assertThat(isStale(pool("update", "c", OLD))).isTrue();
    assertThat(isStale(pool("update", "d", OLD))).isTrue();
  }

  @Test
  void whatWasDroppedAfterItWasForgottenDoesNotRaiseTheLimit() {
    List<EntityKey> told = new ArrayList<>();
    for (String id : List.of("a", "b", "c", "d", "e", "f")) {
      told.add(tell(pool("create", id, NEW)));
    }
    told.subList(0, 3).forEach(ledger::untold);
    tell(pool("create", "g", NEW));
    assertThat(ledger.missing(Garm.POOL, Set.of(), ledger.mark(now))).hasSize(3);
  }

  @Test
  void moreDeletesThanTheLimitAreNotKeptEither() {
    for (int i = 0; i < 5; i++) {
      now = now.plusSeconds(1);
      tell(pool("delete", "p", at("none")));
    }
    tell(pool("delete", "q", at("none")));
    assertThat(isStale(pool("update", "p", NEW))).isTrue();
    assertThat(isStale(pool("update", "q", NEW))).isTrue();
    tell(pool("update", "r", NEW));
    tell(pool("update", "s", NEW));
    assertThat(isStale(pool("update", "p", NEW))).as("forgotten").isFalse();
  }

  @Test
  void onlyEntitiesOfAKnownTypeWithAnIdentityHaveAKey() {
    assertThat(EntityKey.of(event("comet", "create", "{\"id\":1}"))).isNull();
    assertThat(EntityKey.of(event("file_object", "delete", "{\"id\":0}"))).isNull();
    assertThat(EntityKey.of(event("github_credentials", "create", "{\"id\":1}")))
        .isNotEqualTo(EntityKey.of(event("gitea_credentials", "create", "{\"id\":1}")))
        .isNotNull();
  }

  @Test
  void whatWasToldIsComparedByContentWhereStampsAreEqual() {
    Event<GarmPayload> told = tag("b", "a");
    tell(told);
    assertThat(compare(tag("a", "b"))).as("the order of tags").isEqualTo(Difference.NONE);
    assertThat(compare(tag("a", "c"))).isEqualTo(Difference.CHANGED);
  }

  private Event<GarmPayload> tag(String first, String second) {
    return event(
        "pool",
        "update",
        "{\"id\":\"p\",\"updated_at\":\"%s\",\"tags\":[{\"name\":\"%s\"},{\"name\":\"%s\"}]}"
            .formatted(NEW, first, second));
  }

  @Test
  void aListThatIsOlderThanTheStreamSaysNothing() {
    long mark = ledger.mark(now);
    Event<GarmPayload> update = pool("update", "p", OLD);
    EntityKey key = tell(update);
    assertThat(ledger.compare(key, pool("update", "p", NEW).payload(), true, mark))
        .isEqualTo(Difference.UNCLEAR);
    assertThat(ledger.missing(Garm.POOL, Set.of(), mark)).isEmpty();
    assertThat(ledger.missing(Garm.POOL, Set.of(), ledger.mark(now))).containsExactly(key);
    tell(pool("update", "p", NEW));
    assertThat(compare(update)).as("strictly older").isEqualTo(Difference.UNCLEAR);
  }

  @Test
  void whatWasDroppedIsStillOwed() {
    EntityKey created = tell(pool("create", "a", OLD));
    ledger.untold(created);
    assertThat(compare(pool("create", "a", OLD))).isEqualTo(Difference.NEW);

    tell(pool("create", "b", OLD));
    EntityKey updated = tell(pool("update", "b", NEW));
    ledger.untold(updated);
    assertThat(compare(pool("update", "b", NEW))).isEqualTo(Difference.CHANGED);
    tell(pool("update", "b", NEW));
    assertThat(compare(pool("update", "b", NEW))).isEqualTo(Difference.NONE);

    EntityKey deleted = tell(pool("delete", "b", at("none")));
    ledger.untold(deleted);
    now = START.plus(Duration.ofMinutes(3));
    assertThat(ledger.missing(Garm.POOL, Set.of(), ledger.mark(now))).contains(deleted);
  }

  @Test
  void whatTheHandlerDidNotWantToHearOfIsNewForAnotherFilter() {
    Event<GarmPayload> skipped = pool("create", "a", OLD);
    Event<GarmPayload> told = pool("create", "b", OLD);
    ledger.skipped(key(skipped), skipped);
    tell(told);
    assertThat(compare(skipped)).isEqualTo(Difference.NONE);
    ledger.forgetUnheard();
    assertThat(compare(skipped)).isEqualTo(Difference.NEW);
    assertThat(compare(told)).isEqualTo(Difference.NONE);
  }

  @Test
  void anInstanceLeadsToItsJobOnlyIfThatIsKnownAndAlive() {
    EntityKey instance = tell(instanceWithJob());
    assertThat(ledger.jobOf(instance)).isNull();
    EntityKey job = tell(event("job", "create", "{\"id\":7}"));
    assertThat(ledger.jobOf(instance)).isEqualTo(job);
    tell(event("job", "delete", "{\"id\":7}"));
    assertThat(ledger.jobOf(instance)).isNull();
    assertThat(ledger.nameOf(instance)).isEqualTo("garm-1");
  }

  private Event<GarmPayload> instanceWithJob() {
    return event("instance", "update", "{\"id\":\"i\",\"name\":\"garm-1\",\"job\":{\"id\":7}}");
  }

  @ParameterizedTest
  @CsvSource({
    "github_credentials, '{\"id\":1,\"rate_limit\":{\"remaining\":3}}'",
    "controller, '{\"controller_id\":\"c\",\"hostname\":\"h\"}'",
    "pool, '{\"id\":\"1\",\"instances\":[{\"id\":\"i\"}],\"template_name\":\"t\"}'",
    "scaleset, '{\"id\":1,\"instances\":[{\"id\":\"i\"}],\"proxy_name\":\"p\"}'",
    "repository, '{\"id\":\"1\",\"events\":[{\"id\":3}],\"pool\":[{\"id\":\"p\"}]}'",
  })
  void whatShowsInSomePlacesOnlyIsNoChange(String type, String more) {
    String known = more.substring(0, more.indexOf(',')) + "}";
    GarmPayload less = decode(type, known);
    assertThat(Fingerprint.of(decode(type, more)))
        .isEqualTo(Fingerprint.of(less))
        .isNotEqualTo(
            Fingerprint.of(
                decode(
                    type,
                    known.replace(
                        "}",
                        ",\"ca_cert_bundle\":\"YQ==\",\"description\":\"d\",\"name\":\"n\",\"image\":\"x\"}"))));
  }

  private static GarmPayload decode(String type, String json) {
    EntityType<?> known = Garm.entityType(type).orElseThrow();
    return known.decode(Bytes.ofUtf8(json));
  }
}
