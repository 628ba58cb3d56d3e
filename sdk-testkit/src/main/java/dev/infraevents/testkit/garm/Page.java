package dev.infraevents.testkit.garm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** One page of the object store, which is the only list that has pages. */
final class Page {

  private static final int DEFAULT_SIZE = 25;
  private static final int SIZE_FOR_ZERO = 20;

  private Page() {}

  /** Cuts the page that a request asks for out of all objects; the newest come first. */
  static ObjectNode of(List<ObjectNode> oldestFirst, GarmRequest request) {
    List<ObjectNode> all = new ArrayList<>(oldestFirst);
    Collections.reverse(all);
    int page = Math.max(1, number(request, "page", 1));
    int wanted = number(request, "pageSize", DEFAULT_SIZE);
    int size = wanted <= 0 ? SIZE_FOR_ZERO : wanted;
    int pages = (all.size() + size - 1) / size;
    ObjectNode json =
        Json.object().put("total_count", all.size()).put("pages", pages).put("current_page", page);
    if (page < pages) {
      json.put("next_page", page + 1);
    }
    if (page > 1) {
      json.put("previous_page", page - 1);
    }
    int from = (int) Math.min(all.size(), (page - 1L) * size);
    int to = (int) Math.min(all.size(), (long) from + size);
    json.set("results", Json.array().addAll(all.subList(from, to)));
    return json;
  }

  private static int number(GarmRequest request, String parameter, int otherwise) {
    try {
      return request.query(parameter).map(Integer::parseInt).orElse(otherwise);
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }
}
