package dev.infraevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.infraevents.testkit.junit.LeakCheck;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class EventModelTest {

  private static final EventType<String> CREATED = EventType.of("test.created", String.class);
  private static final EventType<Integer> COUNTED = EventType.of("test.counted", Integer.class);
  private static final URI SOURCE = URI.create("https://events.example.com");

  private static Event.Builder<String> created(String payload) {
    return Event.builder(CREATED).source(SOURCE).payload(payload);
  }

  @Test
  void anEventNeedsASourceAndAPayload() {
    assertThatThrownBy(() -> Event.builder(CREATED).source(SOURCE).build())
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> Event.builder(CREATED).payload("x").build())
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> created("x").id("")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> EventType.of(" ", String.class))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Upper", "with-dash", "with space", "ümlaut", "id", "receivedat"})
  void attributeNamesAreThoseOfCloudEvents(String name) {
    assertThat(Event.isAttributeName(name)).isFalse();
    assertThat(Event.isAttributeName("k8s")).isTrue();
    assertThatThrownBy(() -> created("x").attribute(name, "v"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> created("x").attributes(Map.of(name, "v")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void twoReplicasDeriveTheSameIdFromTheSameContent() {
    Event<String> one = created("x").raw(Bytes.ofUtf8("{}")).receivedAt(Instant.EPOCH).build();
    Event<String> other = created("x").raw(Bytes.of(new byte[] {'{', '}'})).build();
    assertThat(one.id()).isEqualTo(other.id()).hasSize(32).isEqualTo(one.id());
    assertThat(created("x").raw(Bytes.ofUtf8("{ }")).build().id()).isNotEqualTo(one.id());
    var otherType = EventType.of("test.other", String.class);
    assertThat(Event.builder(otherType).source(SOURCE).payload("x").raw(Bytes.ofUtf8("{}")).build())
        .extracting(Event::id)
        .isNotEqualTo(one.id());
    assertThat(created("x").id("given").build().id()).isEqualTo("given");
  }

  @Test
  void dataIsTheWholeMessageWhereTheSourceHasNoPartOfItsOwn() {
    Event<String> whole = created("x").raw(Bytes.ofUtf8("{}")).build();
    assertThat(whole.data()).isEqualTo(whole.raw());
    assertThat(whole.dataContentType()).isEqualTo(Event.JSON);
    Event<String> part =
        created("x").raw(Bytes.ofUtf8("whole")).data(Bytes.ofUtf8("part"), "text/plain").build();
    assertThat(part.data().utf8()).isEqualTo("part");
    assertThat(part.raw().utf8()).isEqualTo("whole");
    assertThat(part.dataContentType()).isEqualTo("text/plain");
  }

  @Test
  void anEventIsImmutableAndDoesNotShowItsContent() {
    Event.Builder<String> builder =
        created("s3cret").raw(Bytes.ofUtf8("s3cret")).attribute("a", "s3cret").subject("id-1");
    Event<String> event = builder.build();
    builder.attribute("b", "2").subject("other");
    assertThat(event.attributes()).containsOnlyKeys("a");
    assertThatThrownBy(() -> event.attributes().clear())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(event.toString()).contains("test.created", "id-1").doesNotContain("s3cret");
    assertThat(new DeadLetter(event, event.raw(), new RuntimeException("no"), 1).toString())
        .doesNotContain("s3cret");
  }

  @Test
  void aPayloadOfAnotherClassIsNotCastSilently() {
    Event<String> event = created("x").build();
    assertThat(event.as(CharSequence.class).payload()).isEqualTo("x");
    assertThatThrownBy(() -> event.as(Integer.class)).isInstanceOf(ClassCastException.class);
  }

  @Test
  void theRouterCallsEveryMatchingCallbackInOrderAndOtherwiseOnlyWhenNoneMatches()
      throws Exception {
    List<String> calls = new ArrayList<>();
    EventRouter router =
        EventRouter.builder()
            .on(CREATED, e -> calls.add("created " + e.payload().length()))
            .on(CREATED, (e, delivery) -> calls.add("again " + e.payload()))
            .onPayload(CharSequence.class, e -> calls.add("text"))
            .otherwise(e -> calls.add("otherwise " + e.payload()))
            .build();
    handle(router, created("abc").build());
    handle(router, Event.builder(COUNTED).source(SOURCE).payload(7).build());
    assertThat(calls).containsExactly("created 3", "again abc", "text", "otherwise 7");
  }

  @Test
  void aTypeOfTheSameNameAndAnotherClassIsAnotherType() throws Exception {
    List<Object> calls = new ArrayList<>();
    EventRouter router =
        EventRouter.builder()
            .on(EventType.of("test.created", Integer.class), e -> calls.add(e.payload()))
            .build();
    handle(router, created("abc").build());
    assertThat(calls).isEmpty();
  }

  @Test
  void aCallbackThatThrowsFailsTheDelivery() {
    EventRouter router =
        EventRouter.builder()
            .on(
                CREATED,
                e -> {
                  throw new IOException("disk");
                })
            .build();
    assertThatThrownBy(() -> handle(router, created("abc").build()))
        .isInstanceOf(IOException.class);
  }

  @Test
  void everySignalListenerHearsEverySignalEvenIfOneThrows() {
    List<SourceSignal> heard = new ArrayList<>();
    EventRouter router =
        EventRouter.builder()
            .onSignal(
                signal -> {
                  throw new IllegalStateException("listener");
                })
            .onSignal(heard::add)
            .build();
    var signal = new SourceSignal.Connected(SOURCE, Instant.EPOCH, 1, false);
    assertThatThrownBy(() -> router.onSignal(signal)).hasMessage("listener");
    assertThat(heard).containsExactly(signal);
  }

  @Test
  void aMissingCallbackIsNoticedWhenTheRouterIsBuilt() {
    var builder = EventRouter.builder();
    EventRouter.Callback<String> none = null;
    assertThatThrownBy(() -> builder.on(CREATED, none)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> builder.onPayload(String.class, null))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> builder.otherwise(null)).isInstanceOf(NullPointerException.class);
  }

  @SuppressWarnings("unchecked")
  private static void handle(EventRouter router, Event<?> event) throws Exception {
    router.handle((Event<Object>) event, null);
  }

  @ParameterizedTest
  @CsvSource({"false,false", "false,true", "true,false", "true,true"})
  void filtersCombineLikePredicates(boolean left, boolean right) {
    Envelope any = created("x").build();
    EventFilter l = envelope -> left;
    EventFilter r = envelope -> right;
    assertThat(l.and(r).test(any)).isEqualTo(left && right);
    assertThat(l.or(r).test(any)).isEqualTo(left || right);
    assertThat(l.negate().test(any)).isEqualTo(!left);
    assertThat(l.and(r).negate().test(any)).isEqualTo(l.negate().or(r.negate()).test(any));
    assertThat(l.or(r).negate().test(any)).isEqualTo(l.negate().and(r.negate()).test(any));
    assertThat(EventFilter.all().and(l).test(any)).isEqualTo(left);
  }

  @Test
  void filtersSelectByTypeSubjectAndAttribute() {
    Envelope event = created("x").subject("id-1").attribute("origin", "live").build();
    assertThat(EventFilter.types(CREATED, COUNTED).test(event)).isTrue();
    assertThat(EventFilter.types(COUNTED).test(event)).isFalse();
    assertThat(EventFilter.types().test(event)).isFalse();
    assertThat(EventFilter.subject("id-1").test(event)).isTrue();
    assertThat(EventFilter.subject("id-2").test(event)).isFalse();
    assertThat(EventFilter.subject("id-1").test(created("x").build())).isFalse();
    assertThat(EventFilter.attribute("origin", "live").test(event)).isTrue();
    assertThat(EventFilter.attribute("origin", "dead").test(event)).isFalse();
    assertThat(EventFilter.attribute("other", "live").test(event)).isFalse();
  }

  @Test
  void aMissingPartOfAFilterIsNoticedAtOnce() {
    assertThatThrownBy(() -> EventFilter.all().and(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> EventFilter.all().or(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> EventFilter.subject(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> EventFilter.attribute(null, "v"))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  void aHandshakeExceptionHoldsNoHeaderThatSoundsLikeASecret() {
    var refusal =
        new HandshakeException(
            "refused",
            true,
            503,
            Map.of(
                "Set-Cookie", List.of("s3cret"),
                "AUTHORIZATION", List.of("s3cret"),
                "proxy-authorization", List.of("s3cret"),
                "X-Auth-Token", List.of("s3cret"),
                "x-api-key", List.of("s3cret"),
                "Retry-After", List.of("5")),
            "the server's words",
            Duration.ofSeconds(5));
    assertThat(refusal.headers()).containsOnlyKeys("Retry-After");
    assertThat(refusal.headers().get("retry-after")).containsExactly("5");
    assertThat(refusal.toString()).doesNotContain("s3cret");
    assertThat(refusal.body()).isEqualTo("the server's words");
  }

  @Test
  void aRequestExceptionHoldsTheServersWordsAndNoSecret() {
    Map<String, List<String>> headers =
        Map.of("Set-Cookie", List.of("s3cret"), "Retry-After", List.of("5"));
    var refusal =
        new RequestException("refused", true, 409, "Conflict", "is there", headers, "{}", null);
    assertThat(refusal.status()).isEqualTo(409);
    assertThat(refusal.error()).isEqualTo("Conflict");
    assertThat(refusal.details()).isEqualTo("is there");
    assertThat(refusal.headers()).containsOnlyKeys("Retry-After");
    assertThat(refusal.isRetryable()).isTrue();
    assertThat(refusal.retryAfter()).isNull();
  }
}
