package dev.infraevents.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.ConfigurationException;
import dev.infraevents.Token;
import dev.infraevents.testing.connection.LogCapture;
import dev.infraevents.testing.connection.SupervisorRig;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class TroubleLogTest {

  private final SupervisorRig rig = new SupervisorRig();
  private final LogCapture log = new LogCapture();

  @AfterEach
  void stopCapturing() {
    log.close();
  }

  @Test
  void aConnectionThatWorksSaysNothing() {
    rig.start();
    rig.connection().streams().sends("a");
    rig.keepsAliveFor(Duration.ofMinutes(10));
    assertThat(log.all()).isEmpty();
  }

  @Test
  void oneLineWhenTroubleStartsAndOneWhenItIsOver() {
    rig.random = 0.5;
    rig.start();
    rig.connection().streams().breaks();
    for (int i = 0; i < 20; i++) {
      rig.reconnects().breaks();
    }
    assertThat(log.lines())
        .containsExactly(
            "WARNING wss://events.example.com: connection reset; next attempt in 125 ms");
    assertThat(log.all()).hasSize(21);
    rig.reconnects().streams();
    assertThat(log.lines())
        .hasSize(2)
        .last()
        .isEqualTo("INFO wss://events.example.com: connected again");
  }

  @Test
  void theNextTroubleIsSaidAgain() {
    rig.start();
    rig.connection().breaks();
    rig.reconnects().streams();
    rig.connection().breaks();
    assertThat(log.lines()).hasSize(3);
  }

  @Test
  void givingUpIsSaid() {
    rig.start();
    rig.connection().breaks();
    rig.reconnects().fails(new ConfigurationException("the filter {0} is bad", null));
    assertThat(log.lines())
        .hasSize(2)
        .last()
        .isEqualTo("WARNING wss://events.example.com: the filter {0} is bad; giving up");
  }

  @Test
  void aTokenThatCanNotBeRenewedIsTroubleBeforeTheConnectionEnds() {
    rig.transport.withTokensThatEndConnections();
    boolean[] down = {false};
    rig.tokens =
        () -> {
          if (down[0]) {
            throw new IOException("secret detail");
          }
          return new Token("t" + rig.transport.attempts(), rig.now().plusSeconds(3600));
        };
    rig.start();
    rig.connection().streams();
    down[0] = true;
    rig.keepsAliveFor(Duration.ofMinutes(56));
    assertThat(log.lines())
        .singleElement()
        .asString()
        .startsWith(
            "WARNING wss://events.example.com: the token provider failed: java.io.IOException;");
    down[0] = false;
    int attempts = rig.transport.attempts();
    while (rig.transport.attempts() == attempts) {
      rig.keepsAliveFor(Duration.ofSeconds(1));
    }
    rig.connection().streams();
    assertThat(log.lines()).hasSize(2).last().asString().startsWith("INFO");
  }
}
