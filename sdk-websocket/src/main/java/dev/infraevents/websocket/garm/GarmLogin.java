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
import java.util.List;
import java.util.Map;
import okhttp3.Call;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;

/** {@code POST /api/v1/auth/login}: trades a password for a token. */
final class GarmLogin implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final MediaType JSON_TYPE = MediaType.get("application/json");

  private final BaseUrl base;
  private final ConnectionOptions options;
  private final @Nullable OkHttpClient template;
  private volatile boolean worked;
  private volatile boolean closed;
  private volatile @Nullable Call running; // one token is fetched at a time

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
      GarmAnswer answer = answer(clients.forCalls().newCall(request), clients.secrets(password));
      Token token = token(answer);
      worked = true;
      return token;
    }
  }

  private GarmAnswer answer(Call call, List<String> secrets) throws InterruptedException {
    running = call;
    try {
      if (closed) {
        call.cancel();
      }
      return GarmCall.answer(call, response -> GarmAnswer.of(response, secrets));
    } catch (IOException e) {
      throw GarmRefusal.unreachable(base, e, worked);
    } finally {
      running = null;
    }
  }

  /** Cancels a login that is under way; there will be no other. */
  @Override
  public void close() {
    closed = true;
    Call call = running;
    if (call != null) {
      call.cancel();
    }
  }

  private Token token(GarmAnswer answer) {
    if (answer.status() == 401) {
      throw new AuthenticationException(
          base
              + " refuses the login (401): wrong user name or password, or the user is disabled (0.1.x says so as well when it has no user yet)",
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
