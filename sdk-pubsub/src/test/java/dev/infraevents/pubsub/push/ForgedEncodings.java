package dev.infraevents.pubsub.push;

import static dev.infraevents.pubsub.push.RefusalReason.MALFORMED_TOKEN;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.infraevents.testkit.pubsub.PushSender;
import java.util.List;
import java.util.function.UnaryOperator;

/** Tokens that are not written as tokens are. */
final class ForgedEncodings {

  private static final String BASE64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  private final ForgedPushes forged;
  private final PushSender pubsub;

  private ForgedEncodings(ForgedPushes forged) {
    this.forged = forged;
    this.pubsub = forged.pubsub;
  }

  static void addTo(ForgedPushes forged) {
    var these = new ForgedEncodings(forged);
    these.segments();
    these.contents();
  }

  private void segments() {
    String token = pubsub.token().mint();
    String[] part = token.split("\\.");
    forged.malformed("two segments", part[0] + "." + part[1]);
    forged.malformed("one segment", part[0]);
    forged.malformed("four segments", token + "." + part[2]);
    forged.malformed(
        "five segments, as encrypted ones have", token + "." + part[1] + "." + part[2]);
    forged.malformed("dot at the end", token + ".");
    forged.malformed("dot at the start", "." + token);
    forged.malformed("dots only", "..");
    forged.malformed("no header", "." + part[1] + "." + part[2]);
    forged.malformed("no claims", part[0] + ".." + part[2]);
    forged.malformed("no signature", part[0] + "." + part[1] + ".");
    forged.malformed("padding after the signature", token + "==");
    forged.malformed("non-zero trailing bits", part[0] + "." + part[1] + "." + loosened(part[2]));
    forged.malformed("one character is no byte", part[0] + "." + part[1] + "." + part[2] + "AAA");
    for (char c : "+/=~%".toCharArray()) {
      forged.malformed("character " + c, inserted(token, token.length() - 3, c));
    }
    segment("padding", segment -> segment + "=".repeat((4 - segment.length() % 4) % 4 + 1));
    segment("non-zero trailing bits", ForgedEncodings::loosened);
    segment("alphabet of base64", segment -> inserted(segment, 4, '+') + "///");
    segment("one character too many", ForgedEncodings::oneTooMany);
  }

  private void contents() {
    String header = pubsub.token().headerJson();
    String claims = pubsub.token().claimsJson();
    for (String json :
        List.of("", "null", "[]", "\"x\"", "1", "{", "{}{}", "{} x", "{'a':1}", "{a:1}")) {
      content("not an object: " + json, json.getBytes(UTF_8), json.getBytes(UTF_8));
    }
    for (String extra :
        List.of(
            "\"deep\":" + "[".repeat(9) + "]".repeat(9),
            "\"deep\":" + "{\"a\":".repeat(9) + "1" + "}".repeat(9),
            "\"twice\":1,\"twice\":1",
            "\"twice\":1,\"tw\\u0069ce\":2",
            "\"inner\":{\"twice\":1,\"twice\":2}",
            "\"number\":" + "1".repeat(40),
            "\"number\":NaN",
            "\"number\":01",
            "\"text\":\"\u0001\"",
            "/* comment */\"a\":1")) {
      content(extra, with(header, extra), with(claims, extra));
    }
    content("alg twice", with(header, "\"alg\":\"RS256\""), with(claims, "\"exp\":1,\"exp\":1"));
    content("kid twice", with(header, "\"kid\":\"x\""), with(claims, "\"aud\":\"x\""));
    content("trailing object", (header + "{}").getBytes(UTF_8), (claims + "{}").getBytes(UTF_8));
    content("invalid UTF-8", bytes(header, 0xC3, 0x28), bytes(claims, 0xC3, 0x28));
    content("overlong UTF-8", bytes(header, 0xC0, 0xAF), bytes(claims, 0xC0, 0xAF));
    content("surrogate in UTF-8", bytes(header, 0xED, 0xA0, 0x80), bytes(claims, 0xED, 0xA0, 0x80));
    content("UTF-16", header.getBytes(UTF_16BE), claims.getBytes(UTF_16BE));
    content(
        "byte order mark",
        ("\uFEFF" + header).getBytes(UTF_8),
        ("\uFEFF" + claims).getBytes(UTF_8));
  }

  private void segment(String name, UnaryOperator<String> change) {
    forged.token(MALFORMED_TOKEN, name + " in the header", t -> t.headerSegment(change));
    forged.token(MALFORMED_TOKEN, name + " in the claims", t -> t.claimsSegment(change));
  }

  private void content(String name, byte[] header, byte[] claims) {
    forged.token(MALFORMED_TOKEN, "header with " + name, t -> t.headerContent(header));
    forged.token(MALFORMED_TOKEN, "claims with " + name, t -> t.claimsContent(claims));
  }

  private static byte[] with(String json, String members) {
    return (json.substring(0, json.length() - 1) + "," + members + "}").getBytes(UTF_8);
  }

  private static byte[] bytes(String json, int... values) {
    StringBuilder text = new StringBuilder("{\"x\":\"");
    for (int value : values) {
      text.append((char) value);
    }
    return text.append("\",").append(json.substring(1)).toString().getBytes(ISO_8859_1);
  }

  private static String inserted(String text, int at, char c) {
    return text.substring(0, at) + c + text.substring(at);
  }

  /** Sets a bit of the last character that belongs to no byte; cuts a byte off if there is none. */
  private static String loosened(String segment) {
    String odd = segment.length() % 4 == 0 ? segment.substring(0, segment.length() - 1) : segment;
    int last = BASE64.indexOf(odd.charAt(odd.length() - 1));
    return odd.substring(0, odd.length() - 1) + BASE64.charAt(last | 1);
  }

  private static String oneTooMany(String segment) {
    return segment + "A".repeat((5 - segment.length() % 4) % 4);
  }
}
