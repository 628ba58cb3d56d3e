package dev.infraevents.testkit.internal.http;

import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.ReceivedRequest.Header;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one HTTP/1.x request after another. */
final class RequestReader {

  private static final int MAX_LINE = 1 << 16;
  private static final int MAX_BODY = 1 << 26;

  private final InputStream in;

  RequestReader(InputStream in) {
    this.in = in;
  }

  /** The next request, or null when the client closed the connection instead. */
  @Nullable ReceivedRequest read() throws IOException {
    int first = in.read();
    if (first < 0) {
      return null;
    }
    String[] words = line(first).split(" ", -1);
    if (words.length != 3 || !words[2].startsWith("HTTP/1.")) {
      throw new MalformedRequestException("request line");
    }
    List<Header> headers = headers();
    var head = new ReceivedRequest(words[0], words[1], headers, "");
    return new ReceivedRequest(words[0], words[1], headers, body(head));
  }

  private List<Header> headers() throws IOException {
    List<Header> headers = new ArrayList<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      if (colon <= 0) {
        throw new MalformedRequestException("header");
      }
      headers.add(new Header(line.substring(0, colon), line.substring(colon + 1).trim()));
    }
    return headers;
  }

  private String body(ReceivedRequest head) throws IOException {
    byte[] content =
        head.header("Transfer-Encoding").filter("chunked"::equalsIgnoreCase).isPresent()
            ? chunks()
            : bytes(length(head.header("Content-Length").orElse("0"), 10));
    return new String(content, StandardCharsets.UTF_8);
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (int size = length(line(), 16); size > 0; size = length(line(), 16)) {
      content.writeBytes(bytes(size));
      line();
    }
    headers(); // the trailer
    return content.toByteArray();
  }

  private byte[] bytes(int count) throws IOException {
    byte[] content = in.readNBytes(count);
    if (content.length < count) {
      throw new EOFException("request body");
    }
    return content;
  }

  private static int length(String digits, int radix) throws MalformedRequestException {
    try {
      int length = Integer.parseInt(digits, radix);
      if (length >= 0 && length <= MAX_BODY) {
        return length;
      }
    } catch (NumberFormatException e) {
      // refused below
    }
    throw new MalformedRequestException("length");
  }

  private String line() throws IOException {
    return line(in.read());
  }

  private String line(int first) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = first; c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("request head");
      }
      if (line.length() == MAX_LINE) {
        throw new MalformedRequestException("line too long");
      }
      line.append((char) c);
    }
    int end = line.length() - 1;
    return end >= 0 && line.charAt(end) == '\r' ? line.substring(0, end) : line.toString();
  }
}
