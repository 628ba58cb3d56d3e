package dev.infraevents.internal.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import java.time.Duration;
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

    time.advance(MINUTE);
    assertThat(store.contains("a")).isTrue();
    time.advance(Duration.ofNanos(1));
    assertThat(store.contains("a")).isFalse();
  }

  @Test
  void addingAgainBeginsTheWindowAnew() {
    var store = new InMemoryDedupeStore(MINUTE, 10, time::nanoTime);
    store.add("a");
    time.advance(Duration.ofSeconds(40));
    store.add("a");

    time.advance(Duration.ofSeconds(40));

    assertThat(store.contains("a")).isTrue();
  }

  @Test
  void forgetsTheOldestWhenItIsFull() {
    var store = new InMemoryDedupeStore(MINUTE, 2, time::nanoTime);
    store.add("a");
    store.add("b");
    store.add("a");

    store.add("c");

    assertThat(store.contains("a")).isTrue();
    assertThat(store.contains("b")).isFalse();
    assertThat(store.contains("c")).isTrue();
  }

  @Test
  void needsRoomForOne() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new InMemoryDedupeStore(MINUTE, 0, time::nanoTime));
  }
}
