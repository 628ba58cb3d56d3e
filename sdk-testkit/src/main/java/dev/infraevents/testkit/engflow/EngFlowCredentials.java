package dev.infraevents.testkit.engflow;

import dev.infraevents.testkit.ReceivedCall;
import io.grpc.Status;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Which calls are let in. Without a demand all are; of several demands one has to be met. */
final class EngFlowCredentials {

  private static final String METHOD = "x-engflow-auth-method";
  private static final String TOKEN = "x-engflow-auth-token";
  private static final String JWT = "jwt-v0";
  private static final String AUTHORIZATION = "authorization";
  private static final String BEARER = "Bearer ";

  /** What a client may show. */
  enum Kind {
    TOKEN,
    BEARER,
    CERTIFICATE
  }

  private final Set<Kind> accepted;
  private final Map<String, String> headers;

  // Guarded by this.
  private final Set<String> expired = new HashSet<>();
  private String token;

  EngFlowCredentials(Set<Kind> accepted, Map<String, String> headers, String token) {
    this.accepted = Set.copyOf(accepted);
    this.headers = new LinkedHashMap<>(headers);
    this.token = token;
  }

  /** The token that is accepted now. */
  synchronized String token() {
    return token;
  }

  synchronized void expire() {
    expired.add(token);
    token = "fake-engflow-" + UUID.randomUUID();
  }

  Status check(ReceivedCall call) {
    if (accepted.isEmpty() && headers.isEmpty()) {
      return Status.OK;
    }
    Optional<String> shown = call.header(TOKEN);
    if (shown.isPresent() != call.header(METHOD).isPresent()) {
      return refused("only one of the headers " + METHOD + " and " + TOKEN);
    }
    if (shown.isPresent()) { // also beside a certificate: a bad token is not outweighed by it
      return accepted.contains(Kind.TOKEN) && call.header(METHOD).get().equals(JWT)
          ? checkToken(shown.get())
          : refused("this method of authentication is not accepted");
    }
    Optional<String> bearer = call.header(AUTHORIZATION).filter(value -> value.startsWith(BEARER));
    if (accepted.contains(Kind.BEARER) && bearer.isPresent()) {
      return checkToken(bearer.get().substring(BEARER.length()));
    }
    boolean certified = accepted.contains(Kind.CERTIFICATE) && call.certificate().isPresent();
    return certified || hasHeader(call) ? Status.OK : refused("no credentials");
  }

  private boolean hasHeader(ReceivedCall call) {
    return headers.entrySet().stream()
        .anyMatch(header -> call.request().headers(header.getKey()).contains(header.getValue()));
  }

  private synchronized Status checkToken(String shown) {
    if (shown.equals(token)) {
      return Status.OK;
    }
    return refused(expired.contains(shown) ? "the token has expired" : "unknown token");
  }

  private static Status refused(String why) {
    return Status.UNAUTHENTICATED.withDescription(why);
  }
}
