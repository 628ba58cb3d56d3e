package dev.infraevents.pubsub.push;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.DecodingException;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.pubsub.PushKey;
import dev.infraevents.testkit.pubsub.PushMessage;
import dev.infraevents.testkit.pubsub.PushRequest;
import dev.infraevents.testkit.pubsub.PushTokenBuilder;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What must be refused, each over real HTTP: with its status, without the handler, without a look
 * at the body, and without asking for keys again and again.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PushRefusalTest {

  @RegisterExtension static final LeakCheck LEAKS = LeakCheck.perClass();

  record Row(String name, int status, PushRequest request) {
    @Override
    public String toString() {
      return status + ": " + name;
    }
  }

  private final PushRig rig = new PushRig();
  private final List<Row> rows = new ArrayList<>();
  private PushKey otherListed;

  @BeforeAll
  void start() throws InterruptedException {
    otherListed = rig.pubsub.keys().newKey();
    rig.pubsub.keys().publish(rig.pubsub.keys().current(), otherListed);
    rig.start();
    assertThat(rig.status(rig.request("genuine"))).isEqualTo(204); // so the keys are there
    rig.awaitStats(stats -> assertThat(stats.delivered()).isOne());
  }

  @AfterAll
  void close() {
    // One fetch at the start and one for the first unknown key, however many there were.
    assertThat(rig.pubsub.keys().fetches()).isLessThanOrEqualTo(2);
    rig.close();
  }

  @ParameterizedTest
  @MethodSource({"headers", "segments", "tokens", "identities", "routes"})
  void refuses(Row row) {
    var response = rig.send(row.request());

    assertThat(response.status()).isEqualTo(row.status());
    assertThat(response.body()).isEmpty();
    assertThat(rig.stats().received()).isOne(); // the genuine one
    assertThat(rig.events).hasSize(1);
    assertThat(rig.deadLetters).isEmpty();
  }

  // Rows, in the order of the checks.

  List<Row> headers() {
    String token = rig.pubsub.token().mint();
    String bearer = "Bearer " + token;
    return rows(
        () -> {
          add("no Authorization", 401, r -> r.withoutHeader("Authorization"));
          add("two", 401, r -> r.andHeader("Authorization", bearer));
          add("two that differ in case", 401, r -> r.andHeader("authorization", "Basic YTpi"));
          authorization("folded", bearer + ", " + bearer);
          authorization("comma", bearer + ",");
          authorization("extra token", bearer + " " + token);
          authorization("Basic", "Basic YTpi");
          authorization("no scheme", token);
          authorization("empty", "");
          authorization("empty token", "Bearer ");
          authorization("space in the token", bearer.substring(0, 40) + " " + bearer.substring(40));
          // No tab: the JDK's server makes a space of it.
          authorization("control character", bearer.substring(0, 40) + "\u0001" + token);
          authorization("too long", "Bearer " + "a".repeat(8193));
        });
  }

  List<Row> segments() {
    String token = rig.pubsub.token().mint();
    String[] part = token.split("\\.");
    return rows(
        () -> {
          authorization("two segments", "Bearer " + part[0] + "." + part[1]);
          authorization("four segments", "Bearer " + token + ".AAAA");
          authorization("five segments", "Bearer " + token + ".AAAA.AAAA");
          authorization("dot at the end", "Bearer " + token + ".");
          authorization("no claims", "Bearer " + part[0] + ".." + part[2]);
          token("padding", t -> t.claimsSegment(s -> s + "=".repeat(1 + (3 + s.length()) % 4)));
          token("plus", t -> t.headerSegment(s -> "+" + s));
          token("slash", t -> t.claimsSegment(s -> s + "/"));
          token(
              "trailing bits",
              t -> t.headerContent("{}".getBytes(UTF_8)).headerSegment(s -> "e31"));
          token("header no object", t -> t.headerContent("[]".getBytes(UTF_8)));
          token("claims no object", t -> t.claimsContent("1".getBytes(UTF_8)));
          token("invalid UTF-8", t -> t.claimsContent(new byte[] {'{', (byte) 0xC3, '}'}));
          token(
              "duplicate key",
              t -> t.claimsContent(t.claimsJson().replace("{", "{\"aud\":\"x\",").getBytes(UTF_8)));
          token(
              "too deep",
              t ->
                  t.claim(
                      "x",
                      List.of(
                          List.of(
                              List.of(List.of(List.of(List.of(List.of(List.of(List.of()))))))))));
        });
  }

  List<Row> tokens() {
    PushKey key = rig.pubsub.keys().current();
    String pem =
        "-----BEGIN PUBLIC KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(key.publicKey().getEncoded())
            + "\n-----END PUBLIC KEY-----\n";
    long now = Instant.now().getEpochSecond();
    return rows(
        () -> {
          for (String none : List.of("none", "None", "NONE")) {
            token("alg " + none, t -> t.algorithm(none));
            token("alg " + none + " with a signature", t -> t.header("alg", none));
          }
          token("no alg", t -> t.withoutHeader("alg"));
          for (String bits : List.of("256", "384", "512")) {
            token("HS" + bits + " with the PEM", t -> t.hmac("HS" + bits, pem.getBytes(UTF_8)));
            token(
                "HS" + bits + " with the key",
                t -> t.hmac("HS" + bits, key.publicKey().getEncoded()));
          }
          for (String name : List.of("RS384", "RS512", "PS256", "ES256")) {
            token(name, t -> t.algorithm(name));
          }
          token("crit", t -> t.header("crit", List.of("exp")));
          token("typ", t -> t.header("typ", "at+jwt"));
          token("no kid", t -> t.withoutHeader("kid"));
          token("kid empty", t -> t.header("kid", ""));
          token("kid a number", t -> t.header("kid", 5));
          token("kid too long", t -> t.header("kid", "k".repeat(300)));
          for (int i = 0; i < 20; i++) {
            String unknown = "unknown-" + i;
            token("unknown kid " + i, t -> t.header("kid", unknown));
          }
          token("bad signature", PushTokenBuilder::badlySigned);
          token("signed by another listed key", t -> t.signedBy(otherListed));
          token("short signature", t -> t.signature(s -> new byte[s.length - 1]));
          token("zero signature", t -> t.signature(s -> new byte[s.length]));
          token("no exp", t -> t.withoutClaim("exp"));
          token("exp a string", t -> t.claim("exp", "soon"));
          token("exp negative", t -> t.claim("exp", -1));
          token("exp absurd", t -> t.claim("exp", Long.MAX_VALUE));
          token("expired", t -> t.issuedAt(Instant.ofEpochSecond(now - 3700)));
          token("no iat", t -> t.withoutClaim("iat"));
          token("iat in the future", t -> t.issuedAt(Instant.ofEpochSecond(now + 100)));
          token("nbf in the future", t -> t.claim("nbf", now + 100));
          token("lives too long", t -> t.claim("exp", now + 3700));
        });
  }

  List<Row> identities() {
    return rows(
        () -> {
          token("no iss", t -> t.withoutClaim("iss"));
          for (String issuer :
              List.of(
                  "https://accounts.google.com/",
                  "http://accounts.google.com",
                  "https://x.accounts.google.com")) {
            token("iss " + issuer, t -> t.claim("iss", issuer));
          }
          token("no aud", t -> t.withoutClaim("aud"));
          token("aud in an array", t -> t.claim("aud", List.of(rig.pubsub.audience())));
          token("aud elsewhere", t -> t.claim("aud", "https://other.example.com/foundries"));
          token("aud with a slash", t -> t.claim("aud", rig.pubsub.audience() + "/"));
          token("no email", 403, t -> t.withoutClaim("email"));
          token("other email", 403, t -> t.claim("email", "x@evil.iam.gserviceaccount.com"));
          token("email_verified false", 403, t -> t.claim("email_verified", false));
          token("no email_verified", 403, t -> t.withoutClaim("email_verified"));
          token("email_verified a string", 403, t -> t.claim("email_verified", "true"));
        });
  }

  List<Row> routes() {
    return rows(
        () -> {
          for (String method : List.of("GET", "PUT", "DELETE", "OPTIONS", "PATCH", "post", "X")) {
            add("method " + method, 405, r -> r.method(method));
          }
          for (String path :
              List.of("/", "/foundries/", "/Foundries", "/foundries/x", "/foundrie%73", "/x")) {
            add("path " + path, 404, r -> r.target(path));
          }
          add("path and method", 404, r -> r.method("GET").target("/x"));
          add("unauthenticated poison", 401, r -> r.token("x").body("{".getBytes(UTF_8)));
        });
  }

  // What is genuine but can not be read.

  List<Row> poison() {
    return rows(
        () -> {
          add("over the limit", 204, r -> r.body(new byte[(14 << 20) + 1]));
          add("media type", 204, r -> r.header("Content-Type", "text/plain"));
          add("two media types", 204, r -> r.andHeader("Content-Type", "application/json"));
          add("media type with prefix", 204, r -> r.header("Content-Type", "application/jsonx"));
          add("no body", 204, r -> r.body(new byte[0]));
          for (String body :
              List.of(
                  "{",
                  "null",
                  "[]",
                  "{}",
                  "{\"message\":null}",
                  "{\"message\":[]}",
                  "{\"message\":{\"data\":\"aGVs bG8=\"}}",
                  "{\"message\":{\"data\":\"aGVsbG8\"}}",
                  "{\"message\":{\"data\":\"_-8=\"}}",
                  "{\"message\":{\"data\":1}}",
                  "{\"message\":{\"attributes\":{\"event-type\":1}}}",
                  "{\"message\":{},\"message\":{}}")) {
            add(body, 204, r -> r.body(body.getBytes(UTF_8)));
          }
        });
  }

  @Test
  void whatIsGenuineButCanNotBeReadIsReportedAndAcknowledged() throws Exception {
    try (var other = new PushRig().start()) {
      int count = 0;
      for (Row row : poison()) {
        var genuine = row.request().token(other.pubsub.token().mint());
        assertThat(other.status(genuine)).as(row.name()).isEqualTo(204);
        count++;
        assertThat(other.deadLetters).as(row.name()).hasSize(count);
        assertThat(other.deadLetters.get(count - 1).cause()).isInstanceOf(DecodingException.class);
      }
      int expected = count;
      other.awaitStats(stats -> assertThat(stats.undecodable()).isEqualTo(expected));
      assertThat(other.stats().received()).isEqualTo(expected);
      assertThat(other.events).isEmpty();
    }
  }

  @Test
  void withoutKeysPushesAreToComeAgain() throws Exception {
    try (var other = new PushRig()) {
      other.pubsub.keys().inject(Fault.outage());
      other.start();
      for (int i = 0; i < 10; i++) {
        assertThat(other.status(other.request("m" + i))).isEqualTo(503);
      }
      assertThat(other.stats().received()).isZero();
    }
  }

  @Test
  void whatGoesWrongInVerificationIsNotToldToTheSender() throws Exception {
    try (var other = new PushRig()) {
      other.verifierOptions =
          builder ->
              builder.timeSource(
                  new TimeSource(
                      () -> {
                        throw new IllegalStateException("no clock, and a secret");
                      },
                      System::nanoTime,
                      other.keyTime));
      other.start();
      var response = other.send(other.request("1"));
      assertThat(response.status()).isEqualTo(500);
      assertThat(response.body()).isEmpty();
      assertThat(other.stats().received()).isZero();
    }
  }

  @Test
  void theBodyOfWhatIsRefusedIsNotTouched() {
    var untouchable =
        new InputStream() {
          @Override
          public int read() {
            throw new AssertionError("the body was read");
          }

          @Override
          public int read(byte[] buffer, int offset, int length) {
            return read();
          }
        };
    var forged = List.of("Bearer " + rig.pubsub.token().badlySigned().mint());
    var genuine = List.of("Bearer " + rig.pubsub.token().mint());
    var requests =
        Map.of(
            new dev.infraevents.pubsub.push.PushRequest(
                "POST", PushRig.PATH, Map.of("Authorization", forged), untouchable),
            401,
            new dev.infraevents.pubsub.push.PushRequest(
                "POST", PushRig.PATH, Map.of(), untouchable),
            401,
            new dev.infraevents.pubsub.push.PushRequest(
                "GET", PushRig.PATH, Map.of("Authorization", genuine), untouchable),
            405,
            new dev.infraevents.pubsub.push.PushRequest(
                "POST", "/", Map.of("Authorization", genuine), untouchable),
            404);

    requests.forEach(
        (request, status) ->
            assertThat(rig.receiver().receive(request).toCompletableFuture().join().status())
                .isEqualTo(status));
  }

  // How rows are made: each from a genuine push of its own.

  private List<Row> rows(Runnable body) {
    rows.clear();
    body.run();
    return List.copyOf(rows);
  }

  private void add(String name, int status, UnaryOperator<PushRequest> change) {
    PushMessage message = PushRig.message("row-" + name.hashCode());
    rows.add(new Row(name, status, change.apply(rig.pubsub.request(message))));
  }

  private void authorization(String name, String value) {
    add("Authorization: " + name, 401, r -> r.header("Authorization", value));
  }

  private void token(String name, Consumer<PushTokenBuilder> change) {
    token(name, 401, change);
  }

  private void token(String name, int status, Consumer<PushTokenBuilder> change) {
    PushTokenBuilder token = rig.pubsub.token();
    change.accept(token);
    add("token: " + name, status, r -> r.token(token.mint()));
  }
}
