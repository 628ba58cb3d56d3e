package dev.infraevents.testkit.garm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.infraevents.testkit.garm.GarmAccounts.Account;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Issues and checks the JSON Web Tokens of one server. */
final class GarmTokens {

  /** What a valid token says that GARM looks at; all else in it is ignored. */
  record Claims(String user, long generation, @Nullable Instant expiry) {}

  // GARM takes any HMAC with its secret, whatever it signs with itself.
  private static final Map<String, String> ALGORITHMS =
      Map.of("HS256", "HmacSHA256", "HS384", "HmacSHA384", "HS512", "HmacSHA512");

  private final byte[] secret = new byte[32];
  private final InstantSource clock;
  private final Set<String> issued = ConcurrentHashMap.newKeySet();
  private final Set<String> expired = ConcurrentHashMap.newKeySet();

  GarmTokens(InstantSource clock) {
    this.clock = clock;
    new SecureRandom().nextBytes(secret);
  }

  static ObjectNode claims(Account account, Instant expiry) {
    return Json.object()
        .put("user", account.id())
        .put("token_id", UUID.randomUUID().toString().replace("-", "").substring(0, 16))
        .put("full_name", account.fullName())
        .put("is_admin", account.admin())
        .put("read_metrics", false)
        .put("generation", account.generation())
        .put("iss", "garm")
        .put("exp", expiry.getEpochSecond());
  }

  String issue(String algorithm, ObjectNode claims) {
    String header = Json.object().put("alg", algorithm).put("typ", "JWT").toString();
    String signed = base64(utf8(header)) + "." + base64(utf8(claims.toString()));
    String token = signed + "." + base64(sign(algorithm, signed));
    issued.add(token);
    return token;
  }

  Optional<Claims> verify(String token) {
    String[] parts = token.split("\\.", -1);
    if (parts.length != 3 || expired.contains(token)) {
      return Optional.empty();
    }
    return decode(parts[0])
        .map(header -> Json.field(header, "alg").asText())
        .filter(ALGORITHMS::containsKey)
        .filter(algorithm -> isSignature(parts[2], sign(algorithm, parts[0] + "." + parts[1])))
        .flatMap(algorithm -> decode(parts[1]))
        .map(GarmTokens::read)
        .filter(claims -> isCurrent(claims.expiry()));
  }

  /** Lets every token issued so far be expired. */
  void expireAll() {
    expired.addAll(issued);
  }

  boolean isExpired(String token) {
    return expired.contains(token);
  }

  private boolean isCurrent(@Nullable Instant expiry) {
    return expiry == null || clock.instant().isBefore(expiry); // no leeway
  }

  private static Claims read(JsonNode claims) {
    JsonNode expiry = Json.field(claims, "exp");
    return new Claims(
        Json.field(claims, "user").asText(),
        Json.field(claims, "generation").asLong(),
        expiry.isNumber() ? Instant.ofEpochSecond(expiry.asLong()) : null);
  }

  private static Optional<JsonNode> decode(String part) {
    try {
      byte[] json = Base64.getUrlDecoder().decode(part);
      return Json.parse(new String(json, StandardCharsets.UTF_8)).filter(JsonNode::isObject);
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
  }

  private static boolean isSignature(String part, byte[] expected) {
    return MessageDigest.isEqual(utf8(part), utf8(base64(expected)));
  }

  private byte[] sign(String algorithm, String text) {
    try {
      Mac mac = Mac.getInstance(ALGORITHMS.get(algorithm));
      mac.init(new SecretKeySpec(secret, "HMAC"));
      return mac.doFinal(utf8(text));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + algorithm, e);
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
