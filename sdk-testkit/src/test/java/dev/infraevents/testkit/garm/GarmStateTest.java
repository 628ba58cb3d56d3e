package dev.infraevents.testkit.garm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Entities over REST and what is emitted about them. */
@ExtendWith(LeakCheck.class)
class GarmStateTest {

  private static final String NO_ROUTE =
      "404 {\"error\":\"Not found\",\"details\":\"Resource not found\"}\n";

  private FakeGarm garm = FakeGarm.start();

  @AfterEach
  void close() {
    garm.close();
  }

  private void restart(GarmVersion version) {
    garm.close();
    garm = FakeGarm.builder().version(version).start();
  }

  @ParameterizedTest
  @CsvSource({
    "/repositories, [], [], null",
    "/organizations, [], [], null",
    "/enterprises, [], [], null",
    "/forge-instances, [], -, -",
    "/pools, [], [], []",
    "/scalesets, [], [], -",
    "/instances, [], [], []",
    "/jobs, [], [], []",
    "/github/endpoints, null, null, null",
    "/gitea/endpoints, null, null, -",
    "/github/credentials, null, null, null",
    "/credentials, null, null, null",
    "/gitea/credentials, null, null, -",
    "/templates, [], [], -",
    "/proxies, [], -, -",
    "/providers, [], [], []",
    "/users, -, -, -",
  })
  void emptyListsAndWhatVersionsLack(String path, String head, String v021, String v015)
      throws IOException {
    assertThat(get(path)).isEqualTo(listed(head));
    assertThat(get(path + "/")).isEqualTo(listed(head));
    restart(GarmVersion.V0_2_1);
    assertThat(get(path)).isEqualTo(listed(v021));
    restart(GarmVersion.V0_1_5);
    assertThat(get(path)).isEqualTo(listed(v015));
  }

  private static String listed(String list) {
    return list.equals("-") ? NO_ROUTE : "200 " + list + "\n";
  }

  @ParameterizedTest
  @EnumSource
  void whatIsEmittedIsWhatTheApiAnswers(GarmVersion version) throws IOException {
    restart(version);
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      String id = garm.create("repository", "{\"owner\":\"acme\",\"name\":\"a<b>\"}");
      JsonNode created = payload(client.read().text());
      assertThat(get("/repositories/" + id)).isEqualTo("200 " + Json.write(created) + "\n");
      assertThat(get("/repositories")).isEqualTo("200 [" + Json.write(created) + "]\n");

      garm.update("repository", id, "{\"pool_balancing_type\":\"pack\"}");
      JsonNode updated = payload(client.read().text());
      assertThat(updated.path("pool_balancing_type").asText()).isEqualTo("pack");
      assertThat(get("/repositories/" + id)).isEqualTo("200 " + Json.write(updated) + "\n");
      assertThat(garm.entities().get("repository", id)).contains(Json.write(updated));
      assertThat(garm.entities().list("repository")).containsExactly(Json.write(updated));

      assertThat(garm.delete("repository", id)).isTrue();
      assertThat(payload(client.read().text())).isEqualTo(updated);
      assertThat(get("/repositories/" + id))
          .isEqualTo(
              "404 {\"error\":\"Not Found\","
                  + "\"details\":\"error fetching repository: not found\"}\n");
      assertThat(garm.entities().get("repository", id)).isEmpty();
    }
  }

  @Test
  void theNotFoundOfAPoolIsTheRealOne() throws IOException {
    assertThat(get("/pools/d453b4e0-53fe-43aa-bf42-81158a3d6d77"))
        .isEqualTo(
            "404 {\"error\":\"Not Found\",\"details\":"
                + "\"error fetching pool: error fetching pool by ID: not found\"}\n");
  }

  @Test
  void everyChangeIsStrictlyLaterAndHasNanoseconds() {
    String id = garm.create("pool", "{}");
    String before = field("pool", id, "updated_at");
    for (int i = 1; i <= 1000; i++) {
      garm.update("pool", id, "{\"max_runners\":" + i + "}");
      String after = field("pool", id, "updated_at");
      assertThat(Instant.parse(after)).isAfter(Instant.parse(before));
      before = after;
    }
    assertThat(field("pool", id, "created_at")).isLessThan(before);
  }

  @Test
  void emittedPayloadsAreAnsweredWordForWord() throws IOException {
    garm.emit("pool", "create", "{\"id\":\"p1\",\"new\":1.50,\"extra_specs\":{\"a\":1}}");
    assertThat(get("/pools/p1"))
        .isEqualTo("200 {\"id\":\"p1\",\"new\":1.50,\"extra_specs\":{\"a\":1}}\n");
    assertThat(get("/pools")).isEqualTo("200 [{\"id\":\"p1\",\"new\":1.50}]\n");

    garm.emitRaw(GarmStreams.frame("pool", "update", "{\"id\":\"p1\",\"flavor\":\"x\"}"));
    assertThat(get("/pools/p1")).isEqualTo("200 {\"id\":\"p1\",\"flavor\":\"x\"}\n");

    garm.emit("pool", "delete", "{\"id\":\"p1\"}");
    assertThat(get("/pools")).isEqualTo("200 []\n");
  }

  @Test
  void whatIsEmittedCanBeChangedFurther() throws IOException {
    restart(GarmVersion.V0_1_5);
    garm.emit("job", "create", "{\"id\":9,\"LockedBy\":\"x\",\"Labels\":[\"a\"]}");
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.update("job", "9", "{\"locked_by\":null,\"status\":\"completed\"}");
      JsonNode job = payload(client.read().text());
      assertThat(job.path("LockedBy").asText()).isEqualTo(Kind.NIL_UUID);
      assertThat(job.path("Labels").path(0).asText()).isEqualTo("a");
      assertThat(job.path("status").asText()).isEqualTo("completed");
    }
  }

  @Test
  void aLateEventLeavesTheStateAlone() throws IOException {
    String id = garm.create("pool", "{\"flavor\":\"new\"}");
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      String late = "{\"id\":\"" + id + "\",\"flavor\":\"old\"}";
      assertThat(garm.emitOnly("pool", "update", late)).isEqualTo(1);
      assertThat(client.next()).isEqualTo("TEXT " + GarmStreams.frame("pool", "update", late));
    }
    assertThat(field("pool", id, "flavor")).isEqualTo("new");
  }

  @Test
  void aSilentChangeIsSeenOverRestOnly() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      GarmEntities silent = garm.entities().silently();
      String id = silent.create("pool", "{}");
      silent.update("pool", id, "{\"flavor\":\"x\"}");
      assertThat(get("/pools")).contains("\"flavor\":\"x\"");
      silent.delete("pool", id);
      assertThat(get("/pools")).isEqualTo("200 []\n");
      assertThat(client.barrier("p")).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void updatesThatChangeNothing(GarmVersion version) throws IOException {
    restart(version);
    boolean quiet = version != GarmVersion.V0_1_5;
    String pool = garm.create("pool", "{\"flavor\":\"x\"}");
    String instance = garm.create("instance", "{\"pool_id\":\"" + pool + "\"}");
    String before = field("pool", pool, "updated_at");

    assertThat(garm.update("pool", pool, "{\"flavor\":\"x\"}")).isEqualTo(!quiet);
    assertThat(garm.update("controller", "", "{}")).isEqualTo(!quiet);
    assertThat(garm.update("instance", instance, "{}")).isTrue();
    if (quiet) {
      assertThat(field("pool", pool, "updated_at")).isEqualTo(before);
      String template = garm.create("template", "{\"name\":\"t\"}");
      assertThat(garm.update("template", template, "{\"name\":\"t\"}")).isTrue();
      assertThat(garm.update("template", template, "{}")).isFalse();
    }
  }

  @Test
  void aChangeOfTagsDoesNotMoveTheTimeOfAnObject() {
    String id = garm.create("file_object", "{\"name\":\"f\"}");
    String before = field("file_object", id, "updated_at");
    garm.update("file_object", id, "{\"tags\":[\"a\"]}");
    assertThat(field("file_object", id, "updated_at")).isEqualTo(before);
    garm.update("file_object", id, "{\"description\":\"a\"}");
    assertThat(field("file_object", id, "updated_at")).isNotEqualTo(before);
  }

  @Test
  void objectsThatAreDeletedByTagAreNamed() throws IOException {
    String id = garm.create("file_object", "{\"name\":\"f\",\"tags\":[\"A\"]}");
    garm.create("file_object", "{\"name\":\"g\"}");
    String whole = garm.entities().get("file_object", id).orElseThrow();
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      assertThat(garm.entities().deleteFileObjects("a")).isEqualTo(1);
      assertThat(client.next())
          .isEqualTo("TEXT " + GarmStreams.frame("file_object", "delete", whole));
    }
    JsonNode left = Json.requireObject(body(get("/objects"))).path("results");
    assertThat(left).hasSize(1);
    assertThat(left.path(0).path("name").asText()).isEqualTo("g");
  }

  @Test
  void theDeleteOfATemplateNamesItsOwnerOnlyIfThatIsTheSystem() throws IOException {
    String own = garm.create("template", "{\"name\":\"t\",\"owner_id\":\"admin\"}");
    String system = garm.create("template", "{\"name\":\"t\",\"owner_id\":\"system\"}");
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.delete("template", own);
      garm.delete("template", system);

      assertThat(payload(client.read().text()).has("owner_id")).isFalse();
      assertThat(payload(client.read().text()).path("owner_id").asText()).isEqualTo("system");
    }
  }

  @Test
  void theFaultOfAProviderIsGoneWithTheNextUpdate() {
    String id = garm.create("instance", "{\"provider_fault\":\"eA==\"}");
    assertThat(field("instance", id, "provider_fault")).isEqualTo("eA==");
    garm.update("instance", id, "{\"status\":\"pending_create\"}");
    assertThat(field("instance", id, "provider_fault")).isEmpty();
  }

  @Test
  void thePoolsOfAnOwnerAreInItsGetOnly() throws IOException {
    String owner = garm.create("repository", "{\"name\":\"r\",\"events\":[{\"message\":\"m\"}]}");
    garm.create("pool", "{\"flavor\":\"x\",\"repo_id\":\"" + owner + "\"}");

    assertThat(get("/repositories/" + owner)).contains("\"pool\":[{\"id\"").contains("\"events\"");
    assertThat(get("/repositories")).doesNotContain("\"pool\"").doesNotContain("\"events\"");
    assertThat(garm.entities().get("repository", owner).orElseThrow())
        .doesNotContain("\"pool\"")
        .doesNotContain("\"events\"");
  }

  @Test
  void endpointsAreFoundInAnyCaseAndDeletedAsTyped() throws IOException {
    garm.create("github_endpoint", "{\"name\":\"GHES\"}");
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.update("github_endpoint", "ghes", "{\"description\":\"d\"}");
      assertThat(payload(client.read().text()).path("name").asText()).isEqualTo("GHES");
      assertThat(get("/github/endpoints/gHeS")).startsWith("200 ");
      assertThat(get("/gitea/endpoints/ghes")).startsWith("404 ");

      assertThat(garm.delete("github_endpoint", "gheS")).isTrue();
      assertThat(garm.delete("github_endpoint", "gone")).isFalse();
      assertThat(garm.delete("github_credentials", "9999")).isFalse();
      assertThat(garm.delete("gitea_credentials", "9999")).isFalse();
      assertThat(client.next()).contains("\"payload\":{\"name\":\"gheS\",\"created_at\":\"0001-");
      assertThat(client.next()).contains("\"payload\":{\"name\":\"gone\",\"created_at\":\"0001-");
      assertThat(client.next()).contains("\"payload\":{\"id\":9999,\"forge_type\":\"github\",");
      assertThat(client.barrier("p")).isEmpty();
      assertThat(get("/github/endpoints")).isEqualTo("200 null\n");
    }
  }

  @Test
  void endpointsOfBothForgesAreListedApartAndEmittedAlike() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.create("github_endpoint", "{\"name\":\"a\"}");
      garm.create("github_endpoint", "{\"name\":\"b\",\"endpoint_type\":\"gitea\"}");
      assertThat(client.next()).contains("github_endpoint");
      assertThat(client.next()).contains("github_endpoint");
    }
    assertThat(get("/github/endpoints")).contains("\"a\"").doesNotContain("\"b\"");
    assertThat(get("/gitea/endpoints")).contains("\"b\"").doesNotContain("\"a\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"V0_2_1", "HEAD"})
  void theMessageLoopForgetsTagsAndEndpoint(GarmVersion version) throws IOException {
    restart(version);
    String id =
        garm.create(
            "scaleset",
            "{\"name\":\"s\",\"tags\":[{\"name\":\"t\"}],\"endpoint\":{\"name\":\"ghes\"}}");
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.entities().updateByMessageLoop(id, "{\"desired_runner_count\":3}");
      garm.entities().updateByMessageLoop(id, "{}");
      garm.update("scaleset", id, "{\"max_runners\":3}");
      garm.delete("scaleset", id);
      for (int i = 0; i < 2; i++) {
        JsonNode loop = payload(client.read().text());
        assertThat(loop.path("desired_runner_count").asInt()).isEqualTo(3);
        assertThat(loop.has("tags")).isFalse();
        assertThat(loop.path("endpoint").has("name")).isFalse();
      }
      JsonNode whole = payload(client.read().text());
      assertThat(whole.path("tags")).hasSize(1);
      assertThat(whole.path("endpoint").path("name").asText()).isEqualTo("ghes");
      JsonNode deleted = payload(client.read().text());
      assertThat(deleted.path("name").asText()).isEqualTo("s");
      assertThat(deleted.has("tags")).isFalse();
      assertThat(deleted.path("endpoint").has("name")).isFalse();
    }
  }

  @Test
  void theJobOfAnInstanceVanishesWithItAndNoEventSaysSo() throws IOException {
    String free = garm.create("job", "{\"name\":\"free\"}");
    String job = garm.create("job", "{\"name\":\"build\",\"runner_name\":\"r\"}");
    String id = garm.create("instance", "{\"name\":\"r\",\"job\":{\"id\":" + job + "}}");
    garm.update("job", job, "{\"status\":\"completed\"}");
    assertThat(get("/instances/" + id)).isEqualTo(get("/instances/r"));
    JsonNode nested = Json.requireObject(body(get("/instances/r"))).path("job");
    assertThat(nested.path("status").asText()).isEqualTo("completed");
    assertThat(nested.has("runner_name")).isFalse();
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.delete("instance", "r");

      assertThat(client.next()).contains("\"instance\"");
      assertThat(client.barrier("p")).isEmpty();
    }
    assertThat(garm.entities().get("job", job)).isEmpty();
    assertThat(garm.entities().get("job", free)).isPresent();
  }

  @Test
  void jobsForgetTheirOwnerWhenItIsDeleted() {
    String owner = garm.create("repository", "{\"name\":\"r\"}");
    String job = garm.create("job", "{\"repo_id\":\"" + owner + "\"}");
    garm.delete("repository", owner);
    assertThat(garm.entities().get("job", job).orElseThrow()).doesNotContain("repo_id");
  }

  @Test
  void instancesAreNestedThinlyAndListedThinly() throws IOException {
    String pool = garm.create("pool", "{\"extra_specs\":{\"a\":1},\"template_name\":\"t\"}");
    garm.create(
        "instance",
        "{\"name\":\"r\",\"provider_name\":\"noop\",\"pool_id\":\""
            + pool
            + "\",\"addresses\":[{\"address\":\"10.0.0.1\",\"type\":\"private\"}],"
            + "\"status_messages\":[{\"message\":\"m\"}]}");

    JsonNode whole = Json.requireObject(body(get("/pools/" + pool)));
    assertThat(whole.path("instances").path(0).path("provider_name").asText("-")).isEmpty();
    assertThat(whole.path("instances").path(0).has("addresses")).isFalse();
    assertThat(whole.has("extra_specs")).isTrue();
    assertThat(get("/pools"))
        .doesNotContain("instances")
        .doesNotContain("extra_specs")
        .doesNotContain("template_name");
    assertThat(get("/instances/r")).contains("10.0.0.1").contains("status_messages");
    for (String list : List.of("/instances", "/pools/" + pool + "/instances")) {
      assertThat(get(list))
          .contains("\"noop\"")
          .doesNotContain("10.0.0.1")
          .doesNotContain("status_messages");
    }
  }

  @Test
  void templatesAreListedWithoutTheirText() throws IOException {
    String id = garm.create("template", "{\"name\":\"t\",\"data\":\"IyEvYmluL3NoCg==\"}");
    assertThat(get("/templates")).contains("\"data\":null");
    assertThat(get("/templates/" + id)).contains("\"data\":\"IyEvYmluL3NoCg==\"");
  }

  @Test
  void credentialsAreListedWithTheirRateLimit() throws IOException {
    String id = garm.create("github_credentials", "{\"name\":\"c\",\"rate_limit\":{\"limit\":5}}");
    assertThat(get("/github/credentials")).contains("\"rate_limit\":{\"limit\":5}");
    assertThat(get("/github/credentials/" + id)).doesNotContain("rate_limit");
    assertThat(get("/gitea/credentials")).isEqualTo("200 null\n");
  }

  @Test
  void listsOfAnOwner() throws IOException {
    String owner = garm.create("organization", "{\"name\":\"o\"}");
    String ofOwner = "{\"org_id\":\"" + owner + "\",\"endpoint\":{\"name\":\"e\"}}";
    String pool = garm.create("pool", ofOwner);
    String set = garm.create("scaleset", ofOwner);
    garm.create("pool", "{}");
    garm.create("instance", "{\"name\":\"a\",\"pool_id\":\"" + pool + "\"}");
    garm.create("instance", "{\"name\":\"b\",\"scale_set_id\":" + set + "}");
    garm.create("instance", "{\"name\":\"c\"}");

    String path = "/organizations/" + owner;
    assertThat(list(path + "/pools")).hasSize(1);
    assertThat(list(path + "/scalesets")).hasSize(1);
    assertThat(list(path + "/scalesets").get(0).path("endpoint").has("name")).isFalse();
    assertThat(list("/scalesets").get(0).path("endpoint").has("name")).isTrue();
    assertThat(names(path + "/instances")).containsExactly("a");
    assertThat(names("/scalesets/" + set + "/instances")).containsExactly("b");
    assertThat(get("/repositories/" + owner + "/pools")).startsWith("404 ");
  }

  @Test
  void outdatedInstances() throws IOException {
    String pool = garm.create("pool", "{\"generation\":2}");
    String id = "\"pool_id\":\"" + pool + "\"}";
    garm.create("instance", "{\"name\":\"old\",\"generation\":1," + id);
    garm.create("instance", "{\"name\":\"new\",\"generation\":2," + id);

    assertThat(names("/pools/" + pool + "/instances")).containsExactly("old", "new");
    assertThat(names("/pools/" + pool + "/instances?outdatedOnly=true")).containsExactly("old");
  }

  @Test
  void filtersInTheQuery() throws IOException {
    garm.create("repository", "{\"name\":\"x\",\"owner\":\"a b\",\"endpoint\":{\"name\":\"e\"}}");
    garm.create("repository", "{\"name\":\"y\",\"owner\":\"a b\"}");
    garm.create("organization", "{\"name\":\"o\"}");
    garm.create("template", "{\"name\":\"github_Linux\",\"os_type\":\"linux\"}");
    garm.create("template", "{\"name\":\"w\",\"os_type\":\"windows\",\"forge_type\":\"gitea\"}");

    assertThat(names("/repositories?owner=a%20b")).containsExactly("x", "y");
    assertThat(names("/repositories?owner=a+b&name=y")).containsExactly("y");
    assertThat(names("/repositories?endpoint=e")).containsExactly("x");
    assertThat(get("/repositories?owner=z")).isEqualTo("200 []\n");
    assertThat(names("/organizations?name=o")).containsExactly("o");
    assertThat(names("/templates?partialName=linux")).containsExactly("github_Linux");
    assertThat(names("/templates?osType=windows&forgeType=gitea")).containsExactly("w");
  }

  @Test
  void objectsComeInPagesTheNewestFirst() throws IOException {
    for (int i = 1; i <= 26; i++) {
      garm.create("file_object", "{\"name\":\"f\",\"tags\":[\"T" + i % 2 + "\",\"all\"]}");
    }
    JsonNode first = Json.requireObject(body(get("/objects")));
    assertThat(fieldNames(first))
        .containsExactly("total_count", "pages", "current_page", "next_page", "results");
    assertThat(first.path("total_count").asInt()).isEqualTo(26);
    assertThat(first.path("pages").asInt()).isEqualTo(2);
    assertThat(first.path("results")).hasSize(25);
    assertThat(first.path("results").path(0).path("id").asInt()).isEqualTo(26);
    JsonNode second = Json.requireObject(body(get("/objects?page=2")));
    assertThat(fieldNames(second)).contains("previous_page").doesNotContain("next_page");
    assertThat(second.path("results")).hasSize(1);
    assertThat(Json.requireObject(body(get("/objects?page=0&pageSize=0"))).path("results"))
        .hasSize(20);
    assertThat(
            Json.requireObject(body(get("/objects?tags=t1,ALL&pageSize=100"))).path("total_count"))
        .hasToString("13");
    assertThat(get("/objects?tags=none"))
        .isEqualTo("200 {\"total_count\":0,\"pages\":0,\"current_page\":1,\"results\":[]}\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"flavour\":1}", "{\"flavor\":1}", "{\"endpoint\":{\"x\":1}}", "[]"})
  void typingErrorsDoNotGoUnnoticed(String json) {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> garm.create("pool", json));
    assertThat(garm.entities().list("pool")).isEmpty();
  }

  @Test
  void whatCanNotBeIsRefused() {
    String id = garm.create("pool", "{}");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> garm.create("pool", "{\"id\":\"" + id + "\"}"));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> garm.update("pool", id, "{\"id\":\"other\"}"));
    assertThatExceptionOfType(NoSuchElementException.class)
        .isThrownBy(() -> garm.update("pool", "other", "{}"));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> garm.create("controller", "{}"));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> garm.create("user", "{}"));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> garm.create("nothing", "{}"));
    assertThat(garm.delete("pool", "other")).isFalse();
    restart(GarmVersion.V0_1_5);
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> garm.create("scaleset", "{}"));
  }

  @Test
  void numbersAreNotUsedAgain() {
    garm.emit("job", "create", "{\"id\":7}");
    assertThat(garm.create("job", "{}")).isEqualTo("8");
    garm.delete("job", "8");
    assertThat(garm.create("job", "{}")).isEqualTo("9");
  }

  @Test
  void theIdOfAJobWasTheForges() {
    restart(GarmVersion.V0_1_5);
    assertThat(garm.create("job", "{\"workflow_job_id\":4711}")).isEqualTo("4711");
  }

  @Test
  void eventsComeInTheOrderOfTheChangesWhoeverMakesThem() throws Exception {
    String id = garm.create("pool", "{}");
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      CountDownLatch go = new CountDownLatch(1);
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        int first = 1 + t * 100;
        Thread thread =
            new Thread(
                () -> {
                  await(go);
                  for (int i = 0; i < 100; i++) {
                    garm.update("pool", id, "{\"max_runners\":" + (first + i) + "}");
                  }
                });
        thread.start();
        threads.add(thread);
      }
      go.countDown();
      String before = "";
      for (int i = 0; i < 400; i++) {
        String stamp = payload(client.read().text()).path("updated_at").asText();
        assertThat(Instant.parse(stamp))
            .isAfter(before.isEmpty() ? Instant.MIN : Instant.parse(before));
        before = stamp;
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String field(String entityType, String key, String name) {
    String entity = garm.entities().get(entityType, key).orElseThrow();
    return Json.requireObject(entity).path(name).asText();
  }

  private static JsonNode payload(String frame) {
    return Json.requireObject(frame).path("payload");
  }

  private static List<String> fieldNames(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private List<JsonNode> list(String path) throws IOException {
    List<JsonNode> list = new ArrayList<>();
    Json.parse(body(get(path)).trim()).orElseThrow().forEach(list::add);
    return list;
  }

  private List<String> names(String path) throws IOException {
    return list(path).stream().map(json -> json.path("name").asText()).toList();
  }

  private static String body(String answer) {
    return answer.substring(4);
  }

  private String get(String path) throws IOException {
    try (RawClient client = RawClient.connect(garm)) {
      String response =
          client.request(
              "GET", "/api/v1" + path, "", "Authorization: Bearer " + garm.token().mint());
      int status = response.indexOf(' ') + 1;
      String body = response.substring(response.indexOf("\r\n\r\n") + 4);
      return response.substring(status, status + 4) + body;
    }
  }
}
