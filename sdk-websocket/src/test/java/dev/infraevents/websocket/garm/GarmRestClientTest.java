package dev.infraevents.websocket.garm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.infraevents.ConfigurationException;
import dev.infraevents.DecodingException;
import dev.infraevents.RequestException;
import dev.infraevents.garm.EntityType;
import dev.infraevents.garm.FileObject;
import dev.infraevents.garm.ForgeEndpoint;
import dev.infraevents.garm.ForgeType;
import dev.infraevents.garm.Garm;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.garm.OsType;
import dev.infraevents.garm.Provider;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.websocket.garm.Answers.Answer;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class GarmRestClientTest {

  private static final Answer NO_ENTITY =
      Answer.json(404, "{\"error\":\"Not Found\",\"details\":\"not found\"}");

  private Answers server;
  private GarmRestClient garm;

  @BeforeEach
  void start() throws IOException {
    server = new Answers();
    garm =
        GarmRestClient.builder()
            .url(server.url())
            .credentials(GarmCredentials.token("token"))
            .build();
  }

  @AfterEach
  void stop() {
    garm.close();
    server.close();
  }

  private static EntityType<?> type(String name) {
    return Garm.entityType(name).orElseThrow();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "repository|repositories|\"id\":\"u1\"|u1|repositories/u1",
        "organization|organizations|\"id\":\"u1\"|u1|organizations/u1",
        "enterprise|enterprises|\"id\":\"u1\"|u1|enterprises/u1",
        "forge_instance|forge-instances|\"id\":\"u1\"|u1|forge-instances/u1",
        "pool|pools|\"id\":\"u1\"|u1|pools/u1",
        "scaleset|scalesets|\"id\":7|7|scalesets/7",
        "instance|instances|\"id\":\"u1\",\"name\":\"garm a/b%\"|garm a/b%|instances/garm%20a%2Fb%25",
        "github_endpoint|github/endpoints|\"name\":\"ghes\"|ghes|github/endpoints/ghes",
        "github_credentials|github/credentials|\"id\":3|github/3|github/credentials/3",
        "gitea_credentials|gitea/credentials|\"id\":3|gitea/3|gitea/credentials/3",
        "gitea_credentials|gitea/credentials|\"id\":3|3|gitea/credentials/3",
        "template|templates|\"id\":3|3|templates/3",
        "proxy|proxies|\"id\":3|3|proxies/3",
      })
  void anEntityIsReadWhereItIs(String name, String list, String fields, String key, String get) {
    server.get(list, "[{" + fields + "}]").get(get, "{" + fields + "}");
    assertThat(listed(type(name))).hasSize(1);
    assertThat(garm.get(type(name), key).isPresent()).isTrue();
    assertThat(garm.get(type(name), key).toString()).contains(listed(type(name)).get(0).toString());
  }

  private List<? extends GarmPayload> listed(EntityType<?> type) {
    return garm.list(type);
  }

  @Test
  void jobsAreOnlyListed() {
    server.get("jobs", "[{\"id\":3}]");
    assertThat(garm.list(Garm.JOB)).hasSize(1);
    assertThatThrownBy(() -> garm.get(Garm.JOB, "3"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("job");
  }

  @Test
  void usersAreNotRead() {
    assertThatThrownBy(() -> garm.list(Garm.USER)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> garm.get(Garm.USER, "u")).isInstanceOf(IllegalArgumentException.class);
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void theControllerIsAListOfOne() {
    server.get("controller", "{\"controller_id\":\"c\",\"hostname\":\"box\"}");
    assertThat(garm.controller().hostname()).isEqualTo("box");
    assertThat(garm.list(Garm.CONTROLLER)).containsExactly(garm.controller());
    assertThat(garm.get(Garm.CONTROLLER, "c")).hasValue(garm.controller());
  }

  static Stream<EntityType<?>> listable() {
    return Garm.entityTypes().stream().filter(t -> t != Garm.USER && t != Garm.CONTROLLER);
  }

  @ParameterizedTest
  @MethodSource("listable")
  void anEmptyListMayBeNull(EntityType<?> type) {
    for (String path : GarmRoutes.of(type).lists()) {
      boolean paged = GarmRoutes.of(type).paged();
      server.get(
          paged ? path + "?pageSize=1000&page=1" : path, paged ? "{\"results\":null}" : "null");
    }
    assertThat(listed(type)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "forge_instance",
        "scaleset",
        "gitea_credentials",
        "template",
        "proxy",
        "file_object"
      })
  void whatAnOldServerLacksIsAnErrorThatSaysSo(String name) {
    assertThatThrownBy(() -> garm.list(type(name)))
        .isInstanceOf(RequestException.class)
        .hasMessageContaining("older than");
    assertThatThrownBy(() -> garm.get(type(name), "1"))
        .isInstanceOf(RequestException.class)
        .hasMessageContaining("older than");
    assertThat(garm.supports(type(name))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "forge_instance, forge-instances, null",
    "scaleset, scalesets, []",
    "gitea_credentials, gitea/credentials, null",
    "template, templates, []",
    "proxy, proxies, []",
    "file_object, objects?pageSize=1&page=1, {\"results\":[]}",
  })
  void whatANewServerHasIsSupported(String name, String path, String body) {
    server.get(path.replace("&page=1", ""), body);
    assertThat(garm.supports(type(name))).isTrue();
  }

  @Test
  void whatEveryVersionHasIsNotProbed() {
    assertThat(Garm.entityTypes().stream().filter(t -> !GarmRoutes.of(t).newer()))
        .hasSize(10)
        .allSatisfy(t -> assertThat(garm.supports(t)).isTrue());
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void aProbeThatFailsForAnotherReasonSaysSo() {
    server.on("GET /api/v1/proxies", Answer.text(404, "404 page not found"));
    assertThatThrownBy(() -> garm.supports(Garm.PROXY))
        .isInstanceOf(RequestException.class)
        .hasMessageContaining("path prefix");
  }

  @Test
  void endpointsAreThoseOfBothForges() {
    server
        .get("github/endpoints", "[{\"name\":\"ghes\"}]")
        .get("gitea/endpoints", "[{\"name\":\"gt\"}]")
        .on("GET /api/v1/github/endpoints/gt", NO_ENTITY)
        .get("gitea/endpoints/gt", "{\"name\":\"gt\"}")
        .on("GET /api/v1/github/endpoints/x", NO_ENTITY)
        .on("GET /api/v1/gitea/endpoints/x", NO_ENTITY);
    assertThat(garm.list(Garm.GITHUB_ENDPOINT))
        .extracting(ForgeEndpoint::name)
        .containsExactly("ghes", "gt");
    assertThat(garm.get(Garm.GITHUB_ENDPOINT, "gt")).isPresent();
    assertThat(garm.get(Garm.GITHUB_ENDPOINT, "x")).isEmpty();
  }

  @Test
  void anOldServerHasEndpointsOfGithubOnly() {
    server
        .get("github/endpoints", "[{\"name\":\"ghes\"}]")
        .on("GET /api/v1/github/endpoints/x", NO_ENTITY);
    assertThat(garm.list(Garm.GITHUB_ENDPOINT)).hasSize(1);
    assertThat(garm.get(Garm.GITHUB_ENDPOINT, "x")).isEmpty();
  }

  @Test
  void anErrorOfOneForgeIsNotPassedOver() {
    server
        .get("github/endpoints", "[{\"name\":\"ghes\"}]")
        .on(
            "GET /api/v1/gitea/endpoints",
            Answer.json(500, "{\"error\":\"Server error\",\"details\":\"\"}"));
    assertThatThrownBy(() -> garm.list(Garm.GITHUB_ENDPOINT)).hasMessageContaining("500");
  }

  @Test
  void anEntityThatIsNotThereIsEmpty() {
    server.on("GET /api/v1/pools/x", NO_ENTITY);
    assertThat(garm.get(Garm.POOL, "x")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", ".."})
  void aKeyThatIsNoneIsNotSent(String key) {
    assertThatThrownBy(() -> garm.get(Garm.INSTANCE, key))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void listsAreNarrowedDown() {
    server
        .get("repositories?owner=acme&name=w%20%26x&endpoint=ghes", "[]")
        .get("repositories", "[]")
        .get("organizations?name=acme", "[]")
        .get("enterprises?endpoint=ghes", "[]")
        .get("forge-instances?endpoint=gt", "[]")
        .get("templates?partialName=ub&osType=linux&forgeType=gitea", "[]")
        .get("pools/p/instances?outdatedOnly=true", "[]")
        .get("scalesets/7/instances?outdatedOnly=true", "[]");
    garm.repositories("acme", "w &x", "ghes");
    garm.repositories(null, null, null);
    garm.organizations("acme", null);
    garm.enterprises(null, "ghes");
    garm.forgeInstances("gt");
    garm.templates("ub", OsType.LINUX, ForgeType.GITEA);
    garm.outdatedInstances(Garm.POOL, "p");
    garm.outdatedInstances(Garm.SCALE_SET, "7");
    assertThat(server.asked()).hasSize(8);
    assertThatThrownBy(() -> garm.outdatedInstances(Garm.REPOSITORY, "r"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "pool, repository, repositories/o/pools",
    "pool, organization, organizations/o/pools",
    "pool, enterprise, enterprises/o/pools",
    "pool, forge_instance, forge-instances/o/pools",
    "scaleset, repository, repositories/o/scalesets",
    "scaleset, forge_instance, forge-instances/o/scalesets",
    "instance, organization, organizations/o/instances",
    "instance, pool, pools/o/instances",
    "instance, scaleset, scalesets/o/instances",
  })
  void whatBelongsToSomethingIsListedThere(String name, String owner, String path) {
    server.get(path, "[{}]");
    assertThat(garm.listOf(type(name), type(owner), "o").size()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"pool, pool", "job, repository", "repository, repository", "scaleset, pool"})
  void whatBelongsToNothingIsNotAskedFor(String name, String owner) {
    assertThatThrownBy(() -> garm.listOf(type(name), type(owner), "o"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void filesComePageByPage() {
    String page = "objects?pageSize=100&tags=a%2Cb&page=";
    server
        .get(page + 1, "{\"next_page\":2,\"results\":[{\"id\":9},{\"id\":8}]}")
        .get(page + 2, "{\"results\":[{\"id\":7}]}");
    assertThat(garm.objects("a", "b").map(FileObject::id).limit(2)).containsExactly(9L, 8L);
    assertThat(server.asked()).hasSize(1);
    assertThat(garm.objects("a", "b").map(FileObject::id)).containsExactly(9L, 8L, 7L);
    assertThat(server.asked()).hasSize(3);
  }

  @Test
  void allFilesAreListedInBigPages() {
    server
        .get("objects?pageSize=1000&page=1", "{\"next_page\":2,\"results\":[{\"id\":9}]}")
        .get("objects?pageSize=1000&page=2", "{\"results\":[{\"id\":7}]}");
    assertThat(garm.list(Garm.FILE_OBJECT)).extracting(FileObject::id).containsExactly(9L, 7L);
  }

  @Test
  void providersAreListed() {
    server.get("providers", "[{\"name\":\"lxd\",\"type\":\"external\"}]");
    assertThat(garm.providers()).containsExactly(new Provider("lxd", "external", ""));
    server.get("jobs", "[]");
  }

  @Test
  void anEntityThatCanNotBeReadSaysWhichField() {
    server
        .get("pools", "[{\"id\":\"u\",\"max_runners\":\"s3cret\"}]")
        .get("providers", "[{\"name\":[]}]");
    assertThatThrownBy(() -> garm.list(Garm.POOL))
        .isInstanceOf(DecodingException.class)
        .hasMessageNotContaining("s3cret");
    assertThatThrownBy(() -> garm.providers()).isInstanceOf(DecodingException.class);
  }

  @Test
  void theFirstRunNeedsNoLogin() {
    server.on(
        "POST /api/v1/first-run",
        Answer.json(200, "{\"id\":\"u\",\"username\":\"admin\",\"is_admin\":true}"));
    var user = garm.firstRun(new FirstRun("admin", "a@example.com", "pw\"1", "Jane"));
    assertThat(user.username()).isEqualTo("admin");
    assertThat(user.admin()).isTrue();
    assertThat(server.asked().get(0).authorization()).isNull();
    assertThat(server.asked().get(0).body())
        .isEqualTo(
            "{\"username\":\"admin\",\"email\":\"a@example.com\",\"password\":\"pw\\\"1\","
                + "\"full_name\":\"Jane\"}");
  }

  @Test
  void aPasswordIsNotShown() {
    var admin = new FirstRun("admin", "a@example.com", "pa55word", "Jane");
    assertThat(admin.toString()).contains("Jane").doesNotContain("pa55word");
    server.on(
        "POST /api/v1/first-run",
        Answer.json(400, "{\"error\":\"Bad Request\",\"details\":\"pa55word is too weak\"}"));
    assertThatThrownBy(() -> garm.firstRun(admin))
        .isInstanceOf(RequestException.class)
        .hasMessageContaining("*** is too weak")
        .hasMessageNotContaining("pa55word")
        .satisfies(
            e ->
                assertThat(((RequestException) e).body() + ((RequestException) e).details())
                    .doesNotContain("pa55word"));
  }

  @Test
  void onlyTheUrlsThatAreGivenAreSet() {
    server.on("PUT /api/v1/controller", Answer.json(200, "{\"callback_url\":\"http://c\"}"));
    var update = new ControllerUpdate("http://u:pw@m", "http://c", null);
    assertThat(garm.updateController(update).callbackUrl()).isEqualTo("http://c");
    assertThat(server.asked().get(0).body())
        .isEqualTo("{\"metadata_url\":\"http://u:pw@m\",\"callback_url\":\"http://c\"}");
    assertThat(server.asked().get(0).authorization()).isEqualTo("Bearer token");
    assertThat(update.toString()).isEqualTo("ControllerUpdate[metadata_url, callback_url]");
  }

  @Test
  void callsShareAConnection() {
    server.get("jobs", "[]");
    for (int i = 0; i < 5; i++) {
      garm.list(Garm.JOB);
    }
    assertThat(server.asked())
        .extracting(Answers.Asked::port)
        .hasSize(5)
        .containsOnly(server.asked().get(0).port());
  }

  @Test
  void aClientNeedsUrlAndCredentials() {
    assertThatThrownBy(() -> GarmRestClient.builder().url("http://x").build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("credentials(...)");
    var noUrl = GarmRestClient.builder().credentials(GarmCredentials.token("t"));
    assertThatThrownBy(noUrl::build).isInstanceOf(ConfigurationException.class);
    assertThat(garm).hasToString("GarmRestClient[" + server.url() + "]");
  }
}
