package dev.infraevents.internal.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class InMemoryDedupeStoreTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final VirtualTime time = new VirtualTime();

  @Test
  void remembersForTheWindowAlsoWhenTheTickerOverflows() {
    var store = new InMemoryDedupeStore(MINUTE, 10, time::nanoTime);
    time.advance(Duration.ofSeconds(30));
    store.add("a");

    for (int i = 0; i < 60; i++) {
      time.advance(Duration.ofSeconds(1));
      assertThat(store.contains("a")).isTrue();
    }
  }

  @Test
  void forgetsWithinTwiceTheWindow() {
    var store = new InMemoryDedupeStore(MINUTE, 10, time::nanoTime);
    store.add("a");

    time.advance(MINUTE.plusNanos(1));
    assertThat(store.contains("a")).isTrue();
    time.advance(MINUTE.plusNanos(1));
    assertThat(store.contains("a")).isFalse();
  }

  @Test
  void forgetsWithinTwiceTheWindowAlsoIfNobodyAsks() {
    var store = new InMemoryDedupeStore(MINUTE, 10, time::nanoTime);
    store.add("a");

    time.advance(MINUTE.multipliedBy(2).plusNanos(1));

    assertThat(store.contains("a")).isFalse();
  }

  @Test
  void addingAgainBeginsTheWindowAnew() {
    var store = new InMemoryDedupeStore(MINUTE, 10, time::nanoTime);
    store.add("a");
    time.advance(Duration.ofSeconds(61));
    store.add("a");

    time.advance(MINUTE);

    assertThat(store.contains("a")).isTrue();
  }

  @Test
  void forgetsTheOlderHalfWhenItIsFull() {
    var store = new InMemoryDedupeStore(MINUTE, 4, time::nanoTime);
    List.of("a", "b", "c", "d").forEach(store::add);
    assertThat(List.of("a", "b", "c", "d")).allMatch(store::contains);

    store.add("e");

    assertThat(List.of("a", "b")).noneMatch(store::contains);
    assertThat(List.of("c", "d", "e")).allMatch(store::contains);
  }

  @Test
  void needsRoomForTwo() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new InMemoryDedupeStore(MINUTE, 1, time::nanoTime));
  }
}
