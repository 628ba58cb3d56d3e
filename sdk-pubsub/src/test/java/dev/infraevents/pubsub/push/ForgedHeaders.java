package dev.infraevents.pubsub.push;

import static dev.infraevents.pubsub.push.RefusalReason.MALFORMED_TOKEN;
import static dev.infraevents.pubsub.push.RefusalReason.NOT_BEARER;
import static dev.infraevents.pubsub.push.RefusalReason.NO_AUTHORIZATION;
import static dev.infraevents.pubsub.push.RefusalReason.SEVERAL_AUTHORIZATIONS;
import static dev.infraevents.pubsub.push.RefusalReason.TOKEN_TOO_LONG;

import dev.infraevents.testkit.pubsub.PushSender;

/** Headers that hold no token, or more than one. */
final class ForgedHeaders {

  private final ForgedPushes forged;
  private final PushSender pubsub;

  private ForgedHeaders(ForgedPushes forged) {
    this.forged = forged;
    this.pubsub = forged.pubsub;
  }

  static void addTo(ForgedPushes forged) {
    var these = new ForgedHeaders(forged);
    these.headers();
  }

  private void headers() {
    String token = pubsub.token().mint();
    String bearer = "Bearer " + token;
    forged.header(NO_AUTHORIZATION, "none");
    forged.header(SEVERAL_AUTHORIZATIONS, "twice the same", bearer, bearer);
    forged.header(SEVERAL_AUTHORIZATIONS, "a genuine and another", bearer, "Basic YTpi");
    forged.header(SEVERAL_AUTHORIZATIONS, "another and a genuine", "", bearer);
    forged.header(SEVERAL_AUTHORIZATIONS, "folded", bearer + ", " + bearer);
    forged.header(SEVERAL_AUTHORIZATIONS, "folded without space", bearer + "," + bearer);
    forged.header(SEVERAL_AUTHORIZATIONS, "comma at the end", bearer + ",");
    forged.header(NOT_BEARER, "extra token", bearer + " " + token);
    forged.header(NOT_BEARER, "empty", "");
    forged.header(NOT_BEARER, "Basic", "Basic YTpi");
    forged.header(NOT_BEARER, "no scheme", token);
    forged.header(NOT_BEARER, "scheme without space", "Bearer" + token);
    forged.header(NOT_BEARER, "longer scheme", "Bearers " + token);
    forged.header(NOT_BEARER, "scheme only", "Bearer");
    forged.header(NOT_BEARER, "empty token", "Bearer ");
    forged.header(NOT_BEARER, "two spaces", "Bearer  " + token);
    forged.header(NOT_BEARER, "tab", "Bearer\t" + token);
    forged.header(NOT_BEARER, "space before", " " + bearer);
    forged.header(NOT_BEARER, "space after", bearer + " ");
    for (char c : new char[] {' ', '\t', '\r', '\n', 0, 0x1f, 0x7f, 0x85, 0xa0, 0x2028}) {
      forged.header(NOT_BEARER, "character " + (int) c, "Bearer " + inserted(token, 30, c));
    }
    forged.header(TOKEN_TOO_LONG, "one too long", "Bearer " + "a".repeat(8193));
    forged.header(TOKEN_TOO_LONG, "10 MB", "Bearer " + "a".repeat(10_000_000));
    forged.header(MALFORMED_TOKEN, "as long as may be", "Bearer " + "a".repeat(8192));
  }

  private static String inserted(String text, int at, char c) {
    return text.substring(0, at) + c + text.substring(at);
  }
}
