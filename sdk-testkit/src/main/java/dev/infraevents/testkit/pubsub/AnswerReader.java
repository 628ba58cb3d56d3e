package dev.infraevents.testkit.pubsub;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Reads the answer to one push. */
final class AnswerReader {

  /** The connection ended before the first byte of an answer. */
  static final class NoAnswerException extends IOException {
    private static final long serialVersionUID = 1L;

    NoAnswerException() {
      super("no answer");
    }
  }

  private static final int MAX_LINE = 1 << 13;
  private static final int MAX_BODY = 1 << 20;

  private final InputStream in;

  private long length = -1;
  private boolean chunked;
  private boolean leavesOpen;
  private boolean begun;

  AnswerReader(InputStream in) {
    this.in = in;
  }

  PushResponse read() throws IOException {
    int status = head();
    while (status == 100 || status == 103) { // 102 says "processing", and counts as an answer
      status = head();
    }
    if (status == 102) {
      leavesOpen = false;
      return PushResponse.of(status, "");
    }
    return PushResponse.of(status, body(status));
  }

  /** After {@link #read}: whether another request may follow on the connection. */
  boolean leavesOpen() {
    return leavesOpen;
  }

  private int head() throws IOException {
    String[] words = line().split(" ", 3);
    if (words.length < 2 || !words[0].startsWith("HTTP/1.")) {
      throw new IOException("not HTTP");
    }
    leavesOpen = words[0].equals("HTTP/1.1");
    for (String line = line(); !line.isEmpty(); line = line()) {
      header(line.toLowerCase(Locale.ROOT));
    }
    try {
      return Integer.parseInt(words[1]);
    } catch (NumberFormatException e) {
      throw new IOException("no status", e);
    }
  }

  private void header(String line) throws IOException {
    String value = line.substring(line.indexOf(':') + 1).trim();
    if (line.startsWith("content-length:")) {
      length = number(value, 10);
    } else if (line.startsWith("transfer-encoding:")) {
      chunked = value.equals("chunked");
    } else if (line.startsWith("connection:") && value.equals("close")) {
      leavesOpen = false;
    }
  }

  private String body(int status) throws IOException {
    byte[] content;
    if (status == 204 || status == 304) {
      content = new byte[0];
    } else if (chunked) {
      content = chunks();
    } else if (length >= 0) {
      content = bytes(length);
    } else {
      leavesOpen = false;
      content = in.readNBytes(MAX_BODY);
    }
    return new String(content, StandardCharsets.UTF_8);
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (long size = number(line(), 16); size > 0; size = number(line(), 16)) {
      content.writeBytes(bytes(size));
      line();
    }
    while (!line().isEmpty()) {
      // the trailer
    }
    return content.toByteArray();
  }

  private byte[] bytes(long count) throws IOException {
    byte[] content = in.readNBytes((int) Math.min(count, MAX_BODY));
    if (content.length < count) {
      throw new EOFException("body");
    }
    return content;
  }

  private static long number(String digits, int radix) throws IOException {
    try {
      return Long.parseLong(digits, radix);
    } catch (NumberFormatException e) {
      throw new IOException("length", e);
    }
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = next(); c != '\n'; c = next()) {
      if (line.length() == MAX_LINE) {
        throw new IOException("line too long");
      }
      line.append((char) c);
    }
    int end = line.length() - 1;
    return end >= 0 && line.charAt(end) == '\r' ? line.substring(0, end) : line.toString();
  }

  private int next() throws IOException {
    int c;
    try {
      c = in.read();
    } catch (IOException e) {
      throw begun ? e : new NoAnswerException();
    }
    if (c < 0) {
      throw begun ? new EOFException("head") : new NoAnswerException();
    }
    begun = true;
    return c;
  }
}
