package dev.infraevents.samples.foundries.push;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.infraevents.pubsub.push.PushClaims;
import dev.infraevents.pubsub.push.PushVerdict;
import dev.infraevents.pubsub.push.PushVerifier;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Says who sent the first genuine push: Foundries.io does not publish the service account, so this
 * is how it can be learned.
 */
final class FirstSender implements HttpHandler {

  private final PushVerifier verifier;
  private final HttpHandler next;
  private final PrintStream err;
  private final AtomicBoolean said = new AtomicBoolean();

  FirstSender(PushVerifier verifier, HttpHandler next, PrintStream err) {
    this.verifier = verifier;
    this.next = next;
    this.err = err;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    if (!said.get()) {
      List<String> authorization = exchange.getRequestHeaders().get("Authorization");
      PushVerdict verdict = verifier.verify(authorization == null ? List.of() : authorization);
      if (verdict instanceof PushVerdict.Accepted accepted && said.compareAndSet(false, true)) {
        err.println(words(accepted.claims()));
      }
    }
    next.handle(exchange);
  }

  private static String words(PushClaims claims) {
    return "# first push: of service account %s (id %s), for %s, issued at %s by %s, key %s"
        .formatted(
            claims.email(),
            claims.subject(),
            claims.audience(),
            claims.issuedAt(),
            claims.issuer(),
            claims.keyId());
  }
}
