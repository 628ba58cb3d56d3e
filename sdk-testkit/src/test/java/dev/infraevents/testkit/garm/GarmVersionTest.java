package dev.infraevents.testkit.garm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.infraevents.Bytes;
import dev.infraevents.garm.EntityType;
import dev.infraevents.garm.Garm;
import dev.infraevents.garm.GarmDecoder;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.garm.UnknownEntity;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a version fixes, and that the SDK reads what each of them sends. */
@ExtendWith(LeakCheck.class)
class GarmVersionTest {

  private static final Set<String> OLD =
      Set.of(
          "repository",
          "organization",
          "enterprise",
          "pool",
          "user",
          "instance",
          "job",
          "controller",
          "github_credentials",
          "github_endpoint");

  @Test
  void theEntityTypesThatAFilterMayName() {
    Set<String> all = new TreeSet<>(OLD);
    assertThat(known(GarmVersion.V0_1_5)).isEqualTo(all);
    all.addAll(Set.of("gitea_credentials", "scaleset", "template", "file_object"));
    assertThat(known(GarmVersion.V0_2_1)).isEqualTo(all);
    all.addAll(Set.of("forge_instance", "proxy"));
    assertThat(known(GarmVersion.HEAD)).isEqualTo(all);
    assertThat(GarmVersion.HEAD.knows("tag")).isFalse();
  }

  private static Set<String> known(GarmVersion version) {
    Set<String> known = new TreeSet<>();
    for (var entityType : Garm.entityTypes()) {
      if (version.knows(entityType.name())) {
        known.add(entityType.name());
      }
    }
    return known;
  }

  @ParameterizedTest
  @CsvSource({"V0_1_5, scaleset", "V0_2_1, forge_instance"})
  void aFilterWithATypeThatTheVersionDoesNotKnowIsRejectedAsAWhole(
      GarmVersion version, String entityType) throws IOException {
    try (FakeGarm garm = FakeGarm.builder().version(version).start();
        RawClient client = RawClient.upgraded(garm)) {
      client.text(
          "{\"filters\":[{\"entity-type\":\"pool\"},{\"entity-type\":\"" + entityType + "\"}]}");

      assertThat(client.rest()).containsExactly("CLOSE 1000");
    }
  }

  @ParameterizedTest
  @CsvSource({"V0_1_5, 16384", "V0_2_1, 1048576", "HEAD, 1048576"})
  void theLargestMessageOfAClient(GarmVersion version, int limit) throws IOException {
    try (FakeGarm garm = FakeGarm.builder().version(version).start();
        RawClient client = RawClient.upgraded(garm)) {
      client.text(RawClient.ALL + " ".repeat(limit - RawClient.ALL.length()));
      assertThat(client.barrier("p")).isEmpty();
      client.send(RawClient.frame(0x80 | RawFrame.TEXT, limit + 1, new byte[0]));

      assertThat(client.rest()).containsExactly("CLOSE 1009");
    }
  }

  @ParameterizedTest
  @CsvSource({"V0_1_5, 401", "V0_2_1, 101", "HEAD, 101"})
  void theCookie(GarmVersion version, int status) throws IOException {
    try (FakeGarm garm = FakeGarm.builder().version(version).start();
        RawClient client = RawClient.connect(garm)) {
      String cookie = "Cookie: garm_token=" + garm.token().mint();

      assertThat(client.upgradeAt("/api/v1/ws/events", cookie)).startsWith("HTTP/1.1 " + status);
    }
  }

  @Test
  void whoNeverSendsAPongIsGivenUpBy015Only() throws IOException {
    for (GarmVersion version : GarmVersion.values()) {
      VirtualTime time = new VirtualTime();
      try (FakeGarm garm =
              FakeGarm.builder().clock(time.clock()).scheduler(time).version(version).start();
          RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
        time.advance(Duration.ofSeconds(60));
        assertThat(client.next()).isEqualTo("PING");
        if (version == GarmVersion.V0_1_5) {
          assertThat(client.next()).isEqualTo("CLOSE 1000");
        } else {
          assertThat(client.barrier("p")).isEmpty();
        }
      }
    }
  }

  @Test
  void whatIsSetGoesBeforeWhatTheVersionFixesInAnyOrder() throws IOException {
    var first = FakeGarm.builder().bufferCapacity(3).version(GarmVersion.V0_2_1);
    var last = FakeGarm.builder().version(GarmVersion.V0_2_1).bufferCapacity(3);
    for (FakeGarmBuilder builder : List.of(first, last)) {
      try (FakeGarm garm = builder.start();
          RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
        garm.inject(Fault.stall());
        for (int i = 0; i < 5; i++) {
          garm.emit("pool", "update", "{}");
        }
        assertThat(garm.eventsDropped()).isEqualTo(2);
        assertThat(client.barrier("p")).isEmpty();
      }
    }
  }

  @Test
  void timesHaveTheOffsetOfTheServer() {
    try (FakeGarm garm = FakeGarm.builder().zone(ZoneOffset.ofHours(2)).start()) {
      String id = garm.create("pool", "{}");

      assertThat(garm.entities().get("pool", id).orElseThrow())
          .containsPattern("\"created_at\":\"20\\d\\d-[^\"]+\\+02:00\"");
    }
  }

  @ParameterizedTest
  @EnumSource
  void everythingThatIsSentIsReadAsItsType(GarmVersion version) throws Exception {
    try (FakeGarm garm = FakeGarm.builder().version(version).start();
        RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      for (var entityType : Garm.entityTypes()) {
        String name = entityType.name();
        if (version.knows(name) && !name.equals("user")) {
          change(garm, name, client);
        }
      }
    }
  }

  /** Creates an entity with everything set, changes it and deletes it; the controller only once. */
  private static void change(FakeGarm garm, String entityType, RawClient client) throws Exception {
    ObjectNode whole = whole(Shapes.of(entityType), 2);
    if (entityType.equals("controller")) {
      garm.update(entityType, "", whole.without("controller_id").toString());
      read(client, entityType, "update");
      return;
    }
    String key = garm.create(entityType, whole.toString());
    read(client, entityType, "create");
    garm.update(entityType, key, "{\"updated_at\":\"2026-11-12T13:14:15.000000001+02:00\"}");
    read(client, entityType, "update");
    garm.delete(entityType, key);
    read(client, entityType, "delete");
  }

  private static void read(RawClient client, String entityType, String operation) throws Exception {
    Bytes frame = Bytes.ofUtf8(client.read().text());
    InboundMessage<GarmPayload> message =
        new GarmDecoder().read(frame, URI.create("http://garm.example"), Instant.EPOCH);
    var event = message.decode();

    assertThat(event.type().name()).isEqualTo("garm." + entityType + "." + operation);
    assertThat(event.payload()).isNotInstanceOf(UnknownEntity.class);
    boolean zeroed = entityType.equals("file_object") && operation.equals("delete");
    assertThat(event.subject() == null).isEqualTo(zeroed);
  }

  /** A key that is misspelled on either side leaves a component empty. */
  @Test
  void everyComponentOfEveryRecordIsFilledInSomewhere() throws Exception {
    for (EntityType<?> entityType : Garm.entityTypes()) {
      Shape shape = Shapes.of(entityType.name());
      ObjectNode whole = whole(shape, 2);
      Object empty = entityType.decode(Bytes.ofUtf8("{}"));
      Set<String> left = components(entityType.payloadType());
      for (View view : List.of(View.EVENT, View.GET, View.LIST)) {
        String json = Json.write(shape.write(whole, GarmVersion.HEAD, view));
        Object read = entityType.decode(Bytes.ofUtf8(json));
        for (RecordComponent component : entityType.payloadType().getRecordComponents()) {
          Object value = component.getAccessor().invoke(read);
          if (!Objects.equals(value, component.getAccessor().invoke(empty))) {
            left.remove(component.getName());
          }
        }
      }
      Set<String> never =
          entityType.name().equals("scaleset") ? Set.of("statusMessages") : Set.of();
      assertThat(left).as(entityType.name()).isEqualTo(never);
    }
  }

  private static Set<String> components(Class<?> type) {
    Set<String> names = new TreeSet<>();
    for (RecordComponent component : type.getRecordComponents()) {
      names.add(component.getName());
    }
    return names;
  }

  /** An object with everything set, and objects in it, so deep. */
  private static ObjectNode whole(Shape shape, int depth) {
    ObjectNode whole = Json.object();
    for (Shape.Field field : shape.fields()) {
      boolean nested = !field.shape().isEmpty();
      if (!nested) {
        whole.set(field.key(), Json.parse(sample(field.kind())).orElseThrow());
      } else if (depth > 0) {
        ObjectNode part = whole(Shapes.of(field.shape()), depth - 1);
        whole.set(field.key(), field.kind() == Kind.OBJECTS ? Json.array().add(part) : part);
      }
    }
    return whole;
  }

  private static String sample(Kind kind) {
    return switch (kind) {
      case NUMBER -> "7";
      case BOOL -> "true";
      case TIME -> "\"2026-01-02T03:04:05.123456789+02:00\"";
      case UUID -> "\"2fce69fe-8b61-406d-87ba-76eb8e789e1d\"";
      case BASE64 -> "\"eA==\"";
      case RAW -> "{\"x\":[1,2.5,{\"z\":null}]}";
      case STRINGS -> "[\"a\"]";
      default -> "\"text\"";
    };
  }
}
