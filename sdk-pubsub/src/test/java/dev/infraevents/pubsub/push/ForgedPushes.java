package dev.infraevents.pubsub.push;

import static dev.infraevents.pubsub.push.RefusalReason.MALFORMED_TOKEN;

import dev.infraevents.testkit.pubsub.PushKey;
import dev.infraevents.testkit.pubsub.PushSender;
import dev.infraevents.testkit.pubsub.PushTokenBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Every way in which the authorization of a push can be wrong. */
final class ForgedPushes {

  final PushSender pubsub;
  final PushKey otherListed;
  final PushKey unlisted;
  final Instant now;

  private final List<ForgedPush> pushes = new ArrayList<>();

  private ForgedPushes(PushSender pubsub, PushKey otherListed, Instant now) {
    this.pubsub = pubsub;
    this.otherListed = otherListed;
    this.unlisted = pubsub.keys().newKey();
    this.now = now;
  }

  /**
   * Makes them all.
   *
   * @param pubsub publishes two keys from now on
   * @param now its time
   */
  static List<ForgedPush> all(PushSender pubsub, Instant now) {
    PushKey otherListed = pubsub.keys().newKey();
    pubsub.keys().publish(pubsub.keys().current(), otherListed);
    ForgedPushes forged = new ForgedPushes(pubsub, otherListed, now);
    ForgedHeaders.addTo(forged);
    ForgedEncodings.addTo(forged);
    ForgedSignatures.addTo(forged);
    ForgedClaims.addTo(forged);
    return List.copyOf(forged.pushes);
  }

  void header(RefusalReason reason, String name, String... values) {
    pushes.add(new ForgedPush(reason, name, List.of(values)));
  }

  void authorization(RefusalReason reason, String name, String token) {
    header(reason, name, "Bearer " + token);
  }

  void malformed(String name, String token) {
    authorization(MALFORMED_TOKEN, name, token);
  }

  void token(RefusalReason reason, String name, Consumer<PushTokenBuilder> change) {
    PushTokenBuilder token = pubsub.token();
    change.accept(token);
    authorization(reason, name, token.mint());
  }
}
