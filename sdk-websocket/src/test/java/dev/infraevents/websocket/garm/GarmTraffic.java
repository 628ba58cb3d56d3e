package dev.infraevents.websocket.garm;

import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.garm.GarmEntities;
import dev.infraevents.testkit.garm.GarmVersion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Random changes of everything that a GARM server has, all of which a real one could see. */
final class GarmTraffic {

  private static final int MOST_OF_A_TYPE = 40;
  private static final List<String> V0_1_5 =
      List.of(
          "repository",
          "organization",
          "enterprise",
          "pool",
          "instance",
          "job",
          "controller",
          "github_endpoint",
          "github_credentials");
  private static final List<String> SINCE_0_2_1 =
      List.of("gitea_credentials", "scaleset", "template", "file_object");
  private static final List<String> SINCE_HEAD = List.of("forge_instance", "proxy");

  private final Random random;
  private final GarmEntities entities;
  private final List<String> types;
  private final Map<String, List<String>> alive = new LinkedHashMap<>();
  private long serial;

  GarmTraffic(FakeGarm server, GarmVersion version, Random random) {
    this.random = random;
    this.entities = server.entities();
    List<String> all = new ArrayList<>(V0_1_5);
    if (version != GarmVersion.V0_1_5) {
      all.addAll(SINCE_0_2_1);
    }
    if (version == GarmVersion.HEAD) {
      all.addAll(SINCE_HEAD);
    }
    this.types = List.copyOf(all);
    types.forEach(type -> alive.put(type, new ArrayList<>()));
  }

  List<String> types() {
    return types;
  }

  /** Changes something; now and then without an event, as if that had been lost. */
  void change() {
    // Runners and their jobs are what changes all the time.
    String type =
        switch (random.nextInt(4)) {
          case 0 -> "instance";
          case 1 -> "job";
          default -> any(types);
        };
    GarmEntities target = random.nextInt(50) == 0 ? entities.silently() : entities;
    List<String> ids = alive.get(type);
    int dice = random.nextInt(10);
    if (type.equals("controller")) {
      target.update(type, "", "{\"minimum_job_age_backoff\":%d}".formatted(1 + number(1000)));
    } else if (ids.isEmpty() || (dice < 2 && ids.size() < MOST_OF_A_TYPE)) {
      create(target, type);
    } else if (dice < 4) {
      delete(target, type);
    } else {
      update(target, type, any(ids));
    }
  }

  private void create(GarmEntities target, String type) {
    if (type.equals("github_endpoint")) {
      // Few names, so that they are taken again; GARM does not mind their case.
      String name = "ghes" + number(8);
      if (alive.get(type).contains(name)) {
        return;
      }
      target.create(type, "{\"name\":\"%s\",%s}".formatted(name, anything(type)));
      alive.get(type).add(name);
      return;
    }
    alive.get(type).add(target.create(type, "{" + anything(type) + "}"));
  }

  private void delete(GarmEntities target, String type) {
    String id = alive.get(type).remove(number(alive.get(type).size()));
    boolean shout = type.equals("github_endpoint") && random.nextBoolean();
    if (type.equals("instance")) {
      entities.get("instance", id).ifPresent(this::forgetJob);
    }
    target.delete(type, shout ? id.toUpperCase(java.util.Locale.ROOT) : id);
  }

  // The row of its job goes with it, without a word.
  private void forgetJob(String instance) {
    List<String> jobs = alive.get("job");
    jobs.removeIf(job -> instance.contains("\"job\":{\"id\":" + job + ","));
  }

  private void update(GarmEntities target, String type, String id) {
    if (type.equals("scaleset") && random.nextBoolean()) {
      target.updateByMessageLoop(id, "{\"desired_runner_count\":%d}".formatted(number(50)));
    } else if (type.equals("file_object") && random.nextBoolean()) {
      target.update(type, id, "{\"tags\":[\"t%d\"]}".formatted(number(100))); // moves no stamp
    } else {
      target.update(type, id, "{" + anything(type) + "}");
    }
  }

  private String anything(String type) {
    long n = ++serial;
    return switch (type) {
      case "repository" ->
          "\"owner\":\"acme\",\"name\":\"widgets%d\",\"pool_manager_status\":{\"running\":%b}"
              .formatted(n, random.nextBoolean());
      case "organization", "enterprise" ->
          "\"name\":\"acme%d\",\"credentials_name\":\"pat%d\"".formatted(n, number(9));
      case "forge_instance" -> "\"credentials_name\":\"pat%d\"".formatted(n);
      case "pool" ->
          "\"max_runners\":%d,\"tags\":[{\"id\":\"t\",\"name\":\"l%d\"}],\"extra_specs\":{\"n\":%d}"
              .formatted(number(9), number(9), n);
      case "scaleset" ->
          "\"name\":\"ss%d\",\"tags\":[{\"name\":\"l%d\"}],\"endpoint\":{\"name\":\"github.com\"}"
                  .formatted(n, number(9))
              + ",\"extra_specs\":{\"n\":%d}".formatted(n);
      case "instance" -> instance(n);
      case "job" ->
          "\"status\":\"%s\",\"name\":\"build %d\""
                  .formatted(any(List.of("queued", "in_progress", "completed")), n)
              + ",\"labels\":[\"a\"]";
      case "github_endpoint" -> "\"description\":\"<%d>\"".formatted(n);
      case "github_credentials", "gitea_credentials" ->
          "\"name\":\"pat%d\",\"description\":\"d%d\"".formatted(number(5), n);
      case "template" -> "\"name\":\"t%d\",\"data\":\"aGVsbG8=\"".formatted(n);
      case "proxy" -> "\"name\":\"px\",\"http_proxy\":\"http://127.0.0.1:%d\"".formatted(n);
      case "file_object" -> "\"name\":\"f%d\",\"size\":%d".formatted(n, n);
      default -> throw new IllegalArgumentException(type);
    };
  }

  private String instance(long n) {
    List<String> jobs = alive.get("job");
    String job =
        jobs.isEmpty() || random.nextInt(3) > 0 ? "" : ",\"job\":{\"id\":%s}".formatted(any(jobs));
    return "\"status\":\"%s\",\"addresses\":[{\"address\":\"10.0.0.%d\",\"type\":\"private\"}]"
            .formatted(any(List.of("creating", "running", "error")), n % 250)
        + job;
  }

  private int number(int bound) {
    return random.nextInt(bound);
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
