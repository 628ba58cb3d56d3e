package dev.infraevents.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.Bytes;
import dev.infraevents.testkit.junit.LeakCheck;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(LeakCheck.class)
class OverlapFilterTest {

  private static final long OLD = 7;
  private static final long NEW = 8;

  private final OverlapFilter filter = new OverlapFilter(NEW);

  static LongStream seeds() {
    return LongStream.range(0, 50);
  }

  /** However two copies of a stream interleave, what comes out is the stream as a multiset. */
  @ParameterizedTest
  @MethodSource("seeds")
  void everyMessageComesOutAsOftenAsItWasSent(long seed) {
    Random random = new Random(seed);
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      sent.add("m" + random.nextInt(6));
    }
    Map<String, Integer> out = new HashMap<>();
    int onOld = 0;
    int onNew = 0;
    while (onOld < sent.size() || onNew < sent.size()) {
      boolean old = onNew == sent.size() || (onOld < sent.size() && random.nextBoolean());
      String message = sent.get(old ? onOld++ : onNew++);
      if (filter.isFirst(old ? OLD : NEW, Bytes.ofUtf8(message))) {
        out.merge(message, 1, Integer::sum);
      }
    }
    Map<String, Integer> expected = new HashMap<>();
    sent.forEach(message -> expected.merge(message, 1, Integer::sum));
    assertThat(out).isEqualTo(expected);
  }

  @Test
  void textAndBytesOfTheSameMessageAreTheSame() {
    assertThat(filter.isFirst(OLD, Bytes.ofUtf8("ü"))).isTrue();
    assertThat(filter.isFirst(NEW, Bytes.of(new byte[] {(byte) 0xC3, (byte) 0xBC}))).isFalse();
  }

  @Test
  void whenOneIsLeftNothingOfTheOtherPasses() {
    filter.end(NEW);
    assertThat(filter.isFirst(OLD, Bytes.ofUtf8("b"))).isFalse();
    assertThat(filter.isFirst(NEW, Bytes.ofUtf8("b"))).isTrue();
  }

  @Test
  void whatTheOneThatIsGoneWasQuickerToBringIsNotRepeated() {
    filter.isFirst(OLD, Bytes.ofUtf8("a"));
    filter.isFirst(OLD, Bytes.ofUtf8("b"));
    filter.isFirst(NEW, Bytes.ofUtf8("b"));
    filter.end(NEW);
    assertThat(filter.isFirst(NEW, Bytes.ofUtf8("a"))).isFalse();
    assertThat(filter.isFirst(NEW, Bytes.ofUtf8("a"))).isTrue();
    assertThat(filter.isFirst(NEW, Bytes.ofUtf8("b"))).isTrue();
  }

  @Test
  void whatOnlyTheOldOneBroughtBeforeTheChangeOverPassesWhenItIsSaidAgain() {
    filter.isFirst(OLD, Bytes.ofUtf8("before"));
    filter.isFirst(OLD, Bytes.ofUtf8("both"));
    filter.changeOver();
    filter.isFirst(NEW, Bytes.ofUtf8("both"));
    filter.isFirst(OLD, Bytes.ofUtf8("after"));
    filter.isOver();
    filter.isFirst(OLD, Bytes.ofUtf8("last"));
    filter.end(NEW);
    assertThat(filter.isFirst(NEW, Bytes.ofUtf8("before"))).isTrue();
    assertThat(filter.isFirst(NEW, Bytes.ofUtf8("both"))).isTrue();
    assertThat(filter.isFirst(NEW, Bytes.ofUtf8("after"))).isFalse();
    assertThat(filter.isFirst(NEW, Bytes.ofUtf8("last"))).isFalse();
  }

  @Test
  void theOverlapIsOverAWhileAfterAMessageCameOnBoth() {
    filter.isFirst(OLD, Bytes.ofUtf8("a"));
    filter.changeOver();
    assertThat(filter.isOver()).as("silence shows nothing to wait for").isTrue();
    filter.isFirst(OLD, Bytes.ofUtf8("b"));
    assertThat(filter.isOver()).isFalse();
    filter.isFirst(NEW, Bytes.ofUtf8("c"));
    assertThat(filter.isOver()).isFalse();
    filter.isFirst(NEW, Bytes.ofUtf8("b"));
    assertThat(filter.isOver()).as("its neighbours may still come").isFalse();
    assertThat(filter.isOver()).isTrue();
  }

  @Test
  void pastItsBoundItLetsThroughRatherThanForget() {
    for (int i = 0; i < 20_000; i++) {
      assertThat(filter.isFirst(OLD, Bytes.ofUtf8("m" + i))).isTrue();
    }
    assertThat(filter.isFirst(OLD, Bytes.ofUtf8("more"))).isTrue();
    assertThat(filter.isFirst(NEW, Bytes.ofUtf8("more"))).isTrue();
    assertThat(filter.isFirst(NEW, Bytes.ofUtf8("m1"))).isFalse();
  }
}
