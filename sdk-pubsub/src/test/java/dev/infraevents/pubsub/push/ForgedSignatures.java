package dev.infraevents.pubsub.push;

import static dev.infraevents.pubsub.push.RefusalReason.BAD_SIGNATURE;
import static dev.infraevents.pubsub.push.RefusalReason.MALFORMED_TOKEN;
import static dev.infraevents.pubsub.push.RefusalReason.NO_KEY_ID;
import static dev.infraevents.pubsub.push.RefusalReason.UNSUPPORTED_HEADER;
import static dev.infraevents.pubsub.push.RefusalReason.WRONG_ALGORITHM;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.infraevents.testkit.pubsub.PushKey;
import dev.infraevents.testkit.pubsub.PushSender;
import dev.infraevents.testkit.pubsub.PushTokenBuilder;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Tokens that are signed in the wrong way, or not by Google. */
final class ForgedSignatures {

  private final ForgedPushes forged;
  private final PushSender pubsub;

  private ForgedSignatures(ForgedPushes forged) {
    this.forged = forged;
    this.pubsub = forged.pubsub;
  }

  static void addTo(ForgedPushes forged) {
    var these = new ForgedSignatures(forged);
    these.algorithms();
    these.signatures();
  }

  private void algorithms() {
    PushKey key = pubsub.keys().current();
    byte[] der = key.publicKey().getEncoded();
    String pem =
        "-----BEGIN PUBLIC KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
            + "\n-----END PUBLIC KEY-----\n";
    Map<String, byte[]> secrets =
        Map.of(
            "nothing", new byte[] {0},
            "the public key", der,
            "its PEM", pem.getBytes(UTF_8),
            "its PEM without line end", pem.strip().getBytes(UTF_8),
            "its modulus", key.publicKey().getModulus().toByteArray(),
            "its certificate", key.certificatePem().getBytes(UTF_8));
    for (String none : List.of("none", "None", "NONE", "nOnE")) {
      // Such tokens end with a dot, and are refused for that; with a signature for their
      // name.
      forged.token(MALFORMED_TOKEN, none + ", unsigned", t -> t.algorithm(none));
      forged.token(WRONG_ALGORITHM, none + ", signed", t -> t.header("alg", none));
    }
    for (String bits : List.of("256", "384", "512")) {
      secrets.forEach(
          (name, secret) ->
              forged.token(
                  WRONG_ALGORITHM,
                  "HS" + bits + " with " + name,
                  t -> t.hmac("HS" + bits, secret)));
      forged.token(WRONG_ALGORITHM, "PS" + bits, t -> t.algorithm("PS" + bits));
      forged.token(WRONG_ALGORITHM, "ES" + bits, t -> t.algorithm("ES" + bits));
    }
    for (String name : List.of("RS384", "RS512")) {
      forged.token(WRONG_ALGORITHM, name, t -> t.algorithm(name));
    }
    for (Object name :
        List.of(
            "rs256",
            "Rs256",
            "RS256 ",
            " RS256",
            "RS256\u0000",
            "",
            "EdDSA",
            256,
            true,
            List.of("RS256"),
            Map.of("name", "RS256"))) {
      forged.token(WRONG_ALGORITHM, "alg " + name, t -> t.header("alg", name));
    }
    forged.token(WRONG_ALGORITHM, "alg null", t -> t.header("alg", null));
    forged.token(WRONG_ALGORITHM, "no alg", t -> t.withoutHeader("alg"));
    forged.token(
        BAD_SIGNATURE,
        "RS512 under the name of RS256",
        t -> t.algorithm("RS512").header("alg", "RS256"));
    forged.token(
        BAD_SIGNATURE,
        "HS256 under the name of RS256",
        t -> t.hmac("HS256", pem.getBytes(UTF_8)).header("alg", "RS256"));
    forged.token(UNSUPPORTED_HEADER, "crit", t -> t.header("crit", List.of("exp")));
    forged.token(UNSUPPORTED_HEADER, "crit empty", t -> t.header("crit", List.of()));
    forged.token(UNSUPPORTED_HEADER, "crit null", t -> t.header("crit", null));
    forged.token(
        UNSUPPORTED_HEADER, "crit b64", t -> t.header("crit", List.of("b64")).header("b64", false));
    for (Object type : List.of("JWE", "at+jwt", "jwt", "", "JOSE", 1, List.of("JWT"))) {
      forged.token(UNSUPPORTED_HEADER, "typ " + type, t -> t.header("typ", type));
    }
    forged.token(UNSUPPORTED_HEADER, "typ null", t -> t.header("typ", null));
    forged.token(NO_KEY_ID, "no kid", t -> t.withoutHeader("kid"));
    for (Object kid : List.of("", 1, true, List.of("x"), Map.of(), "k".repeat(257))) {
      forged.token(NO_KEY_ID, "kid " + kid, t -> t.header("kid", kid));
    }
    forged.token(NO_KEY_ID, "kid null", t -> t.header("kid", null));
  }

  private void signatures() {
    PushKey key = pubsub.keys().current();
    forged.token(BAD_SIGNATURE, "one bit", PushTokenBuilder::badlySigned);
    forged.token(BAD_SIGNATURE, "another listed key", t -> t.signedBy(forged.otherListed));
    forged.token(BAD_SIGNATURE, "an unlisted key", t -> t.signedBy(forged.unlisted));
    forged.token(BAD_SIGNATURE, "all zero", t -> t.signature(s -> new byte[s.length]));
    forged.token(BAD_SIGNATURE, "all ones", t -> t.signature(s -> filled(s.length)));
    forged.token(BAD_SIGNATURE, "one byte", t -> t.signature(s -> new byte[1]));
    forged.token(
        BAD_SIGNATURE, "a byte short", t -> t.signature(s -> Arrays.copyOf(s, s.length - 1)));
    forged.token(
        BAD_SIGNATURE, "a byte more", t -> t.signature(s -> Arrays.copyOf(s, s.length + 1)));
    forged.token(BAD_SIGNATURE, "a zero byte before", t -> t.signature(ForgedSignatures::shifted));
    forged.token(
        BAD_SIGNATURE, "twice as long", t -> t.signature(s -> Arrays.copyOf(s, 2 * s.length)));
    String[] part = pubsub.token().mint().split("\\.");
    String claims = base64(pubsub.token().claim("email", "me@example.com").claimsJson());
    forged.authorization(BAD_SIGNATURE, "claims exchanged", part[0] + "." + claims + "." + part[2]);
    for (String name : List.of("jwk", "jku", "x5u", "x5c")) {
      Object value =
          switch (name) {
            case "jwk" -> Map.of("kty", "RSA", "kid", key.id());
            case "x5c" -> List.of("MIIB");
            default -> pubsub.keys().jwksUrl().toString();
          };
      forged.token(
          BAD_SIGNATURE, "brings " + name, t -> t.signedBy(forged.unlisted).header(name, value));
    }
  }

  private static byte[] shifted(byte[] signature) {
    byte[] longer = new byte[signature.length + 1];
    System.arraycopy(signature, 0, longer, 1, signature.length);
    return longer;
  }

  private static byte[] filled(int length) {
    byte[] ones = new byte[length];
    Arrays.fill(ones, (byte) 0xFF);
    return ones;
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
  }
}
