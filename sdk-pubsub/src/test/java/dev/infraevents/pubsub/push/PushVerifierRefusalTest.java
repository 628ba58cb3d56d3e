package dev.infraevents.pubsub.push;

import static dev.infraevents.pubsub.push.RefusalReason.BAD_SIGNATURE;
import static dev.infraevents.pubsub.push.RefusalReason.EMAIL_NOT_VERIFIED;
import static dev.infraevents.pubsub.push.RefusalReason.EXPIRED;
import static dev.infraevents.pubsub.push.RefusalReason.INVALID_LIFETIME;
import static dev.infraevents.pubsub.push.RefusalReason.MALFORMED_TOKEN;
import static dev.infraevents.pubsub.push.RefusalReason.NOT_BEARER;
import static dev.infraevents.pubsub.push.RefusalReason.NOT_YET_VALID;
import static dev.infraevents.pubsub.push.RefusalReason.NO_AUTHORIZATION;
import static dev.infraevents.pubsub.push.RefusalReason.NO_KEY_ID;
import static dev.infraevents.pubsub.push.RefusalReason.SEVERAL_AUTHORIZATIONS;
import static dev.infraevents.pubsub.push.RefusalReason.TOKEN_TOO_LONG;
import static dev.infraevents.pubsub.push.RefusalReason.UNSUPPORTED_HEADER;
import static dev.infraevents.pubsub.push.RefusalReason.WRONG_ALGORITHM;
import static dev.infraevents.pubsub.push.RefusalReason.WRONG_AUDIENCE;
import static dev.infraevents.pubsub.push.RefusalReason.WRONG_ISSUER;
import static dev.infraevents.pubsub.push.RefusalReason.WRONG_SERVICE_ACCOUNT;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import dev.infraevents.testkit.pubsub.PushKey;
import dev.infraevents.testkit.pubsub.PushSender;
import dev.infraevents.testkit.pubsub.PushTokenBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
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

  private static final String BASE64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  record Row(RefusalReason reason, String name, List<String> authorization) {
    @Override
    public String toString() {
      return reason + ": " + name;
    }
  }

  private final VirtualTime time = new VirtualTime();
  private final TimeSource timeSource = new TimeSource(time.clock(), time::nanoTime, time);
  private final PushSender pubsub = PushSender.builder().time(timeSource).start();
  private final PushKey otherListed = pubsub.keys().newKey();
  private final PushKey unlisted = pubsub.keys().newKey();
  private final PushVerifier verifier =
      PushVerifier.builder()
          .audience(pubsub.audience())
          .serviceAccount(pubsub.email())
          .certsUrl(pubsub.keys().jwksUrl())
          .timeSource(timeSource)
          .build();

  private final List<Row> rows = new ArrayList<>();

  PushVerifierRefusalTest() {
    pubsub.keys().publish(pubsub.keys().current(), otherListed);
  }

  @AfterAll
  void close() {
    pubsub.close();
  }

  @Test
  void theGenuineTokenIsAccepted() {
    assertThat(verifier.verify(List.of("Bearer " + pubsub.token().mint())))
        .isInstanceOf(PushVerdict.Accepted.class);
    assertThat(verifier.verify(List.of("bEARER " + pubsub.token().mint())))
        .isInstanceOf(PushVerdict.Accepted.class);
  }

  @ParameterizedTest
  @MethodSource("headers")
  void refusesHeader(Row row) {
    refuses(row);
  }

  @ParameterizedTest
  @MethodSource("segments")
  void refusesSegments(Row row) {
    refuses(row);
  }

  @ParameterizedTest
  @MethodSource("contents")
  void refusesContent(Row row) {
    refuses(row);
  }

  @ParameterizedTest
  @MethodSource("algorithms")
  void refusesAlgorithm(Row row) {
    refuses(row);
  }

  @ParameterizedTest
  @MethodSource("signatures")
  void refusesSignature(Row row) {
    refuses(row);
  }

  @ParameterizedTest
  @MethodSource("times")
  void refusesTimes(Row row) {
    refuses(row);
  }

  @ParameterizedTest
  @MethodSource("identities")
  void refusesIdentity(Row row) {
    refuses(row);
  }

  private void refuses(Row row) {
    verifier.verify(List.of("Bearer " + pubsub.token().mint())); // so that the keys are there
    int fetches = pubsub.keys().fetches();

    PushVerdict verdict = verifier.verify(row.authorization());

    assertThat(verdict).isEqualTo(new PushVerdict.Refused(row.reason()));
    assertThat(((PushVerdict.Refused) verdict).status())
        .isEqualTo(
            row.reason() == WRONG_SERVICE_ACCOUNT || row.reason() == EMAIL_NOT_VERIFIED
                ? 403
                : 401);
    assertThat(pubsub.keys().fetches()).isEqualTo(fetches);
  }

  // --- rows

  List<Row> headers() {
    String token = pubsub.token().mint();
    String bearer = "Bearer " + token;
    return rows(
        () -> {
          header(NO_AUTHORIZATION, "none");
          header(SEVERAL_AUTHORIZATIONS, "twice the same", bearer, bearer);
          header(SEVERAL_AUTHORIZATIONS, "a genuine and another", bearer, "Basic YTpi");
          header(SEVERAL_AUTHORIZATIONS, "another and a genuine", "", bearer);
          header(SEVERAL_AUTHORIZATIONS, "folded", bearer + ", " + bearer);
          header(SEVERAL_AUTHORIZATIONS, "folded without space", bearer + "," + bearer);
          header(SEVERAL_AUTHORIZATIONS, "comma at the end", bearer + ",");
          header(NOT_BEARER, "extra token", bearer + " " + token);
          header(NOT_BEARER, "empty", "");
          header(NOT_BEARER, "Basic", "Basic YTpi");
          header(NOT_BEARER, "no scheme", token);
          header(NOT_BEARER, "scheme without space", "Bearer" + token);
          header(NOT_BEARER, "longer scheme", "Bearers " + token);
          header(NOT_BEARER, "scheme only", "Bearer");
          header(NOT_BEARER, "empty token", "Bearer ");
          header(NOT_BEARER, "two spaces", "Bearer  " + token);
          header(NOT_BEARER, "tab", "Bearer\t" + token);
          header(NOT_BEARER, "space before", " " + bearer);
          header(NOT_BEARER, "space after", bearer + " ");
          for (char c : new char[] {' ', '\t', '\r', '\n', 0, 0x1f, 0x7f, 0x85, 0xa0, 0x2028}) {
            header(NOT_BEARER, "character " + (int) c, "Bearer " + inserted(token, 30, c));
          }
          header(TOKEN_TOO_LONG, "one too long", "Bearer " + "a".repeat(8193));
          header(TOKEN_TOO_LONG, "10 MB", "Bearer " + "a".repeat(10_000_000));
          header(MALFORMED_TOKEN, "as long as may be", "Bearer " + "a".repeat(8192));
        });
  }

  List<Row> segments() {
    String token = pubsub.token().mint();
    String[] part = token.split("\\.");
    return rows(
        () -> {
          malformed("two segments", part[0] + "." + part[1]);
          malformed("one segment", part[0]);
          malformed("four segments", token + "." + part[2]);
          malformed("five segments, as encrypted ones have", token + "." + part[1] + "." + part[2]);
          malformed("dot at the end", token + ".");
          malformed("dot at the start", "." + token);
          malformed("dots only", "..");
          malformed("no header", "." + part[1] + "." + part[2]);
          malformed("no claims", part[0] + ".." + part[2]);
          malformed("no signature", part[0] + "." + part[1] + ".");
          malformed("padding after the signature", token + "==");
          malformed("non-zero trailing bits", part[0] + "." + part[1] + "." + loosened(part[2]));
          malformed("one character is no byte", part[0] + "." + part[1] + "." + part[2] + "AAA");
          for (char c : "+/=~%".toCharArray()) {
            malformed("character " + c, inserted(token, token.length() - 3, c));
          }
          segment("padding", segment -> segment + "=".repeat((4 - segment.length() % 4) % 4 + 1));
          segment("non-zero trailing bits", PushVerifierRefusalTest::loosened);
          segment("alphabet of base64", segment -> inserted(segment, 4, '+') + "///");
          segment("one character too many", PushVerifierRefusalTest::oneTooMany);
        });
  }

  List<Row> contents() {
    String header = pubsub.token().headerJson();
    String claims = pubsub.token().claimsJson();
    return rows(
        () -> {
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
          content(
              "alg twice", with(header, "\"alg\":\"RS256\""), with(claims, "\"exp\":1,\"exp\":1"));
          content("kid twice", with(header, "\"kid\":\"x\""), with(claims, "\"aud\":\"x\""));
          content(
              "trailing object", (header + "{}").getBytes(UTF_8), (claims + "{}").getBytes(UTF_8));
          content("invalid UTF-8", bytes(header, 0xC3, 0x28), bytes(claims, 0xC3, 0x28));
          content("overlong UTF-8", bytes(header, 0xC0, 0xAF), bytes(claims, 0xC0, 0xAF));
          content(
              "surrogate in UTF-8",
              bytes(header, 0xED, 0xA0, 0x80),
              bytes(claims, 0xED, 0xA0, 0x80));
          content(
              "UTF-16",
              header.getBytes(java.nio.charset.StandardCharsets.UTF_16BE),
              claims.getBytes(java.nio.charset.StandardCharsets.UTF_16BE));
          content(
              "byte order mark",
              ("\uFEFF" + header).getBytes(UTF_8),
              ("\uFEFF" + claims).getBytes(UTF_8));
        });
  }

  List<Row> algorithms() {
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
    return rows(
        () -> {
          for (String none : List.of("none", "None", "NONE", "nOnE")) {
            // Such tokens end with a dot, and are refused for that; with a signature for their
            // name.
            token(MALFORMED_TOKEN, none + ", unsigned", t -> t.algorithm(none));
            token(WRONG_ALGORITHM, none + ", signed", t -> t.header("alg", none));
          }
          for (String bits : List.of("256", "384", "512")) {
            secrets.forEach(
                (name, secret) ->
                    token(
                        WRONG_ALGORITHM,
                        "HS" + bits + " with " + name,
                        t -> t.hmac("HS" + bits, secret)));
            token(WRONG_ALGORITHM, "PS" + bits, t -> t.algorithm("PS" + bits));
            token(WRONG_ALGORITHM, "ES" + bits, t -> t.algorithm("ES" + bits));
          }
          for (String name : List.of("RS384", "RS512")) {
            token(WRONG_ALGORITHM, name, t -> t.algorithm(name));
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
            token(WRONG_ALGORITHM, "alg " + name, t -> t.header("alg", name));
          }
          token(WRONG_ALGORITHM, "alg null", t -> t.header("alg", null));
          token(WRONG_ALGORITHM, "no alg", t -> t.withoutHeader("alg"));
          token(
              BAD_SIGNATURE,
              "RS512 under the name of RS256",
              t -> t.algorithm("RS512").header("alg", "RS256"));
          token(
              BAD_SIGNATURE,
              "HS256 under the name of RS256",
              t -> t.hmac("HS256", pem.getBytes(UTF_8)).header("alg", "RS256"));
          token(UNSUPPORTED_HEADER, "crit", t -> t.header("crit", List.of("exp")));
          token(UNSUPPORTED_HEADER, "crit empty", t -> t.header("crit", List.of()));
          token(UNSUPPORTED_HEADER, "crit null", t -> t.header("crit", null));
          token(
              UNSUPPORTED_HEADER,
              "crit b64",
              t -> t.header("crit", List.of("b64")).header("b64", false));
          for (Object type : List.of("JWE", "at+jwt", "jwt", "", "JOSE", 1, List.of("JWT"))) {
            token(UNSUPPORTED_HEADER, "typ " + type, t -> t.header("typ", type));
          }
          token(UNSUPPORTED_HEADER, "typ null", t -> t.header("typ", null));
          token(NO_KEY_ID, "no kid", t -> t.withoutHeader("kid"));
          for (Object kid : List.of("", 1, true, List.of("x"), Map.of(), "k".repeat(257))) {
            token(NO_KEY_ID, "kid " + kid, t -> t.header("kid", kid));
          }
          token(NO_KEY_ID, "kid null", t -> t.header("kid", null));
        });
  }

  List<Row> signatures() {
    PushKey key = pubsub.keys().current();
    return rows(
        () -> {
          token(BAD_SIGNATURE, "one bit", PushTokenBuilder::badlySigned);
          token(BAD_SIGNATURE, "another listed key", t -> t.signedBy(otherListed));
          token(BAD_SIGNATURE, "an unlisted key", t -> t.signedBy(unlisted));
          token(BAD_SIGNATURE, "all zero", t -> t.signature(s -> new byte[s.length]));
          token(BAD_SIGNATURE, "all ones", t -> t.signature(s -> filled(s.length)));
          token(BAD_SIGNATURE, "one byte", t -> t.signature(s -> new byte[1]));
          token(
              BAD_SIGNATURE, "a byte short", t -> t.signature(s -> Arrays.copyOf(s, s.length - 1)));
          token(
              BAD_SIGNATURE, "a byte more", t -> t.signature(s -> Arrays.copyOf(s, s.length + 1)));
          token(
              BAD_SIGNATURE,
              "a zero byte before",
              t -> t.signature(PushVerifierRefusalTest::shifted));
          token(
              BAD_SIGNATURE,
              "twice as long",
              t -> t.signature(s -> Arrays.copyOf(s, 2 * s.length)));
          String[] part = pubsub.token().mint().split("\\.");
          String claims = base64(pubsub.token().claim("email", "me@example.com").claimsJson());
          authorization(BAD_SIGNATURE, "claims exchanged", part[0] + "." + claims + "." + part[2]);
          for (String name : List.of("jwk", "jku", "x5u", "x5c")) {
            Object value =
                switch (name) {
                  case "jwk" -> Map.of("kty", "RSA", "kid", key.id());
                  case "x5c" -> List.of("MIIB");
                  default -> pubsub.keys().jwksUrl().toString();
                };
            token(BAD_SIGNATURE, "brings " + name, t -> t.signedBy(unlisted).header(name, value));
          }
        });
  }

  List<Row> times() {
    long now = time.clock().instant().getEpochSecond();
    return rows(
        () -> {
          for (String name : List.of("exp", "iat")) {
            token(INVALID_LIFETIME, "no " + name, t -> t.withoutClaim(name));
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
                    new java.math.BigInteger("9".repeat(30)),
                    253_402_300_800L,
                    List.of(now))) {
              token(INVALID_LIFETIME, name + " " + value, t -> t.claim(name, value));
            }
            token(INVALID_LIFETIME, name + " null", t -> t.claim(name, null));
          }
          token(INVALID_LIFETIME, "exp at the end of time", t -> t.claim("exp", 253_402_300_799L));
          token(INVALID_LIFETIME, "exp before iat", t -> t.claim("exp", now - 1));
          token(INVALID_LIFETIME, "lives too long", t -> t.claim("exp", now + 3661));
          token(EXPIRED, "expired", t -> t.issuedAt(at(now - 3660)));
          token(EXPIRED, "expired long ago", t -> t.issuedAt(at(now - 100_000)));
          token(EXPIRED, "at the beginning of time", t -> t.claim("iat", 0).claim("exp", 0));
          token(NOT_YET_VALID, "issued in the future", t -> t.issuedAt(at(now + 61)));
          token(NOT_YET_VALID, "issued far in the future", t -> t.issuedAt(at(now + 100_000)));
          token(NOT_YET_VALID, "not before the future", t -> t.claim("nbf", now + 61));
        });
  }

  List<Row> identities() {
    return rows(
        () -> {
          token(WRONG_ISSUER, "no iss", t -> t.withoutClaim("iss"));
          token(WRONG_ISSUER, "iss null", t -> t.claim("iss", null));
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
            token(WRONG_ISSUER, "iss " + issuer, t -> t.claim("iss", issuer));
          }
          token(WRONG_AUDIENCE, "no aud", t -> t.withoutClaim("aud"));
          token(WRONG_AUDIENCE, "aud null", t -> t.claim("aud", null));
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
            token(WRONG_AUDIENCE, "aud " + audience, t -> t.claim("aud", audience));
          }
          token(WRONG_SERVICE_ACCOUNT, "no email", t -> t.withoutClaim("email"));
          token(WRONG_SERVICE_ACCOUNT, "email null", t -> t.claim("email", null));
          for (Object email :
              List.of(
                  "",
                  "mallory@evil.iam.gserviceaccount.com",
                  pubsub.email() + " ",
                  pubsub.email().toUpperCase(java.util.Locale.ROOT),
                  List.of(pubsub.email()),
                  1)) {
            token(WRONG_SERVICE_ACCOUNT, "email " + email, t -> t.claim("email", email));
          }
          token(WRONG_SERVICE_ACCOUNT, "no sub", t -> t.withoutClaim("sub"));
          token(EMAIL_NOT_VERIFIED, "email_verified false", t -> t.claim("email_verified", false));
          token(EMAIL_NOT_VERIFIED, "no email_verified", t -> t.withoutClaim("email_verified"));
          for (Object verified : List.of("true", "", 1, List.of(true), Map.of())) {
            token(
                EMAIL_NOT_VERIFIED,
                "email_verified " + verified,
                t -> t.claim("email_verified", verified));
          }
          token(EMAIL_NOT_VERIFIED, "email_verified null", t -> t.claim("email_verified", null));
        });
  }

  // --- how rows are made

  private List<Row> rows(Runnable body) {
    rows.clear();
    body.run();
    return List.copyOf(rows);
  }

  private void header(RefusalReason reason, String name, String... values) {
    rows.add(new Row(reason, name, List.of(values)));
  }

  private void authorization(RefusalReason reason, String name, String token) {
    header(reason, name, "Bearer " + token);
  }

  private void malformed(String name, String token) {
    authorization(MALFORMED_TOKEN, name, token);
  }

  private void token(RefusalReason reason, String name, Consumer<PushTokenBuilder> change) {
    PushTokenBuilder token = pubsub.token();
    change.accept(token);
    authorization(reason, name, token.mint());
  }

  private void segment(String name, UnaryOperator<String> change) {
    token(MALFORMED_TOKEN, name + " in the header", t -> t.headerSegment(change));
    token(MALFORMED_TOKEN, name + " in the claims", t -> t.claimsSegment(change));
  }

  private void content(String name, byte[] header, byte[] claims) {
    token(MALFORMED_TOKEN, "header with " + name, t -> t.headerContent(header));
    token(MALFORMED_TOKEN, "claims with " + name, t -> t.claimsContent(claims));
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

  private static Instant at(long seconds) {
    return Instant.ofEpochSecond(seconds);
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
  }
}
