package dev.infraevents.pubsub.push;

import static dev.infraevents.pubsub.push.RefusalReason.EMAIL_NOT_VERIFIED;
import static dev.infraevents.pubsub.push.RefusalReason.EXPIRED;
import static dev.infraevents.pubsub.push.RefusalReason.INVALID_LIFETIME;
import static dev.infraevents.pubsub.push.RefusalReason.NOT_YET_VALID;
import static dev.infraevents.pubsub.push.RefusalReason.WRONG_AUDIENCE;
import static dev.infraevents.pubsub.push.RefusalReason.WRONG_ISSUER;
import static dev.infraevents.pubsub.push.RefusalReason.WRONG_SERVICE_ACCOUNT;

import dev.infraevents.testkit.pubsub.PushSender;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Tokens that Google signed, but not for us, or not for now. */
final class ForgedClaims {

  private final ForgedPushes forged;
  private final PushSender pubsub;

  private ForgedClaims(ForgedPushes forged) {
    this.forged = forged;
    this.pubsub = forged.pubsub;
  }

  static void addTo(ForgedPushes forged) {
    var these = new ForgedClaims(forged);
    these.times();
    these.identities();
  }

  private void times() {
    long now = forged.now.getEpochSecond();
    for (String name : List.of("exp", "iat")) {
      forged.token(INVALID_LIFETIME, "no " + name, t -> t.withoutClaim(name));
    }
    for (String name : List.of("exp", "iat", "nbf")) {
      for (Object value :
          List.of(
              Long.toString(now),
              "",
              true,
              now + 0.5,
              -1,
              Long.MIN_VALUE,
              Long.MAX_VALUE,
              new BigInteger("9".repeat(30)),
              253_402_300_800L,
              List.of(now))) {
        forged.token(INVALID_LIFETIME, name + " " + value, t -> t.claim(name, value));
      }
      forged.token(INVALID_LIFETIME, name + " null", t -> t.claim(name, null));
    }
    forged.token(INVALID_LIFETIME, "exp at the end of time", t -> t.claim("exp", 253_402_300_799L));
    forged.token(INVALID_LIFETIME, "exp before iat", t -> t.claim("exp", now - 1));
    forged.token(INVALID_LIFETIME, "lives too long", t -> t.claim("exp", now + 3661));
    forged.token(EXPIRED, "expired", t -> t.issuedAt(at(now - 3660)));
    forged.token(EXPIRED, "expired long ago", t -> t.issuedAt(at(now - 100_000)));
    forged.token(EXPIRED, "at the beginning of time", t -> t.claim("iat", 0).claim("exp", 0));
    forged.token(NOT_YET_VALID, "issued in the future", t -> t.issuedAt(at(now + 61)));
    forged.token(NOT_YET_VALID, "issued far in the future", t -> t.issuedAt(at(now + 100_000)));
    forged.token(NOT_YET_VALID, "not before the future", t -> t.claim("nbf", now + 61));
  }

  private void identities() {
    forged.token(WRONG_ISSUER, "no iss", t -> t.withoutClaim("iss"));
    forged.token(WRONG_ISSUER, "iss null", t -> t.claim("iss", null));
    for (Object issuer :
        List.of(
            "",
            "https://accounts.google.com/",
            "http://accounts.google.com",
            "https://x.accounts.google.com",
            "accounts.google.com.example.com",
            "https://ACCOUNTS.google.com",
            " accounts.google.com",
            "google.com",
            List.of("https://accounts.google.com"),
            1)) {
      forged.token(WRONG_ISSUER, "iss " + issuer, t -> t.claim("iss", issuer));
    }
    forged.token(WRONG_AUDIENCE, "no aud", t -> t.withoutClaim("aud"));
    forged.token(WRONG_AUDIENCE, "aud null", t -> t.claim("aud", null));
    for (Object audience :
        List.of(
            "",
            "https://hooks.example.com/foundries/",
            "https://hooks.example.com",
            "https://hooks.example.com:443/foundries",
            "http://hooks.example.com/foundries",
            "https://hooks.example.com/Foundries",
            "https://hooks.example.com/foundries?a",
            "https://other.example.com/foundries",
            "*",
            List.of("https://hooks.example.com/foundries"),
            1)) {
      forged.token(WRONG_AUDIENCE, "aud " + audience, t -> t.claim("aud", audience));
    }
    forged.token(WRONG_SERVICE_ACCOUNT, "no email", t -> t.withoutClaim("email"));
    forged.token(WRONG_SERVICE_ACCOUNT, "email null", t -> t.claim("email", null));
    for (Object email :
        List.of(
            "",
            "mallory@evil.iam.gserviceaccount.com",
            pubsub.email() + " ",
            pubsub.email().toUpperCase(Locale.ROOT),
            List.of(pubsub.email()),
            1)) {
      forged.token(WRONG_SERVICE_ACCOUNT, "email " + email, t -> t.claim("email", email));
    }
    forged.token(WRONG_SERVICE_ACCOUNT, "no sub", t -> t.withoutClaim("sub"));
    forged.token(EMAIL_NOT_VERIFIED, "email_verified false", t -> t.claim("email_verified", false));
    forged.token(EMAIL_NOT_VERIFIED, "no email_verified", t -> t.withoutClaim("email_verified"));
    for (Object verified : List.of("true", "", 1, List.of(true), Map.of())) {
      forged.token(
          EMAIL_NOT_VERIFIED,
          "email_verified " + verified,
          t -> t.claim("email_verified", verified));
    }
    forged.token(EMAIL_NOT_VERIFIED, "email_verified null", t -> t.claim("email_verified", null));
  }

  private static Instant at(long seconds) {
    return Instant.ofEpochSecond(seconds);
  }
}
