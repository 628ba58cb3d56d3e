package dev.infraevents.websocket.garm;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.infraevents.AuthenticationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.ProtocolException;
import dev.infraevents.Token;
import dev.infraevents.websocket.internal.BaseUrl;
import dev.infraevents.websocket.internal.HttpClients;
import java.io.IOException;
import java.util.Map;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;

/** {@code POST /api/v1/auth/login}: trades a password for a token. */
final class GarmLogin {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final MediaType JSON_TYPE = MediaType.get("application/json");

  private final BaseUrl base;
  private final ConnectionOptions options;
  private final @Nullable OkHttpClient template;
  private volatile boolean worked;

  GarmLogin(BaseUrl base, ConnectionOptions options, @Nullable OkHttpClient template) {
    this.base = base;
    this.options = options;
    this.template = template;
  }

  // Logins are hours apart: a client of its own for each leaves no thread and no socket between.
  Token login(String username, String password) throws IOException, InterruptedException {
    byte[] body = JSON.writeValueAsBytes(Map.of("username", username, "password", password));
    try (var clients = new HttpClients(base.url().host() + "-login", options, template)) {
      Request request =
          clients
              .request(base.resolve("api/v1/auth/login"))
              .post(RequestBody.create(body, JSON_TYPE))
              .build();
      GarmAnswer answer;
      try {
        answer =
            GarmCall.answer(
                clients.forCalls().newCall(request),
                response -> GarmAnswer.of(response, clients.secrets(password)));
      } catch (IOException e) {
        throw GarmRefusal.unreachable(base, e, worked);
      }
      Token token = token(answer);
      worked = true;
      return token;
    }
  }

  private Token token(GarmAnswer answer) {
    if (answer.status() == 401) {
      throw new AuthenticationException(
          base + " refuses the login (401): wrong user name or password, or the user is disabled",
          401,
          null);
    }
    if (answer.status() != 200) {
      throw GarmRefusal.ofRequest(base, "the login", null, answer, worked);
    }
    try {
      JsonNode token = JSON.readTree(answer.fullBody()).path("token");
      if (token.isTextual() && !token.textValue().isEmpty()) {
        return Token.ofJwt(token.textValue());
      }
    } catch (JacksonException e) {
      // Falls through: the text itself may hold a token, so neither it nor the cause is shown.
    }
    throw new ProtocolException(
        base + " answered the login with something else than a token; is this GARM?", null, worked);
  }
}
