package dev.infraevents.testkit.pubsub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Makes the token of a push. Without further calls it is genuine; each call makes it differ in one
 * respect. Not thread-safe.
 */
public final class PushTokenBuilder {

  /** How long Google's tokens are valid. */
  public static final Duration LIFETIME = Duration.ofHours(1);

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final ObjectNode header = MAPPER.createObjectNode();
  private final ObjectNode claims = MAPPER.createObjectNode();
  private PushKey key;
  private String algorithm = "RS256";
  private byte[] secret = new byte[0];
  private byte @Nullable [] headerContent; // instead of the header
  private byte @Nullable [] claimsContent; // instead of the claims
  private UnaryOperator<String> headerSegment = UnaryOperator.identity();
  private UnaryOperator<String> claimsSegment = UnaryOperator.identity();
  private UnaryOperator<byte[]> signature = UnaryOperator.identity();

  PushTokenBuilder(PushKey key, String audience, PushAccount account, Instant now) {
    this.key = key;
    header.put("alg", "RS256").put("kid", key.id()).put("typ", "JWT");
    claims.put("aud", audience).put("azp", account.subject()).put("email", account.email());
    claims.put("email_verified", true).put("exp", now.plus(LIFETIME).getEpochSecond());
    claims.put("iat", now.getEpochSecond()).put("iss", "https://accounts.google.com");
    claims.put("sub", account.subject());
  }

  /**
   * Sets a claim.
   *
   * @param name its name
   * @param value text, number, boolean, list, map, {@link JsonNode}, or null for a JSON null
   * @return this builder
   */
  public PushTokenBuilder claim(String name, @Nullable Object value) {
    claims.set(name, MAPPER.valueToTree(value));
    return this;
  }

  /**
   * Leaves a claim out.
   *
   * @param name its name
   * @return this builder
   */
  public PushTokenBuilder withoutClaim(String name) {
    claims.remove(name);
    return this;
  }

  /**
   * Sets {@code iat}, and {@code exp} to an hour later.
   *
   * @param time the time, of which the token holds whole seconds
   * @return this builder
   */
  public PushTokenBuilder issuedAt(Instant time) {
    return claim("iat", time.getEpochSecond()).claim("exp", time.plus(LIFETIME).getEpochSecond());
  }

  /**
   * Sets {@code exp}.
   *
   * @param time the time, of which the token holds whole seconds
   * @return this builder
   */
  public PushTokenBuilder expiresAt(Instant time) {
    return claim("exp", time.getEpochSecond());
  }

  /**
   * Sets a parameter of the header; what the token is signed with stays as it is.
   *
   * @param name its name
   * @param value text, number, boolean, list, map, {@link JsonNode}, or null for a JSON null
   * @return this builder
   */
  public PushTokenBuilder header(String name, @Nullable Object value) {
    header.set(name, MAPPER.valueToTree(value));
    return this;
  }

  /**
   * Leaves a parameter of the header out.
   *
   * @param name its name
   * @return this builder
   */
  public PushTokenBuilder withoutHeader(String name) {
    header.remove(name);
    return this;
  }

  /**
   * Signs with another key; {@code kid} stays as it is.
   *
   * @param other the key
   * @return this builder
   */
  public PushTokenBuilder signedBy(PushKey other) {
    key = other;
    return this;
  }

  /**
   * Signs with another key, and names it in {@code kid}.
   *
   * @param other the key
   * @return this builder
   */
  public PushTokenBuilder key(PushKey other) {
    return signedBy(other).header("kid", other.id());
  }

  /**
   * Signs with another algorithm, and names it in {@code alg}.
   *
   * @param name RS256 to RS512, PS256 to PS512, ES256, or none in any case
   * @return this builder
   */
  public PushTokenBuilder algorithm(String name) {
    algorithm = name;
    return header("alg", name);
  }

  /**
   * Signs with an HMAC, as an attacker would who knows the public key.
   *
   * @param name HS256, HS384 or HS512
   * @param sharedSecret what it takes for a secret, such as the text of a public key
   * @return this builder
   */
  public PushTokenBuilder hmac(String name, byte[] sharedSecret) {
    secret = sharedSecret.clone();
    return algorithm(name);
  }

  /**
   * Sets the content of the header, whatever it is; the token is signed over it.
   *
   * @param content the bytes before base64url
   * @return this builder
   */
  public PushTokenBuilder headerContent(byte[] content) {
    headerContent = content.clone();
    return this;
  }

  /**
   * Sets the content of the claims, whatever it is; the token is signed over it.
   *
   * @param content the bytes before base64url
   * @return this builder
   */
  public PushTokenBuilder claimsContent(byte[] content) {
    claimsContent = content.clone();
    return this;
  }

  /**
   * Changes the text of the header, such as its padding; the token is signed over the changed text.
   *
   * @param change from base64url to what the token holds
   * @return this builder
   */
  public PushTokenBuilder headerSegment(UnaryOperator<String> change) {
    headerSegment = change;
    return this;
  }

  /**
   * Changes the text of the claims; the token is signed over the changed text.
   *
   * @param change from base64url to what the token holds
   * @return this builder
   */
  public PushTokenBuilder claimsSegment(UnaryOperator<String> change) {
    claimsSegment = change;
    return this;
  }

  /**
   * Changes the signature.
   *
   * @param change from the right signature to the one of the token
   * @return this builder
   */
  public PushTokenBuilder signature(UnaryOperator<byte[]> change) {
    signature = change;
    return this;
  }

  /**
   * Spoils one bit of the signature.
   *
   * @return this builder
   */
  public PushTokenBuilder badlySigned() {
    return signature(
        right -> {
          byte[] wrong = right.clone();
          wrong[wrong.length / 2] ^= 1;
          return wrong;
        });
  }

  /**
   * The claims as the token will hold them, to be changed and handed to {@link #claimsContent}.
   *
   * @return JSON
   */
  public String claimsJson() {
    return claims.toString();
  }

  /**
   * The header as the token will hold it, to be changed and handed to {@link #headerContent}.
   *
   * @return JSON
   */
  public String headerJson() {
    return header.toString();
  }

  /**
   * Signs the token.
   *
   * @return three segments with dots in between
   */
  public String mint() {
    String signed =
        headerSegment.apply(base64(headerContent == null ? utf8(headerJson()) : headerContent))
            + "."
            + claimsSegment.apply(
                base64(claimsContent == null ? utf8(claimsJson()) : claimsContent));
    byte[] right = TokenSigner.sign(algorithm, utf8(signed), key, secret);
    return signed + "." + base64(signature.apply(right));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
