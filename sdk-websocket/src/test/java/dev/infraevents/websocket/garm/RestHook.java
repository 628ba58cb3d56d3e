package dev.infraevents.websocket.garm;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.Protocol;
import okhttp3.Response;
import okhttp3.ResponseBody;

/** Lets a test interfere with single calls of the REST API, and counts all that list or get. */
final class RestHook implements Interceptor {

  private static final String ROOT = "/api/v1/";

  private final Map<String, Interceptor> hooks = new ConcurrentHashMap<>();
  private final List<String> calls = new CopyOnWriteArrayList<>();

  /** From now on, calls of a path such as {@code pools} go this way. */
  void on(String path, Interceptor hook) {
    hooks.put(path, hook);
  }

  /** From now on, calls of a path are answered so. */
  void answer(String path, int status, String body) {
    answer(path, status, url -> body);
  }

  void answer(String path, int status, Function<HttpUrl, String> body) {
    on(
        path,
        chain ->
            new Response.Builder()
                .request(chain.request())
                .protocol(Protocol.HTTP_1_1)
                .code(status)
                .message("")
                .body(
                    ResponseBody.create(
                        body.apply(chain.request().url()), MediaType.get("application/json")))
                .build());
  }

  /** The server's answer to a path comes only after something has been done. */
  void afterAnswer(String path, Runnable task) {
    on(
        path,
        chain -> {
          Response answer = chain.proceed(chain.request());
          hooks.remove(path);
          task.run();
          return answer;
        });
  }

  void clear() {
    hooks.clear();
  }

  /** The paths so far, logins and upgrades left out. */
  List<String> calls() {
    return List.copyOf(calls);
  }

  @Override
  public Response intercept(Chain chain) throws IOException {
    String path = chain.request().url().encodedPath().substring(ROOT.length());
    if (path.startsWith("auth/") || path.startsWith("ws/")) {
      return chain.proceed(chain.request());
    }
    calls.add(path);
    Interceptor hook = hooks.get(path);
    return hook == null ? chain.proceed(chain.request()) : hook.intercept(chain);
  }
}
