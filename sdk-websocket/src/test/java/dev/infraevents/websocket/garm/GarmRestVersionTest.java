package dev.infraevents.websocket.garm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.infraevents.RequestException;
import dev.infraevents.garm.EntityType;
import dev.infraevents.garm.FileObject;
import dev.infraevents.garm.ForgeEndpoint;
import dev.infraevents.garm.Garm;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.garm.Instance;
import dev.infraevents.garm.Pool;
import dev.infraevents.garm.Repository;
import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.garm.GarmVersion;
import dev.infraevents.testkit.junit.LeakCheck;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The REST client against servers of each version. */
@ExtendWith(LeakCheck.class)
class GarmRestVersionTest {

  private static final Set<EntityType<?>> SINCE_0_2 =
      Set.of(Garm.SCALE_SET, Garm.GITEA_CREDENTIALS, Garm.TEMPLATE, Garm.FILE_OBJECT);
  private static final Set<EntityType<?>> SINCE_HEAD = Set.of(Garm.FORGE_INSTANCE, Garm.PROXY);

  private static boolean has(GarmVersion version, EntityType<?> type) {
    return switch (version) {
      case V0_1_5 -> !SINCE_0_2.contains(type) && !SINCE_HEAD.contains(type);
      case V0_2_1 -> !SINCE_HEAD.contains(type);
      case HEAD -> true;
    };
  }

  private static GarmRestClient client(FakeGarm server) {
    return GarmRestClient.builder()
        .url(server.url())
        .credentials(GarmCredentials.password(server.username(), server.password()))
        .build();
  }

  static Stream<Arguments> listed() {
    return Stream.of(GarmVersion.values())
        .flatMap(
            version ->
                Garm.entityTypes().stream()
                    .filter(type -> type != Garm.USER && type != Garm.CONTROLLER)
                    .map(type -> Arguments.of(version, type)));
  }

  @ParameterizedTest
  @MethodSource("listed")
  <P extends GarmPayload> void whatAVersionHasIsListedAndGot(
      GarmVersion version, EntityType<P> type) {
    try (var server = FakeGarm.builder().version(version).start();
        var garm = client(server)) {
      assertThat(garm.supports(type)).isEqualTo(has(version, type));
      if (!has(version, type)) {
        assertThatThrownBy(() -> garm.list(type)).isInstanceOf(RequestException.class);
        assertThatThrownBy(() -> garm.get(type, "1")).isInstanceOf(RequestException.class);
        return;
      }
      assertThat(garm.list(type)).as("also where the server says null").isEmpty();
      String name = type == Garm.GITHUB_ENDPOINT ? "{\"name\":\"a b\"}" : "{}";
      String key = server.create(type.name(), name);
      P listed = garm.list(type).get(0);
      assertThat(type.subject(listed)).endsWith(key);
      if (type != Garm.JOB) {
        assertThat(garm.get(type, key).map(type::subject)).hasValue(type.subject(listed));
        assertThat(garm.get(type, String.valueOf(GarmRoutes.key(type, listed)))).isPresent();
        server.delete(type.name(), key);
        assertThat(garm.get(type, key)).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(GarmVersion.class)
  void aNewServerIsMadeToWork(GarmVersion version) {
    try (var server =
            FakeGarm.builder().version(version).initialised(false).urlsConfigured(false).start();
        var garm =
            GarmRestClient.builder()
                .url(server.url())
                .credentials(GarmCredentials.password("admin", "c0rrect-Horse-battery"))
                .build()) {
      var jane = new FirstRun("admin", "jane@example.com", "c0rrect-Horse-battery", "Jane Admin");
      assertThat(garm.firstRun(jane).fullName()).isEqualTo("Jane Admin");
      assertThatThrownBy(() -> garm.firstRun(jane))
          .isInstanceOf(RequestException.class)
          .hasMessageContaining("already initialized");
      assertThatThrownBy(() -> garm.list(Garm.POOL))
          .isInstanceOf(RequestException.class)
          .hasMessageContaining("urls_required");
      assertThat(garm.controller().callbackUrl()).isEmpty();
      var urls = new ControllerUpdate("http://g/api/v1/metadata", "http://g/cb", "http://g/hooks");
      assertThat(garm.updateController(urls).callbackUrl()).isEqualTo("http://g/cb");
      assertThat(garm.list(Garm.POOL)).isEmpty();
      assertThat(server.logins()).as("a 409 says nothing about the token").isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'', a@example.com, c0rrect-Horse-battery, e-mail",
    "jane, jane, c0rrect-Horse-battery, e-mail",
    "jane doe, a@example.com, c0rrect-Horse-battery, letters and digits",
    "jane, a@example.com, weak, less predictable",
    "jane, a@example.com, password, less predictable",
  })
  void aFirstRunThatIsRefusedSaysWhatToChange(
      String username, String email, String password, String advice) {
    try (var server = FakeGarm.builder().initialised(false).start();
        var garm = client(server)) {
      assertThatThrownBy(() -> garm.firstRun(new FirstRun(username, email, password, "")))
          .isInstanceOf(RequestException.class)
          .hasMessageContaining(advice);
    }
  }

  @Test
  void filesComeNewestFirstOverAllPages() {
    try (var server = FakeGarm.start();
        var garm = client(server)) {
      for (int i = 1; i <= 230; i++) {
        server.create("file_object", "{\"name\":\"f\",\"tags\":[\"%s\"]}".formatted(i % 2));
      }
      assertThat(garm.objects().map(FileObject::id))
          .hasSize(230)
          .startsWith(230L, 229L)
          .doesNotHaveDuplicates()
          .endsWith(1L);
      assertThat(garm.objects("0").map(FileObject::id)).hasSize(115).startsWith(230L, 228L);
      assertThat(garm.list(Garm.FILE_OBJECT)).hasSize(230);
    }
  }

  @Test
  void anInstanceHasItsAddressesOnlyWhenItIsGot() {
    try (var server = FakeGarm.start();
        var garm = client(server)) {
      String pool = server.create("pool", "{\"image\":\"i\"}");
      server.create(
          "instance",
          "{\"name\":\"garm-1\",\"pool_id\":\"%s\",\"addresses\":[{\"address\":\"10.0.0.5\",\"type\":\"private\"}]}"
              .formatted(pool));
      assertThat(garm.list(Garm.INSTANCE).get(0).addresses()).isEmpty();
      Optional<Instance> got = garm.get(Garm.INSTANCE, "garm-1");
      assertThat(got.orElseThrow().addresses()).hasSize(1);
      assertThat(garm.listOf(Garm.INSTANCE, Garm.POOL, pool))
          .extracting(Instance::name)
          .containsExactly("garm-1");
    }
  }

  @Test
  void listsAreNarrowedDownByTheServer() {
    try (var server = FakeGarm.start();
        var garm = client(server)) {
      String acme = server.create("repository", "{\"owner\":\"acme\",\"name\":\"widgets\"}");
      server.create("repository", "{\"owner\":\"other\",\"name\":\"widgets\"}");
      server.create("pool", "{\"repo_id\":\"%s\",\"image\":\"i\"}".formatted(acme));
      server.create("pool", "{\"image\":\"j\"}");
      assertThat(garm.repositories("acme", "widgets", null))
          .extracting(Repository::id)
          .containsExactly(acme);
      assertThat(garm.listOf(Garm.POOL, Garm.REPOSITORY, acme))
          .extracting(Pool::image)
          .containsExactly("i");
    }
  }

  @ParameterizedTest
  @EnumSource(GarmVersion.class)
  void endpointsOfBothForgesAreFound(GarmVersion version) {
    try (var server = FakeGarm.builder().version(version).start();
        var garm = client(server)) {
      server.create("github_endpoint", "{\"name\":\"ghes\"}");
      List<String> names = version == GarmVersion.V0_1_5 ? List.of("ghes") : List.of("ghes", "gt");
      if (names.contains("gt")) {
        server.create("github_endpoint", "{\"name\":\"gt\",\"endpoint_type\":\"gitea\"}");
        assertThat(garm.get(Garm.GITHUB_ENDPOINT, "gt")).isPresent();
      }
      assertThat(garm.list(Garm.GITHUB_ENDPOINT))
          .extracting(ForgeEndpoint::name)
          .containsExactlyElementsOf(names);
      assertThat(garm.get(Garm.GITHUB_ENDPOINT, "nowhere")).isEmpty();
    }
  }

  @Test
  void providersAreThoseOfTheServersConfiguration() {
    try (var server = FakeGarm.builder().provider("lxd").start();
        var garm = client(server)) {
      assertThat(garm.providers()).hasSize(1).allMatch(p -> p.name().equals("lxd"));
    }
  }

  @Test
  void aPrefixAndATokenThatWasRevokedAreNoTrouble() {
    try (var server = FakeGarm.builder().pathPrefix("/garm").start();
        var garm =
            GarmRestClient.builder()
                .url(server.url() + "/")
                .credentials(GarmCredentials.password(server.username(), server.password()))
                .build()) {
      garm.list(Garm.POOL);
      server.changePassword(server.username(), server.password());
      garm.list(Garm.POOL);
      assertThat(server.logins()).isEqualTo(2);
      assertThat(server.requests()).hasSize(5);
    }
  }
}
