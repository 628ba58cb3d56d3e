package dev.infraevents.garm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.Event;
import dev.infraevents.EventType;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.testkit.junit.LeakCheck;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class GarmDecoderTest {

  @Test
  void readsTheEnvelopeWithoutThePayload() {
    InboundMessage<GarmPayload> message =
        Frames.read(Frames.frame("instance", "create", "{\"id\":\"i\",\"status\":oops"));

    assertThat(message.type()).isEqualTo(Garm.INSTANCE.created());
    assertThat(message.subject()).isEqualTo("i");
    assertThat(message.attributes())
        .isEqualTo(Map.of("entitytype", "instance", "operation", "create"));
    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(message::decode)
        .withMessageContaining("garm.instance.create")
        .withMessageContaining("not valid JSON at byte 19 of the payload")
        .withMessageNotContaining("oops")
        .withNoCause();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "invalid filter",
        "failed to unmarshal filter",
        "{",
        "{\"entity-type\"",
        "{\"entity-type\":\"pool\",\"operation\":\"create\",\"payload\":",
        "{\"entity-type\":\"pool\",\"operation\":\"create\",\"payload\":{\"tags\":[",
        "nul",
        "\"hunter2\"",
        "[{}]",
        "null",
        "42"
      })
  void refusesWhatIsNoJsonObject(String frame) {
    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(() -> Frames.event(frame))
        .withMessageContaining("GARM event of " + frame.length() + " bytes")
        .withMessageNotContaining("hunter2")
        .withMessageNotContaining("filter")
        .withNoCause();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                                                    | no entity-type",
        "{'operation':'create','payload':{'id':'hunter2'}}                     | no entity-type",
        "{'entity-type':'','operation':'create','payload':{}}                  | no entity-type",
        "{'entity-type':null,'operation':'create','payload':{}}                | no entity-type",
        "{'Entity-Type':'pool','operation':'create','payload':{}}              | no entity-type",
        "{'EntityType':'pool','Operation':'create','Payload':{}}               | no entity-type",
        "{'entity-type':'pool','payload':{}}                                   | no operation",
        "{'entity-type':'pool','operation':'create'}                           | no payload",
        "{'entity-type':'pool','operation':'create','payload':null}            | no payload",
        "{'entity-type':'new','operation':'create','payload':null}             | no payload",
        "{'entity-type':'pool','operation':'create','payload':['hunter2']}     | payload is no object",
        "{'entity-type':'pool','operation':'create','payload':'hunter2'}       | payload is no object",
        "{'entity-type':7,'operation':'create','payload':{}}                   | entity-type is no string",
        "{'entity-type':'pool','operation':{},'payload':{}}                    | operation is no string"
      })
  void saysWhatIsMissing(String frame, String what) {
    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(() -> Frames.read(frame.replace('\'', '"')))
        .withMessageContaining(what)
        .withMessageContaining(frame.length() + " bytes")
        .withMessageNotContaining("hunter2")
        .withNoCause();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", " x", "]", ","})
  void refusesWhatFollowsTheEvent(String more) {
    InboundMessage<GarmPayload> message =
        Frames.read(Frames.frame("pool", "delete", "{\"id\":\"p\"}") + more);

    assertThatExceptionOfType(DecodingException.class).isThrownBy(message::decode);
  }

  @Test
  void takesKeysInAnyOrderAndUnknownOnes() {
    Event<GarmPayload> event =
        Frames.event(
            "{ \"payload\" : {\"id\" : \"p\"} , \"seq\":{\"n\":[1]},\"operation\":\"update\","
                + "\n\"entity-type\":\"pool\",\"more\":null}\n");

    assertThat(event.type()).isEqualTo(Garm.POOL.updated());
    assertThat(event.subject()).isEqualTo("p");
    assertThat(event.data().utf8()).isEqualTo("{\"id\" : \"p\"}");
    assertThat(event.as(Pool.class).payload().id()).isEqualTo("p");
  }

  @Test
  void ignoresUnknownFieldsAndKeepsThemInData() {
    Event<GarmPayload> event =
        Frames.event(Frames.frame("pool", "update", "{\"new\":{\"a\":[]},\"id\":\"p\"}"));

    assertThat(event.as(Pool.class).payload().id()).isEqualTo("p");
    assertThat(event.data().utf8()).contains("\"new\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"id\":\"x\",\"a\":1}", "[1,2]", "\"text\"", "7", "true"})
  void anUnknownEntityIsDeliveredAsItIs(String payload) {
    Event<GarmPayload> event = Frames.event(Frames.frame("runner_group", "create", payload));

    assertThat(event.type())
        .isEqualTo(EventType.of("garm.runner_group.create", UnknownEntity.class));
    assertThat(event.payload()).isEqualTo(new UnknownEntity("runner_group", Bytes.ofUtf8(payload)));
    assertThat(event.data().utf8()).isEqualTo(payload);
    assertThat(event.subject()).isEqualTo(payload.startsWith("{") ? "x" : null);
    assertThat(event.time()).isNull();
    assertThat(event.attributes()).containsEntry("entitytype", "runner_group");
  }

  @Test
  void anUnknownOperationKeepsTheTypedPayload() {
    Event<GarmPayload> event = Frames.event(Frames.frame("pool", "archive", "{\"id\":\"p\"}"));

    assertThat(event.type()).isEqualTo(EventType.of("garm.pool.archive", Pool.class));
    assertThat(event.as(Pool.class).payload().id()).isEqualTo("p");
    assertThat(event.attributes()).containsEntry("operation", "archive");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "repository         | {'id':'1b07'}                     | 1b07",
        "organization       | {'id':'1b07'}                     | 1b07",
        "enterprise         | {'id':'1b07'}                     | 1b07",
        "forge_instance     | {'id':'1b07'}                     | 1b07",
        "pool               | {'runner_prefix':'g','id':'1b07'} | 1b07",
        "instance           | {'id':'1b07','name':'garm-1'}     | 1b07",
        "user               | {'id':'1b07'}                     | 1b07",
        "scaleset           | {'id':4,'scale_set_id':42}        | 4",
        "job                | {'id':9001}                       | 9001",
        "template           | {'id':2}                          | 2",
        "proxy              | {'id':3,'name':'px'}              | 3",
        "file_object        | {'id':5}                          | 5",
        "file_object        | {'id':0,'name':''}                |",
        "controller         | {'controller_id':'c0'}            | c0",
        "controller         | {'controller_id':'00000000-0000-0000-0000-000000000000'} |",
        "github_endpoint    | {'name':'GHES'}                   | GHES",
        "github_credentials | {'id':1,'forge_type':'github'}    | github/1",
        "github_credentials | {'id':1}                          | github/1",
        "gitea_credentials  | {'id':1,'forge_type':'gitea'}     | gitea/1",
        "gitea_credentials  | {}                                |",
        "pool               | {'tags':[{'id':'t'}]}             |",
        "pool               | {'tags':[{'id':'t'}],'id':'p'}    | p",
        "pool               | {'id':null}                       |"
      })
  void theSubjectIsTheIdentityOfTheEntity(String entityType, String payload, String subject) {
    assertThat(
            Frames.event(Frames.frame(entityType, "delete", payload.replace('\'', '"'))).subject())
        .isEqualTo(subject);
  }

  @Test
  void theTimeIsThatOfTheLastChange() {
    assertThat(
            Frames.event(
                    Frames.frame("pool", "update", "{\"updated_at\":\"2026-01-02T03:04:05Z\"}"))
                .time())
        .isEqualTo(Instant.parse("2026-01-02T03:04:05Z"));
    assertThat(
            Frames.event(
                    Frames.frame("pool", "delete", "{\"updated_at\":\"0001-01-01T00:00:00Z\"}"))
                .time())
        .isNull();
    assertThat(Frames.event(Frames.frame("controller", "update", "{}")).time()).isNull();
  }

  @Test
  void readsFramesLargerThanAnyBuffer() {
    String data = "QUJD".repeat(2 << 20); // 8 MiB of base64
    String payload = "{\"id\":7,\"name\":\"big\",\"data\":\"" + data + "\",\"owner_id\":\"o\"}";
    Event<GarmPayload> event = Frames.event(Frames.frame("template", "update", payload));

    assertThat(event.as(Template.class).payload().data().size()).isEqualTo(6 << 20);
    assertThat(event.as(Template.class).payload().ownerId()).isEqualTo("o");
    assertThat(event.data().utf8().equals(payload)).isTrue();
  }

  @Test
  void aDepthThatNoServerWritesIsRefused() {
    String deep = "[".repeat(2_000) + "]".repeat(2_000);

    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(
            () -> Frames.event(Frames.frame("pool", "update", "{\"extra_specs\":" + deep + "}")))
        .withMessageContaining("nested too deep");
  }

  @Test
  void theTypesOfAnEntityAreNamedAfterIt() {
    assertThat(Garm.SCALE_SET.created().name()).isEqualTo("garm.scaleset.create");
    assertThat(Garm.SCALE_SET.updated().name()).isEqualTo("garm.scaleset.update");
    assertThat(Garm.SCALE_SET.deleted().name()).isEqualTo("garm.scaleset.delete");
    assertThat(Garm.SCALE_SET.on(Operation.DELETE)).isSameAs(Garm.SCALE_SET.deleted());
    assertThat(Garm.SCALE_SET).hasToString("scaleset");
    assertThat(Garm.entityTypes()).hasSize(16).doesNotHaveDuplicates();
    assertThat(Garm.entityType("Pool")).isEmpty();
  }
}
