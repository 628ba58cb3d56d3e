package dev.infraevents.testkit.garm;

import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.garm.GarmAccounts.Account;
import dev.infraevents.testkit.garm.GarmTokens.Claims;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A request behind the guards.
 *
 * @param received the request itself
 * @param caller who asks
 * @param variables what stands in the path for each {@code *} of the route, decoded
 */
record GarmRequest(ReceivedRequest received, Caller caller, List<String> variables) {

  /** Who asks, once the token has been accepted. */
  record Caller(Account account, String token, Claims claims) {}

  /** The only variable that any route has. */
  String variable() {
    return variables.get(0);
  }

  /** The first value of a query parameter; empty if it is missing or has no value. */
  Optional<String> query(String name) {
    String target = received.target();
    int question = target.indexOf('?');
    for (String pair : target.substring(question < 0 ? target.length() : question + 1).split("&")) {
      if (pair.startsWith(name + "=") && pair.length() > name.length() + 1) {
        return Optional.of(decode(pair.substring(name.length() + 1)));
      }
    }
    return Optional.empty();
  }

  static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
