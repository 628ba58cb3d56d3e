package dev.infraevents.testkit.garm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults of what is sent: of the next event, and messages that are no events. */
@ExtendWith(LeakCheck.class)
class GarmEventFaultTest {

  private static final String EVENT =
      "{\"entity-type\":\"pool\",\"operation\":\"create\",\"payload\":{\"id\":\"1\"}}";

  @RegisterExtension final FakeGarmExtension extension = new FakeGarmExtension();

  private FakeGarm garm;

  @BeforeEach
  void setUp() {
    garm = extension.server();
  }

  @Test
  void badUtf8() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.inject(Fault.badUtf8());
      garm.emitRaw(EVENT);
      garm.emitRaw(EVENT);

      byte[] payload = client.read().payload();
      assertThatExceptionOfType(CharacterCodingException.class)
          .isThrownBy(() -> StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)));
      assertThat(new String(payload, StandardCharsets.ISO_8859_1))
          .startsWith(
              "{\"entity-type\":\"pool\",\"operation\":\"create\",\"payload\":{\"id\":\"1\",")
          .endsWith("\"}}");
      assertThat(client.next()).isEqualTo("TEXT " + EVENT);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {EVENT, "{\"entity-type\":\"x\",\"payload\":{}}", "{\"payload\":1} ", "{}"})
  void oversize(String frame) throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.inject(Fault.oversize(2_000_000));
      garm.emitRaw(frame);

      RawFrame received = client.read();
      assertThat(received.payload()).hasSize(2_000_000);
      assertThat(Json.parse(received.text())).isPresent();
      assertThat(received.text()).contains("\"padding\":\"xxx");
    }
  }

  @Test
  void anEventThatIsLargeAlreadyIsNotPadded() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.inject(Fault.oversize(10));
      garm.emitRaw(EVENT);

      assertThat(client.next()).isEqualTo("TEXT " + EVENT);
    }
  }

  @Test
  void fragment() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.inject(Fault.fragment(4));
      garm.emitRaw(EVENT);

      StringBuilder all = new StringBuilder();
      for (int i = 0; i < 4; i++) {
        RawFrame frame = client.read();
        assertThat(frame.opcode()).isEqualTo(i == 0 ? RawFrame.TEXT : 0);
        assertThat(frame.isLast()).isEqualTo(i == 3);
        assertThat(frame.payload()).isNotEmpty();
        all.append(frame.text());
      }
      assertThat(all).hasToString(EVENT);
    }
  }

  @Test
  void thereAreNoMorePiecesThanBytes() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.inject(Fault.fragment(1000));
      garm.emitRaw("{}");

      assertThat(List.of(client.next(), client.next())).containsExactly("TEXT... {", "...}");
    }
  }

  @Test
  void faultsOfTheNextEventWaitForAnEventThatSomeoneGetsAndAreUsedInOrder() throws IOException {
    String pools = "{\"filters\":[{\"entity-type\":\"pool\"}]}";
    try (RawClient one = RawClient.subscribed(garm, pools);
        RawClient two = RawClient.subscribed(garm, pools)) {
      garm.inject(Fault.fragment(2));
      garm.inject(Fault.oversize(500));
      garm.emit("job", "create", "{}");
      garm.emitRaw(EVENT);
      garm.emitRaw(EVENT);
      garm.emitRaw(EVENT);

      for (RawClient client : List.of(one, two)) {
        assertThat(client.read().isLast()).isFalse();
        assertThat(client.read().isLast()).isTrue();
        assertThat(client.read().payload()).hasSize(500);
        assertThat(client.next()).isEqualTo("TEXT " + EVENT);
      }
    }
  }

  @Test
  void healForgetsFaultsThatWait() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.inject(Fault.badUtf8());
      garm.heal();
      garm.emitRaw(EVENT);

      assertThat(client.next()).isEqualTo("TEXT " + EVENT);
    }
  }

  @Test
  void silentDrop() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.inject(Fault.silentDrop());
      garm.inject(Fault.silentDrop(2));
      for (int i = 1; i <= 3; i++) {
        assertThat(garm.emit("pool", "create", "{\"id\":\"" + i + "\"}")).isZero();
      }
      assertThat(garm.emitRaw(EVENT)).isEqualTo(1);

      assertThat(client.next()).isEqualTo("TEXT " + EVENT);
      assertThat(client.barrier("nothing else shows")).isEmpty();
      assertThat(garm.entities().list("pool")).hasSize(3); // what happened has happened
    }
  }

  @Test
  void duplicate() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.inject(Fault.duplicate());
      garm.emitRaw(EVENT);
      garm.emitRaw("{}");

      assertThat(List.of(client.next(), client.next(), client.next()))
          .containsExactly("TEXT " + EVENT, "TEXT " + EVENT, "TEXT {}");
    }
  }

  @Test
  void reorderShufflesWithinItsWindowAndOnEachConnectionInAnotherOrder() throws IOException {
    try (RawClient one = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.inject(Fault.reorder(10, 7));
      try (RawClient two = RawClient.subscribed(garm, RawClient.ALL)) {
        emitNumbers(100);
        List<Integer> first = numbers(one, 100);
        List<Integer> second = numbers(two, 100);

        assertThat(first).isNotEqualTo(second);
        for (List<Integer> order : List.of(first, second)) {
          assertThat(order).doesNotHaveDuplicates();
          assertThat(order).isNotEqualTo(order.stream().sorted().toList());
          for (int i = 0; i < 100; i++) {
            assertThat(Math.abs(order.get(i) - i)).isLessThan(10);
          }
        }
      }
    }
  }

  @Test
  void reorderKeepsNothingForEver() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.inject(Fault.reorder(1000));
      emitNumbers(3);
      assertThat(numbers(client, 3)).containsExactlyInAnyOrder(0, 1, 2);
      emitNumbers(3);
      garm.heal();
      assertThat(numbers(client, 3)).containsExactlyInAnyOrder(0, 1, 2);
      emitNumbers(50);
      assertThat(numbers(client, 50)).isSorted();
    }
  }

  @Test
  void reorderEndsWithWhatItHeldBeforeTheServerCloses() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.inject(Fault.reorder(1000));
      emitNumbers(3);
      garm.inject(Fault.restart());
      assertThat(client.rest()).hasSize(4).endsWith("CLOSE 1000");
    }
  }

  private void emitNumbers(int count) {
    for (int i = 0; i < count; i++) {
      garm.emit("pool", "update", "" + i);
    }
  }

  private static List<Integer> numbers(RawClient client, int count) throws IOException {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      numbers.add(Json.requireObject(client.read().text()).path("payload").asInt());
    }
    return numbers;
  }

  @Test
  void slowDripLetsAFewBytesPassAtATimeUntilHealed() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.inject(Fault.slowDrip(1, Duration.ofHours(1)));
      garm.emitRaw(EVENT);
      InputStream in = client.socket().getInputStream();
      assertThat(in.read()).isEqualTo(0x81);
      try (RawClient later = RawClient.connect(garm)) {
        later.send(RawClient.utf8("GET /nowhere HTTP/1.1\r\n\r\n"));
        assertThat(later.socket().getInputStream().read()).isEqualTo('H');
        assertThat(in.available()).isZero();
        assertThat(later.socket().getInputStream().available()).isZero();

        garm.heal();

        assertThat(later.response()).startsWith("TTP/1.1 404");
      }
      assertThat(in.readNBytes(1 + EVENT.length())).endsWith(RawClient.utf8(EVENT));
    }
  }

  @Test
  void slowDripGoesOnByItself() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.inject(Fault.slowDrip(10, Duration.ofMillis(1)));
      garm.emitRaw(EVENT);

      assertThat(client.next()).isEqualTo("TEXT " + EVENT);
    }
  }

  @Test
  void aServerThatDripsCanBeClosed() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.inject(Fault.slowDrip(1, Duration.ofHours(1)));
      garm.emitRaw(EVENT);
      assertThat(client.socket().getInputStream().read()).isEqualTo(0x81);
      garm.close();

      assertThat(client.socket().getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void faultsThatMakeNoSense() {
    assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> Fault.silentDrop(0));
    assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> Fault.reorder(1));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Fault.slowDrip(0, Duration.ZERO));
  }

  @Test
  void garbageText() throws IOException {
    assertTextInBetween(Fault.garbageText(), "upstream connect error or disconnect");
  }

  @Test
  void invalidJson() throws IOException {
    assertTextInBetween(
        Fault.invalidJson(),
        "{\"entity-type\":\"instance\",\"operation\":\"update\",\"payload\":{\"id\":");
  }

  private void assertTextInBetween(Fault fault, String text) throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL);
        RawClient unfiltered = RawClient.upgraded(garm)) {
      garm.emitRaw(EVENT);
      garm.inject(fault);
      garm.emitRaw(EVENT);

      assertThat(List.of(client.next(), client.next(), client.next()))
          .containsExactly("TEXT " + EVENT, "TEXT " + text, "TEXT " + EVENT);
      assertThat(unfiltered.next()).isEqualTo("TEXT " + text);
    }
  }
}
