package dev.infraevents.testkit.pubsub;

import dev.infraevents.testkit.ReceivedRequest.Header;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request as it goes over the wire, genuine or not. Immutable; each method makes a changed copy.
 * Its text form shows no header and no body.
 */
public final class PushRequest {

  private enum Framing {
    LENGTH,
    CHUNKS,
    NONE
  }

  private static final int CHUNK = 1000;

  private final String method;
  private final @Nullable String target; // null: the endpoint's
  private final List<Header> headers;
  private final byte[] body;
  private final Framing framing;
  private final int sent; // how many bytes of the body are sent

  private PushRequest(
      String method,
      @Nullable String target,
      List<Header> headers,
      byte[] body,
      Framing framing,
      int sent) {
    this.method = method;
    this.target = target;
    this.headers = List.copyOf(headers);
    this.body = body;
    this.framing = framing;
    this.sent = sent;
  }

  static PushRequest post(List<Header> headers, byte[] body) {
    return new PushRequest("POST", null, headers, body, Framing.LENGTH, body.length);
  }

  /**
   * Sets the method.
   *
   * @param other the method
   * @return the changed request
   */
  public PushRequest method(String other) {
    return new PushRequest(other, target, headers, body, framing, sent);
  }

  /**
   * Sets the request target, in place of path and query of the endpoint.
   *
   * @param other path and query
   * @return the changed request
   */
  public PushRequest target(String other) {
    return new PushRequest(method, other, headers, body, framing, sent);
  }

  /**
   * Sets a header field, in place of those of that name.
   *
   * @param name its name
   * @param value its value
   * @return the changed request
   */
  public PushRequest header(String name, String value) {
    return withoutHeader(name).andHeader(name, value);
  }

  /**
   * Adds a header field, even if there is one of that name.
   *
   * @param name its name
   * @param value its value
   * @return the changed request
   */
  public PushRequest andHeader(String name, String value) {
    List<Header> more = new ArrayList<>(headers);
    more.add(new Header(name, value));
    return new PushRequest(method, target, more, body, framing, sent);
  }

  /**
   * Leaves out the header fields of a name.
   *
   * @param name the name, in any case
   * @return the changed request
   */
  public PushRequest withoutHeader(String name) {
    List<Header> fewer = headers.stream().filter(h -> !h.name().equalsIgnoreCase(name)).toList();
    return new PushRequest(method, target, fewer, body, framing, sent);
  }

  /**
   * Sets the token.
   *
   * @param token what follows {@code Bearer} in {@code Authorization}
   * @return the changed request
   */
  public PushRequest token(String token) {
    return header("Authorization", "Bearer " + token);
  }

  /**
   * Sets the body.
   *
   * @param bytes the body
   * @return the changed request
   */
  public PushRequest body(byte[] bytes) {
    return new PushRequest(method, target, headers, bytes.clone(), framing, bytes.length);
  }

  /**
   * Sends the body in chunks, without its length.
   *
   * @return the changed request
   */
  public PushRequest chunked() {
    return new PushRequest(method, target, headers, body, Framing.CHUNKS, sent);
  }

  /**
   * Sends the body, but neither its length nor that it comes in chunks.
   *
   * @return the changed request
   */
  public PushRequest withoutLength() {
    return new PushRequest(method, target, headers, body, Framing.NONE, sent);
  }

  /**
   * Announces the whole body, but ends the connection after a part of it.
   *
   * @param bytes how many bytes of the body are sent
   * @return the changed request
   */
  public PushRequest truncated(int bytes) {
    return new PushRequest(method, target, headers, body, framing, Math.min(bytes, body.length));
  }

  /** Whether nothing of what it announces is missing, so that another one may follow. */
  boolean isComplete() {
    return sent == body.length && framing != Framing.NONE;
  }

  byte[] encode(String host, String endpointTarget) {
    StringBuilder head = new StringBuilder(method).append(' ');
    head.append(target == null ? endpointTarget : target).append(" HTTP/1.1\r\n");
    head.append("Host: ").append(host).append("\r\n");
    headers.forEach(h -> head.append(h.name()).append(": ").append(h.value()).append("\r\n"));
    switch (framing) {
      case LENGTH -> head.append("Content-Length: ").append(body.length).append("\r\n");
      case CHUNKS -> head.append("Transfer-Encoding: chunked\r\n");
      case NONE -> {}
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    if (framing == Framing.CHUNKS) {
      writeChunks(bytes);
    } else {
      bytes.write(body, 0, sent);
    }
    return bytes.toByteArray();
  }

  private void writeChunks(ByteArrayOutputStream bytes) {
    for (int from = 0; from < sent; from += CHUNK) {
      int size = Math.min(CHUNK, sent - from);
      bytes.writeBytes((Integer.toHexString(size) + "\r\n").getBytes(StandardCharsets.US_ASCII));
      bytes.write(body, from, size);
      bytes.writeBytes(new byte[] {'\r', '\n'});
    }
    if (sent == body.length) {
      bytes.writeBytes("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }
  }

  @Override
  public String toString() {
    return "PushRequest[" + method + ", body of " + body.length + " bytes]";
  }
}
