package dev.infraevents.testkit.garm;

import dev.infraevents.testkit.internal.http.HttpResponse;
import java.util.Map;

/** GARM's answers, byte for byte. Bodies end with a newline. */
final class GarmReplies {

  private static final String JSON = "application/json";

  static final HttpResponse NOT_INITIALISED = error(409, "init_required", "Missing superuser");

  static final HttpResponse URLS_MISSING =
      error(
          409,
          "urls_required",
          "Missing required URLs. Make sure you update the metadata and callback URLs");

  /** No valid token. An expired one is answered no differently from a missing one. */
  static final HttpResponse NOT_AUTHENTICATED = error(401, "Authentication failed", "");

  static final HttpResponse LOGIN_FAILED = error(401, "Not Authorized", "");
  static final HttpResponse MALFORMED = error(400, "Bad Request", "invalid request");

  /** A valid token without admin rights: the one answer of the API that is not JSON. */
  static final HttpResponse NOT_ADMIN =
      HttpResponse.of(401, "text/plain; charset=utf-8", "Unauthorized\n")
          .with("X-Content-Type-Options", "nosniff");

  static final HttpResponse NO_LOG_STREAMER = error(400, "Bad Request", "log streamer is disabled");

  static final HttpResponse NO_SUCH_ROUTE = error(404, "Not found", "Resource not found");

  /** Whatever is not below the API. */
  static final HttpResponse OUTSIDE = HttpResponse.of(404, "text/plain", "404 page not found\n");

  private GarmReplies() {}

  static HttpResponse ok(String json) {
    return HttpResponse.of(200, JSON, json + "\n");
  }

  static HttpResponse movedTo(String target) {
    return new HttpResponse(301, Map.of("Location", target), "");
  }

  static HttpResponse error(int status, String error, String details) {
    String body = Json.object().put("error", error).put("details", details).toString();
    return HttpResponse.of(status, JSON, body + "\n");
  }
}
