package dev.infraevents.testkit;

import java.util.List;
import java.util.Optional;

/**
 * An HTTP request as a fake received it. Its text form leaves out headers, query and body, which
 * may hold secrets.
 *
 * @param method the method, as received
 * @param target the request target: path and query, as received
 * @param headers all header fields in the order and the spelling received
 * @param body the body read as UTF-8, empty when there was none
 */
public record ReceivedRequest(String method, String target, List<Header> headers, String body) {

  /**
   * Copies the list.
   *
   * @param method the method, as received
   * @param target the request target: path and query, as received
   * @param headers all header fields in the order and the spelling received
   * @param body the body read as UTF-8, empty when there was none
   */
  public ReceivedRequest {
    headers = List.copyOf(headers);
  }

  /**
   * One header field.
   *
   * @param name the name, as received
   * @param value the value without surrounding white space
   */
  public record Header(String name, String value) {

    @Override
    public String toString() {
      return name + ": ...";
    }
  }

  /**
   * The path of the target.
   *
   * @return the target without its query
   */
  public String path() {
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }

  /**
   * The first header field of a name.
   *
   * @param name the name, in any case
   * @return its value, empty when there is no such field
   */
  public Optional<String> header(String name) {
    return headers(name).stream().findFirst();
  }

  /**
   * All header fields of a name.
   *
   * @param name the name, in any case
   * @return their values in the order received
   */
  public List<String> headers(String name) {
    return headers.stream()
        .filter(header -> header.name().equalsIgnoreCase(name))
        .map(Header::value)
        .toList();
  }

  @Override
  public String toString() {
    return method + " " + path();
  }
}
