package dev.infraevents.testkit;

import java.time.Instant;
import java.util.Optional;

/**
 * A gRPC call as the fake received it, refused ones included.
 *
 * @param number counted from 1 over all calls of the server
 * @param at when it arrived, by the server's clock
 * @param request the HTTP request that it is: {@code POST}, the full method name as path, and the
 *     metadata as header fields; the values of binary ones in Base64
 * @param certificate the subject of the client's certificate, empty without one
 */
public record ReceivedCall(
    int number, Instant at, ReceivedRequest request, Optional<String> certificate) {

  /**
   * The method called.
   *
   * @return the full method name, such as {@code engflow.notification.v1.NotificationQueue/Pull}
   */
  public String method() {
    return request.path().substring(1);
  }

  /**
   * The first metadata value of a name.
   *
   * @param name the name, in any case
   * @return its value, empty when there is none
   */
  public Optional<String> header(String name) {
    return request.header(name);
  }
}
