package dev.infraevents.pubsub.push;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.X509CertUtils;
import dev.infraevents.ProtocolException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads what Google publishes: a JSON Web Key Set, or a map from key ids to PEM certificates. A key
 * that can not be used for RS256 is left out; a document without any other is refused.
 */
final class KeyDocument {

  private static final int LEAST_BITS = 2048;
  private static final int MAX_DEPTH = 8;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private KeyDocument() {}

  /**
   * Reads the keys.
   *
   * @param url for the message
   * @return by id, at least one
   */
  static Map<String, RSAPublicKey> read(String json, String url) throws ProtocolException {
    Map<String, RSAPublicKey> keys = new HashMap<>();
    try {
      JsonNode document = MAPPER.readTree(json);
      JsonNode list = document.path("keys");
      boolean distinct = list.isArray() ? addKeySet(list, keys) : addCertificates(document, keys);
      if (distinct && !keys.isEmpty()) {
        return keys;
      }
    } catch (JsonProcessingException e) {
      // refused below, and not quoted
    }
    throw new ProtocolException(
        url + " is no document of RSA keys with distinct ids and at least 2048 bits", null, true);
  }

  private static boolean addKeySet(JsonNode list, Map<String, RSAPublicKey> keys) {
    boolean distinct = true;
    for (JsonNode entry : list) {
      String id = entry.path("kid").textValue();
      RSAPublicKey key = keyOf(entry);
      if (id != null && !id.isEmpty() && key != null) {
        distinct &= keys.put(id, key) == null;
      }
    }
    return distinct;
  }

  private static @Nullable RSAPublicKey keyOf(JsonNode entry) {
    boolean signs =
        entry.path("kty").asText().equals("RSA")
            && entry.path("use").asText("sig").equals("sig")
            && entry.path("alg").asText("RS256").equals("RS256");
    if (!signs) {
      return null;
    }
    try {
      return usable(RSAKey.parse(entry.toString()).toRSAPublicKey());
    } catch (ParseException | JOSEException | IllegalArgumentException malformed) {
      return null;
    }
  }

  private static boolean addCertificates(JsonNode document, Map<String, RSAPublicKey> keys) {
    for (var entry : document.properties()) {
      X509Certificate certificate = X509CertUtils.parse(entry.getValue().asText());
      if (certificate != null && certificate.getPublicKey() instanceof RSAPublicKey key) {
        RSAPublicKey usable = usable(key);
        if (usable != null) {
          keys.put(entry.getKey(), usable);
        }
      }
    }
    return true; // names that come twice are no JSON to us
  }

  private static @Nullable RSAPublicKey usable(RSAPublicKey key) {
    return key.getModulus().bitLength() >= LEAST_BITS ? key : null;
  }
}
