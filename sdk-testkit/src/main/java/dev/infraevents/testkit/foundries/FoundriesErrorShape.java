package dev.infraevents.testkit.foundries;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.infraevents.testkit.internal.http.HttpResponse;

/** What the body of an error looks like. There is no one form: clients have to know all of them. */
public enum FoundriesErrorShape {
  /** {@code {"msg": "..."}}. */
  MSG,
  /** {@code {"message": "..."}}. */
  MESSAGE,
  /** {@code {"msg": "...", "errors": ["..."]}}. */
  ERROR_LIST,
  /** {@code {"message": "...", "errors": {"label": "..."}}}: by field. */
  ERROR_FIELDS,
  /** Text that is not JSON. */
  TEXT,
  /** A page of a proxy. */
  HTML,
  /** Nothing at all. */
  EMPTY;

  HttpResponse answer(int status, String words) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    return switch (this) {
      case MSG -> json(status, json.put("msg", words));
      case MESSAGE -> json(status, json.put("message", words));
      case ERROR_LIST -> {
        json.put("msg", "request failed").putArray("errors").add(words);
        yield json(status, json);
      }
      case ERROR_FIELDS -> {
        json.put("message", "request failed").putObject("errors").put("label", words);
        yield json(status, json);
      }
      case TEXT -> HttpResponse.of(status, "text/plain; charset=utf-8", words + "\n");
      case HTML ->
          HttpResponse.of(
              status,
              "text/html",
              "<html><head><title>%d</title></head><body><h1>%s</h1></body></html>\n"
                  .formatted(status, words));
      case EMPTY -> HttpResponse.of(status, "text/plain", "");
    };
  }

  private static HttpResponse json(int status, ObjectNode body) {
    return HttpResponse.of(status, "application/json", body.toString());
  }
}
