package dev.infraevents.garm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.DecodingException;
import dev.infraevents.Event;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.testkit.junit.LeakCheck;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The short way through a frame reads what the parser reads. Whitespace forces the long way. */
@ExtendWith(LeakCheck.class)
class FrameScanTest {

  static List<String> recorded() {
    return Frames.recorded();
  }

  @ParameterizedTest
  @MethodSource("recorded")
  void everyRecordedFrameTakesTheShortWayAndReadsTheSameOnTheLongOne(String frame) {
    InboundMessage<GarmPayload> shortWay = Frames.read(frame);
    FrameHead head = FrameScan.head(frame);

    assertThat(head).isNotNull();
    assertThat(frame.substring(head.payload())).startsWith("{").endsWith("}}");
    InboundMessage<GarmPayload> longWay = Frames.read(longWay(frame));
    assertThat(shortWay.type()).isEqualTo(longWay.type());
    assertThat(shortWay.attributes()).isEqualTo(longWay.attributes());
    assertThat(shortWay.subject()).isEqualTo(longWay.subject());
    Event<GarmPayload> event = shortWay.decode();
    assertThat(event.payload()).isEqualTo(longWay.decode().payload());
    assertThat(event.data().utf8()).isEqualTo(frame.substring(head.payload(), frame.length() - 1));
    assertThat(event.raw().utf8()).isEqualTo(frame);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'id':'a'}",
        "{'id':''}",
        "{'id':'é中🚀'}",
        "{'id':'a\\u0062c'}",
        "{'id':'a\\'b'}",
        "{'id':'tab\there'}",
        "{'i\\u0064':'escaped key'}",
        "{'id':7}",
        "{'id':0}",
        "{'id':-7}",
        "{'id':007}",
        "{'id':7.5}",
        "{'id':7e3}",
        "{'id':7x}",
        "{'id':}",
        "{'id':true}",
        "{'id':null}",
        "{'id':{'id':'nested'}}",
        "{'id':['a']}",
        "{'id' :'space'}",
        "{'id':'a'x}",
        "{'id':'a'",
        "{'id':'a",
        "{'id':7",
        "{'id'",
        "{",
        "{}",
        "{'idx':'no','id':'a'}",
        "{'x':'id','id':'a'}",
        "{'x':1,'y':'z','id':'a'}",
        "{'x':01,'id':'a'}",
        "{'x':1.5,'id':'a'}",
        "{'x':{'id':'no'},'id':'a'}",
        "{'x':'{\\'id\\':1','id':'a'}",
        "{'x':'y';'id':'a'}",
        "{,'id':'a'}",
        "{'id':'first','id':'second'}"
      })
  void aSubjectIsTheSameOnBothWays(String quoted) {
    String payload = quoted.replace('\'', '"');
    for (String entityType : List.of("pool", "job", "gitea_credentials", "runner_group")) {
      String frame = Frames.frame(entityType, "update", payload);

      assertThat(subject(frame)).as(frame).isEqualTo(subject(longWay(frame)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'entity-type':'pool','operation':'upd\\u0061te','payload':{'id':'p'}}",
        "{'entity-type':'p\\u006fol','operation':'update','payload':{'id':'p'}}",
        "{'entity-type':'po ol','operation':'update','payload':{'id':'p'}}",
        "{'entity-type':'','operation':'update','payload':{'id':'p'}}",
        "{'entity-type':'pool','operation':'','payload':{'id':'p'}}",
        "{'entity-type':'pool','operation':'update','payload':[]}",
        "{'entity-type':'pool','operation':'update','payload':",
        "{'entity-type':'pool','operation':'update'}",
        "{'entity-type':'pool','operation':'update",
        "{'operation':'update','entity-type':'pool','payload':{'id':'p'}}"
      })
  void whatLooksDifferentIsLeftToTheParser(String frame) {
    assertThat(FrameScan.head(frame.replace('\'', '"'))).isNull();
  }

  @Test
  void whatFollowsThePayloadIsParsed() {
    String frame = Frames.frame("pool", "update", "{\"id\":\"p\"}");
    String more = frame.substring(0, frame.length() - 1) + ",\"seq\":{\"n\":[\"é\"]}} ";

    assertThat(Frames.event(more).data().utf8()).isEqualTo("{\"id\":\"p\"}");
    assertThat(subjectOfEvent(frame.substring(0, frame.length() - 1) + ",\"seq\":}")).isNull();
    assertThat(subjectOfEvent(frame.substring(0, frame.length() - 1))).isNull();
  }

  @Test
  void thePayloadIsFoundBehindCharactersOfSeveralBytes() {
    String frame =
        "{\"note\":\"é中🚀\",\"payload\":{\"id\":\"p\"},\"entity-type\":\"pool\","
            + "\"operation\":\"update\"}";

    assertThat(Frames.event(frame).data().utf8()).isEqualTo("{\"id\":\"p\"}");
    assertThat(Frames.event(frame).subject()).isEqualTo("p");
  }

  private static String longWay(String frame) {
    return frame.replaceFirst("\\{", "{ ").replaceFirst("\"payload\":\\{", "\"payload\":{ ");
  }

  private static String subject(String frame) {
    try {
      return String.valueOf(Frames.read(frame).subject());
    } catch (DecodingException e) {
      return "refused";
    }
  }

  private static String subjectOfEvent(String frame) {
    try {
      return Frames.event(frame).subject();
    } catch (DecodingException e) {
      return null;
    }
  }
}
