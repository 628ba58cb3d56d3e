package dev.infraevents.garm;

import static dev.infraevents.garm.Operation.CREATE;
import static dev.infraevents.garm.Operation.DELETE;
import static dev.infraevents.garm.Operation.UPDATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.infraevents.ConfigurationException;
import dev.infraevents.Envelope;
import dev.infraevents.Event;
import dev.infraevents.EventType;
import dev.infraevents.testkit.junit.LeakCheck;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class GarmFilterTest {

  @Test
  void writesTheThreeDocumentedForms() {
    assertThat(GarmFilter.everything().toJson()).isEqualTo("{\"send-everything\":true}");
    assertThat(GarmFilter.builder().on(Garm.REPOSITORY, CREATE).build().toJson())
        .isEqualTo(
            "{\"send-everything\":false,\"filters\":[{\"entity-type\":\"repository\","
                + "\"operations\":[\"create\"]}]}");
    assertThat(
            GarmFilter.builder()
                .on(Garm.REPOSITORY, CREATE, UPDATE)
                .on(Garm.INSTANCE, DELETE)
                .build()
                .toJson())
        .isEqualTo(
            "{\"send-everything\":false,\"filters\":[{\"entity-type\":\"repository\","
                + "\"operations\":[\"create\",\"update\"]},{\"entity-type\":\"instance\","
                + "\"operations\":[\"delete\"]}]}");
  }

  @Test
  void leavesOutOperationsWhenAllAreWanted() {
    assertThat(GarmFilter.builder().on(Garm.POOL).build())
        .hasToString("{\"send-everything\":false,\"filters\":[{\"entity-type\":\"pool\"}]}");
  }

  @Test
  void unitesWhatIsAddedTwice() {
    assertThat(GarmFilter.builder().on(Garm.POOL, CREATE).on(Garm.POOL, DELETE, CREATE).build())
        .isEqualTo(GarmFilter.builder().on(Garm.POOL, DELETE, CREATE).build());
    assertThat(GarmFilter.builder().on(Garm.POOL, CREATE).on(Garm.POOL).build())
        .isEqualTo(GarmFilter.builder().on(Garm.POOL).on(Garm.POOL, UPDATE).build())
        .isEqualTo(GarmFilter.builder().on(Garm.POOL).build());
  }

  @Test
  void aBuilderCanBeUsedAgain() {
    GarmFilter.Builder builder = GarmFilter.builder().on(Garm.POOL, CREATE);
    GarmFilter first = builder.build();
    builder.on(Garm.POOL, DELETE).on(Garm.JOB);

    assertThat(first).isEqualTo(GarmFilter.builder().on(Garm.POOL, CREATE).build());
  }

  @Test
  void refusesToBuildAnEmptyFilter() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> GarmFilter.builder().build())
        .withMessageContaining("stays silent");
  }

  @Test
  void knowsWhatItWants() {
    GarmFilter filter = GarmFilter.builder().on(Garm.JOB).on(Garm.POOL, CREATE).build();

    assertThat(filter.wantsEverything()).isFalse();
    assertThat(filter.entityTypes()).isEqualTo(List.of(Garm.JOB, Garm.POOL));
    assertThat(GarmFilter.everything().wantsEverything()).isTrue();
    assertThat(GarmFilter.everything().entityTypes()).isEqualTo(Garm.entityTypes());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'send-everything':true}                                       | {'send-everything':true}",
        " { 'send-everything' : true , 'filters' : null }               | {'send-everything':true}",
        "{'filters':[{'entity-type':'pool'}],'send-everything':true}    | {'send-everything':true}",
        "{'filters':[{'entity-type':'pool'}]}                           | {'send-everything':false,'filters':[{'entity-type':'pool'}]}",
        "{'filters':[{'entity-type':'pool','operations':[]}]}           | {'send-everything':false,'filters':[{'entity-type':'pool'}]}",
        "{'filters':[{'entity-type':'pool','operations':null}]}         | {'send-everything':false,'filters':[{'entity-type':'pool'}]}",
        "{'send-everything':null,'filters':[{'operations':['delete','create'],'entity-type':'job'}]} | {'send-everything':false,'filters':[{'entity-type':'job','operations':['delete','create']}]}",
        "{'filters':[{'entity-type':'job','operations':['create']},{'entity-type':'job','operations':['create','delete']}]} | {'send-everything':false,'filters':[{'entity-type':'job','operations':['create','delete']}]}"
      })
  void readsWhatTheServerTakes(String given, String written) {
    assertThat(GarmFilter.parse(given.replace('\'', '"')).toJson())
        .isEqualTo(written.replace('\'', '"'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                              | must be a JSON object",
        "'not json'                                      | not valid JSON at character 0",
        "[]                                              | must be a JSON object",
        "[{`entity-type`:`pool`}]                        | must be a JSON object",
        "`send-everything`                               | must be a JSON object",
        "true                                            | must be a JSON object",
        "7                                               | must be a JSON object",
        "{`send-everything`:true                         | not valid JSON",
        "{`send-everything`:true,}                       | not valid JSON",
        "{`send-everything`:true} {}                     | something follows",
        "{`send-everything`:true}x                       | not valid JSON",
        "{`send-everything`:`true`}                      | send-everything must be true or false",
        "{`send-everything`:1}                           | send-everything must be true or false",
        "{`filters`:`x`}                                 | filters must be an array",
        "{`filters`:{}}                                  | filters must be an array",
        "{`filters`:[`pool`]}                            | filters[0] must be an object",
        "{`filters`:[null]}                              | filters[0] must be an object",
        "{`filters`:[{}]}                                | filters[0] has no `entity-type`",
        "{`filters`:[{`operations`:[`create`]}]}         | filters[0] has no `entity-type`",
        "{`filters`:[{`entity-type`:null}]}              | filters[0].entity-type must be a string",
        "{`filters`:[{`entity-type`:``}]}                | filters[0].entity-type is ``, which is none of",
        "{`filters`:[{`entity-type`:`Pool`}]}            | is `Pool`, which is none of the entity types repository, organization,",
        "{`filters`:[{`entity-type`:`pool`},{`entity-type`:`scale_set`}]} | filters[1].entity-type is `scale_set`",
        "{`filters`:[{`entity-type`:`pool`,`operations`:`create`}]}       | filters[0].operations must be an array",
        "{`filters`:[{`entity-type`:`pool`,`operations`:[`create`,`remove`]}]} | filters[0].operations[1] is `remove`, which is none of the operations create, update, delete",
        "{`filters`:[{`entity-type`:`pool`,`operations`:[`Create`]}]}     | is `Create`",
        "{`filters`:[{`entity-type`:`pool`,`operations`:[null]}]}         | operations[0] must be a string",
        "{`send_everything`:true}                        | `send_everything` is unknown; the server silently ignores this spelling, write `send-everything`",
        "{`filters`:[{`entity_type`:`pool`}]}            | `filters[0].entity_type` is unknown; the server silently ignores this spelling, write `entity-type`",
        "{`Send-Everything`:true}                        | `Send-Everything` is unknown; the keys are `send-everything` and `filters`",
        "{`send-everything`:true,`comment`:`x`}          | `comment` is unknown",
        "{`filters`:[{`entity-type`:`pool`,`id`:`x`}]}   | `filters[0].id` is unknown; the keys are `entity-type` and `operations`",
        "{`send-everything`:true,`send-everything`:false} | is there twice",
        "{}                                              | asks for nothing",
        "null                                            | asks for nothing",
        "{`filters`:[]}                                  | asks for nothing",
        "{`filters`:null}                                | asks for nothing",
        "{`send-everything`:false}                       | asks for nothing",
        "{`send-everything`:true,`filters`:[{`entity-type`:`bogus`}]} | is `bogus`"
      })
  void refusesWhatTheServerRefusesOrIgnores(String given, String why) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> GarmFilter.parse(given.replace('`', '"')))
        .withMessageStartingWith("Not a usable GARM filter: ")
        .withMessageContaining(why.replace('`', '"'))
        .withNoCause();
  }

  @Test
  void refusesMoreThanTheServerReads() {
    String entry = "{\"entity-type\":\"pool\"}";
    String filter = "{\"filters\":[" + entry + "]}";
    String padding = " ".repeat((1 << 20) - filter.length());

    assertThat(GarmFilter.parse(filter + padding)).isNotNull();
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> GarmFilter.parse(filter + padding + " "))
        .withMessageContaining("1048577 bytes");
  }

  @Test
  void messagesStayShortAndOnOneLine() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(
            () ->
                GarmFilter.parse(
                    "{\"filters\":[{\"entity-type\":\"a\\nb" + "x".repeat(5_000) + "\"}]}"))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(400).doesNotContain("\n"));
  }

  @ParameterizedTest
  @MethodSource("dev.infraevents.garm.Frames#recorded")
  void decidesTheSameOnTheEnvelopeAndOnTheEvent(String frame) {
    GarmFilter filter =
        GarmFilter.builder().on(Garm.INSTANCE, CREATE, DELETE).on(Garm.POOL).build();
    Envelope envelope = Frames.read(frame);
    boolean wanted =
        frame.startsWith("{\"entity-type\":\"pool\"")
            || frame.startsWith("{\"entity-type\":\"instance\",\"operation\":\"create\"")
            || frame.startsWith("{\"entity-type\":\"instance\",\"operation\":\"delete\"");

    assertThat(filter.test(envelope)).isEqualTo(wanted);
    assertThat(filter.test(Frames.event(frame))).isEqualTo(wanted);
    assertThat(GarmFilter.everything().test(envelope)).isTrue();
  }

  @Test
  void unknownOperationsMatchOnlyWhereAllAreWanted() {
    Envelope archived = Frames.read(Frames.frame("pool", "archive", "{}"));

    assertThat(GarmFilter.builder().on(Garm.POOL).build().test(archived)).isTrue();
    assertThat(GarmFilter.builder().on(Garm.POOL, CREATE, UPDATE, DELETE).build().test(archived))
        .isFalse();
    assertThat(GarmFilter.everything().test(Frames.read(Frames.frame("new", "create", "{}"))))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"foundries.device.ota_completed", "garmin.pool.create"})
  void wantsNothingOfOtherSources(String type) {
    Event<String> other =
        Event.builder(EventType.of(type, String.class))
            .source(Frames.SOURCE)
            .payload("")
            .attribute(Garm.ENTITY_TYPE, "pool")
            .attribute(Garm.OPERATION, "create")
            .build();

    assertThat(GarmFilter.everything().test(other)).isFalse();
    assertThat(GarmFilter.builder().on(Garm.POOL).build().test(other)).isFalse();
  }

  @Test
  void isEqualWhateverTheOrder() {
    GarmFilter one = GarmFilter.builder().on(Garm.POOL, CREATE, DELETE).on(Garm.JOB).build();
    GarmFilter other = GarmFilter.builder().on(Garm.JOB).on(Garm.POOL, DELETE, CREATE).build();

    assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);
    assertThat(one).isNotEqualTo(GarmFilter.everything());
    assertThat(GarmFilter.parse(one.toJson())).isEqualTo(one).hasToString(one.toJson());
    assertThat(GarmFilter.everything()).isEqualTo(GarmFilter.parse("{\"send-everything\":true}"));
  }
}
