package dev.infraevents;

import static dev.infraevents.SourceState.BACKING_OFF;
import static dev.infraevents.SourceState.CLOSED;
import static dev.infraevents.SourceState.CONNECTING;
import static dev.infraevents.SourceState.DRAINING;
import static dev.infraevents.SourceState.FAILED;
import static dev.infraevents.SourceState.IDLE;
import static dev.infraevents.SourceState.STREAMING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.testkit.junit.LeakCheck;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class SourceStateTest {

  private static final Map<SourceState, Set<SourceState>> LEGAL =
      Map.of(
          IDLE, Set.of(CONNECTING, DRAINING),
          CONNECTING, Set.of(STREAMING, BACKING_OFF, DRAINING),
          STREAMING, Set.of(CONNECTING, BACKING_OFF, DRAINING),
          BACKING_OFF, Set.of(CONNECTING, DRAINING),
          DRAINING, Set.of(CLOSED, FAILED),
          CLOSED, Set.of(),
          FAILED, Set.of());

  @ParameterizedTest
  @EnumSource
  void onlyTheLegalTransitionsAreAllowed(SourceState state) {
    Set<SourceState> allowed =
        Arrays.stream(SourceState.values()).filter(state::canBecome).collect(Collectors.toSet());
    assertThat(allowed).isEqualTo(LEGAL.get(state));
    assertThat(state.isFinal()).isEqualTo(allowed.isEmpty());
  }
}
