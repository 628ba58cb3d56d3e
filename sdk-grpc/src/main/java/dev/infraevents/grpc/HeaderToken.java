package dev.infraevents.grpc;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.infraevents.Token;
import java.io.IOException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Headers in the form of a token, so that the core can hold, renew and compare them. */
final class HeaderToken {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, List<String>>> HEADERS = new TypeReference<>() {};

  private HeaderToken() {}

  /**
   * Packs headers.
   *
   * @throws dev.infraevents.ConfigurationException if one can not be sent
   */
  static Token of(Map<String, List<String>> headers, @Nullable Instant expiresAt) {
    RpcHeaders.metadata(headers);
    try {
      String packed = Base64.getEncoder().encodeToString(JSON.writeValueAsBytes(headers));
      return new Token(packed, expiresAt);
    } catch (JacksonException e) {
      throw new IllegalStateException("text can be written", e);
    }
  }

  /** Unpacks them. */
  static Map<String, List<String>> headers(Token token) {
    try {
      return JSON.readValue(Base64.getDecoder().decode(token.value()), HEADERS);
    } catch (IOException e) {
      throw new IllegalStateException("no token of this class", e);
    }
  }
}
