package dev.infraevents.pubsub.push;

import static dev.infraevents.pubsub.push.RefusalReason.EMAIL_NOT_VERIFIED;
import static dev.infraevents.pubsub.push.RefusalReason.WRONG_SERVICE_ACCOUNT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import dev.infraevents.testkit.pubsub.PushSender;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way in which a token can be wrong: refused for its reason, and no key is asked for. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PushVerifierRefusalTest {

  @RegisterExtension static final LeakCheck LEAKS = LeakCheck.perClass();

  private final VirtualTime time = new VirtualTime();
  private final TimeSource timeSource = new TimeSource(time.clock(), time::nanoTime, time);
  private final PushSender pubsub = PushSender.builder().time(timeSource).start();
  private final PushVerifier verifier =
      PushVerifier.builder()
          .audience(pubsub.audience())
          .serviceAccount(pubsub.email())
          .certsUrl(pubsub.keys().jwksUrl())
          .timeSource(timeSource)
          .build();

  @AfterAll
  void close() {
    pubsub.close();
  }

  List<ForgedPush> forged() {
    return ForgedPushes.all(pubsub, time.clock().instant());
  }

  @Test
  void theGenuineTokenIsAccepted() {
    assertThat(verifier.verify(List.of("Bearer " + pubsub.token().mint())))
        .isInstanceOf(PushVerdict.Accepted.class);
    assertThat(verifier.verify(List.of("bEARER " + pubsub.token().mint())))
        .isInstanceOf(PushVerdict.Accepted.class);
  }

  @ParameterizedTest
  @MethodSource("forged")
  void aForgedTokenIsRefused(ForgedPush forged) {
    verifier.verify(List.of("Bearer " + pubsub.token().mint())); // so that the keys are there
    int fetches = pubsub.keys().fetches();

    PushVerdict verdict = verifier.verify(forged.authorization());

    assertThat(verdict).isEqualTo(new PushVerdict.Refused(forged.reason()));
    assertThat(((PushVerdict.Refused) verdict).status())
        .isEqualTo(
            forged.reason() == WRONG_SERVICE_ACCOUNT || forged.reason() == EMAIL_NOT_VERIFIED
                ? 403
                : 401);
    assertThat(pubsub.keys().fetches()).isEqualTo(fetches);
  }
}
