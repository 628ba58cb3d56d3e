package dev.infraevents.testkit.internal.websocket;

import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.internal.http.HttpResponse;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/** The opening handshake as gorilla/websocket does it: no subprotocol, no extension. */
public final class Handshake {

  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int KEY_BYTES = 16;
  private static final int KEY_CHARACTERS = 24; // with the padding that Go insists on

  private Handshake() {}

  /** What is wrong with the request, in the order in which it is looked at. */
  public static Optional<HttpResponse> refusal(ReceivedRequest request) {
    if (!hasToken(request, "Connection", "upgrade")) {
      return Optional.of(refused(400, "Bad Request"));
    }
    if (!hasToken(request, "Upgrade", "websocket")) {
      return Optional.of(refused(426, "Upgrade Required").with("Upgrade", "websocket"));
    }
    if (!hasToken(request, "Sec-WebSocket-Version", "13")) {
      return Optional.of(refused(400, "Bad Request"));
    }
    if (!isOwnOrigin(request)) {
      return Optional.of(refused(403, "Forbidden"));
    }
    if (!isKey(key(request))) {
      return Optional.of(refused(400, "Bad Request"));
    }
    return Optional.empty();
  }

  /** The complete answer to a request that {@link #refusal} has nothing against. */
  static byte[] acceptance(ReceivedRequest request) {
    return ("HTTP/1.1 101 Switching Protocols\r\n"
            + "Upgrade: websocket\r\n"
            + "Connection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: "
            + accept(key(request))
            + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static HttpResponse refused(int status, String text) {
    return new HttpResponse(
        status,
        Map.of(
            "Content-Type", "text/plain; charset=utf-8",
            "Sec-Websocket-Version", "13",
            "X-Content-Type-Options", "nosniff"),
        text + "\n");
  }

  private static boolean hasToken(ReceivedRequest request, String header, String token) {
    return request.headers(header).stream()
        .flatMap(value -> Arrays.stream(value.split(",")))
        .anyMatch(part -> part.trim().equalsIgnoreCase(token));
  }

  private static boolean isOwnOrigin(ReceivedRequest request) {
    Optional<String> origin = request.header("Origin");
    if (origin.isEmpty()) {
      return true;
    }
    try {
      String authority = URI.create(origin.get()).getRawAuthority();
      return request.header("Host").orElse("").equalsIgnoreCase(authority);
    } catch (IllegalArgumentException notAUri) {
      return false;
    }
  }

  private static String key(ReceivedRequest request) {
    return request.header("Sec-WebSocket-Key").orElse("");
  }

  private static boolean isKey(String key) {
    try {
      return key.length() == KEY_CHARACTERS && Base64.getDecoder().decode(key).length == KEY_BYTES;
    } catch (IllegalArgumentException notBase64) {
      return false;
    }
  }

  private static String accept(String key) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      byte[] digest = sha1.digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }
}
