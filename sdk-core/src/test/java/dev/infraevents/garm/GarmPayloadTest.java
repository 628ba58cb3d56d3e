package dev.infraevents.garm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.NamingBase;
import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.OpenEnum;
import dev.infraevents.testkit.junit.LeakCheck;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class GarmPayloadTest {

  static List<EntityType<?>> entityTypes() {
    return Garm.entityTypes();
  }

  @ParameterizedTest
  @MethodSource("entityTypes")
  void absentAndNullAndZeroAreAlike(EntityType<?> entityType) {
    GarmPayload absent = decode(entityType, "{}");

    assertThat(decode(entityType, all(entityType, component -> "null"))).isEqualTo(absent);
    assertThat(decode(entityType, all(entityType, GarmPayloadTest::zero))).isEqualTo(absent);
  }

  @ParameterizedTest
  @MethodSource("entityTypes")
  void nothingIsNullButTimesAndDocumentedObjects(EntityType<?> entityType) throws Exception {
    GarmPayload empty = decode(entityType, "{}");

    for (RecordComponent component : entityType.payloadType().getRecordComponents()) {
      Object value = component.getAccessor().invoke(empty);
      if (component.getType() == Instant.class
          || component.getType() == Job.class
          || component.getType() == ForgeCredentials.RateLimit.class) {
        assertThat(value).as(component.getName()).isNull();
      } else {
        assertThat(value).as(component.getName()).isNotNull();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("entityTypes")
  void aWrongJsonTypeIsNamedAndNotQuoted(EntityType<?> entityType) {
    for (RecordComponent component : entityType.payloadType().getRecordComponents()) {
      if (component.getType() == JsonNode.class) {
        continue; // takes anything
      }
      String secret = component.getType() == String.class ? "31337" : "\"hunter2\"";
      String wrong = component.getType() == List.class ? "{\"hunter2\":1}" : secret;
      if (component.getType() == Bytes.class || component.getType() == OpenEnum.class) {
        wrong = "31337";
      }
      String json = "{\"" + key(component) + "\":" + wrong + "}";

      assertThatExceptionOfType(DecodingException.class)
          .as(json)
          .isThrownBy(() -> decode(entityType, json))
          .withMessageContaining("payload." + key(component) + ": ")
          .withNoCause()
          .extracting(Throwable::getMessage)
          .asString()
          .doesNotContain("hunter2", "31337");
    }
  }

  @Test
  void thePathOfAWrongValueLeadsIntoNestedObjects() {
    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(
            () ->
                Frames.event(
                    Frames.frame(
                        "instance",
                        "update",
                        "{\"addresses\":[{\"address\":\"a\"},{\"address\":7}]}")))
        .withMessageContaining("payload.addresses[1].address: expected a string, found a number")
        .withMessageContaining("garm.instance.update");
  }

  @ParameterizedTest
  @CsvSource({
    "2026-01-02T20:21:51.426738001+02:00, 2026-01-02T18:21:51.426738001Z",
    "2026-01-02T03:04:05.1Z,              2026-01-02T03:04:05.100Z",
    "2026-01-02T03:04:05-07:30,           2026-01-02T10:34:05Z",
    "2026-01-02t03:04:05z,                2026-01-02T03:04:05Z"
  })
  void timesMayHaveTheServersOffset(String written, Instant meant) {
    assertThat(Frames.instance("{\"updated_at\":\"" + written + "\"}").updatedAt())
        .isEqualTo(meant);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0001-01-01T00:00:00Z",
        "0001-01-01T02:00:00+02:00",
        "0000-12-31T19:00:00-05:00",
        "0001-12-31T23:59:59.999999999Z"
      })
  void yearOneIsNotSet(String written) {
    assertThat(Frames.instance("{\"heartbeat\":\"" + written + "\"}").heartbeat()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"yesterday", "", "2026-01-02", "2026-02-30T00:00:00Z"})
  void aMalformedTimeIsNamedAndNotQuoted(String written) {
    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(() -> Frames.instance("{\"heartbeat\":\"" + written + "\"}"))
        .withMessageEndingWith("payload.heartbeat: is no RFC 3339 timestamp")
        .withNoCause();
  }

  @Test
  void hyphenatedKeysAreRead() {
    assertThat(Frames.instance("{\"github-runner-group\":\"g\"}").githubRunnerGroup())
        .isEqualTo("g");
    assertThat(decode(Garm.POOL, "{\"github-runner-group\":\"g\"}").githubRunnerGroup())
        .isEqualTo("g");
    assertThat(decode(Garm.SCALE_SET, "{\"github-runner-group\":\"g\"}").githubRunnerGroup())
        .isEqualTo("g");
    assertThat(decode(Garm.GITHUB_CREDENTIALS, "{\"auth-type\":\"app\"}").authType())
        .matches(type -> type.is(ForgeCredentials.AuthType.APP));
  }

  @Test
  void keysAreCaseExact() {
    Instance instance = Frames.instance("{\"ID\":\"a\",\"Name\":\"b\"}");

    assertThat(instance.id()).isEmpty();
    assertThat(instance.name()).isEmpty();
  }

  @Test
  void anUnknownWordIsKept() {
    Instance instance = Frames.instance("{\"status\":\"hibernating\",\"os_type\":\"linux\"}");

    assertThat(instance.status().known()).isEmpty();
    assertThat(instance.status().text()).isEqualTo("hibernating");
    assertThat(instance.osType().known()).contains(OsType.LINUX);
  }

  @ParameterizedTest
  @CsvSource({
    "0,                    0",
    "9223372036854775807,  9223372036854775807",
    "9223372036854775808,  9223372036854775808",
    "18446744073709551615, 18446744073709551615"
  })
  void generationIsUnsigned(String written, String read) {
    assertThat(
            Long.toUnsignedString(Frames.instance("{\"generation\":" + written + "}").generation()))
        .isEqualTo(read);
  }

  @ParameterizedTest
  @CsvSource({
    "generation, 18446744073709551616",
    "generation, -1",
    "generation, 1.0",
    "generation, 99999999999999999999999999999999",
    "agent_id,   9223372036854775808",
    "agent_id,   1e3"
  })
  void aNumberThatDoesNotFitIsRefusedAndNotQuoted(String key, String written) {
    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(() -> Frames.instance("{\"" + key + "\":" + written + "}"))
        .withMessageContaining("payload." + key)
        .withMessageNotContaining(written)
        .withNoCause();
  }

  @Test
  void base64IsDecoded() {
    Instance instance = Frames.instance("{\"provider_fault\":\"bm8gc3BhY2U6IMOk\"}");
    Template template = decode(Garm.TEMPLATE, "{\"data\":\"IyEvYmluL3NoCg==\"}");

    assertThat(instance.providerFault()).isEqualTo("no space: ä");
    assertThat(template.data().utf8()).isEqualTo("#!/bin/sh\n");
    assertThat(decode(Garm.CONTROLLER, "{\"ca_cert_bundle\":\"UEVN\"}").caCertBundle().utf8())
        .isEqualTo("PEM");
    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(() -> decode(Garm.TEMPLATE, "{\"data\":\"no base64!\"}"))
        .withMessageEndingWith("payload.data: is no base64");
  }

  @Test
  void extraSpecsAreAnyJson() {
    JsonNode specs =
        decode(Garm.POOL, "{\"extra_specs\":{\"x\":[1,2.5,{\"z\":null}]}}").extraSpecs();

    assertThat(specs.at("/x/1").asDouble()).isEqualTo(2.5);
    assertThat(specs.at("/x/2/z").isNull()).isTrue();
    assertThat(decode(Garm.POOL, "{}").extraSpecs().isMissingNode()).isTrue();
  }

  @Test
  void emptyListsAndObjectsAreSharedInstances() {
    Pool pool = decode(Garm.POOL, "{\"id\":\"p\"}");

    assertThat(pool.tags()).isSameAs(List.of());
    assertThat(pool.endpoint()).isSameAs(ForgeEndpoint.EMPTY);
    assertThat(decode(Garm.REPOSITORY, "{}").credentials()).isSameAs(ForgeCredentials.EMPTY);
  }

  @Test
  void nullsInListsAreLeftOut() {
    assertThat(decode(Garm.POOL, "{\"tags\":[null,{\"name\":\"a\"}]}").tags())
        .containsExactly(new Tag("", "a"));
    assertThat(decode(Garm.JOB, "{\"labels\":[\"a\",\"b\"]}").labels()).containsExactly("a", "b");
  }

  @Test
  void listsAreImmutable() {
    assertThat(decode(Garm.POOL, "{\"tags\":[{\"name\":\"a\"}]}").tags()).isUnmodifiable();
  }

  @Test
  void theNilUuidIsNoLock() {
    assertThat(
            decode(Garm.JOB, "{\"locked_by\":\"00000000-0000-0000-0000-000000000000\"}").lockedBy())
        .isEmpty();
    assertThat(
            decode(Garm.JOB, "{\"locked_by\":\"2fce69fe-8b61-406d-87ba-76eb8e789e1d\"}").lockedBy())
        .isEqualTo("2fce69fe-8b61-406d-87ba-76eb8e789e1d");
  }

  @Test
  void theEndpointOfAPoolIsReadUnderItsOldName() {
    // 0.2.0-alpha only
    assertThat(decode(Garm.POOL, "{\"forge_type\":{\"name\":\"ghes\"}}").endpoint().name())
        .isEqualTo("ghes");
  }

  @Test
  void oneEntityMustFillTheWholeText() {
    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(() -> Frames.instance("{} {}"))
        .withMessageContaining("more follows");
    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(() -> Frames.instance("[]"))
        .withMessageContaining("no JSON object");
    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(() -> Frames.instance("{\"id\":"))
        .withMessageContaining("not valid JSON");
  }

  private static <P extends GarmPayload> P decode(EntityType<P> entityType, String json) {
    return entityType.decode(Bytes.ofUtf8(json));
  }

  private static String all(EntityType<?> entityType, Function<RecordComponent, String> value) {
    return Arrays.stream(entityType.payloadType().getRecordComponents())
        .map(component -> "\"" + key(component) + "\":" + value.apply(component))
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static String key(RecordComponent component) {
    JsonProperty named = component.getAccessor().getAnnotation(JsonProperty.class);
    return named != null
        ? named.value()
        : ((NamingBase) PropertyNamingStrategies.SNAKE_CASE).translate(component.getName());
  }

  private static String zero(RecordComponent component) {
    Class<?> type = component.getType();
    if (type == long.class) {
      return "0";
    }
    if (type == boolean.class) {
      return "false";
    }
    if (type == List.class) {
      return "[]";
    }
    if (type == Instant.class) {
      return "\"0001-01-01T00:00:00Z\"";
    }
    if (type == String.class || type == Bytes.class || type == OpenEnum.class) {
      return "\"\"";
    }
    boolean nullable = type == Job.class || type == ForgeCredentials.RateLimit.class;
    return nullable || type == JsonNode.class ? "null" : "{}";
  }
}
