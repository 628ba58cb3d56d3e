package dev.infraevents.testkit.internal.tcp;

/**
 * Follows one direction of a connection from frame to frame, to know where one ends: HTTP/2's own,
 * or the records of TLS, in which those are hidden.
 */
final class FrameTracker {

  private static final int HTTP2_HEADER = 9;
  private static final int TLS_HEADER = 5;
  private static final int HEADERS = 1;

  private final boolean tls;
  private final byte[] header;

  private int headerBytes;
  private int bodyBytes; // that are still to come

  private volatile int lastStream;

  /**
   * At the beginning of a direction.
   *
   * @param preface how many bytes come before the first frame
   */
  FrameTracker(boolean tls, int preface) {
    this.tls = tls;
    this.header = new byte[tls ? TLS_HEADER : HTTP2_HEADER];
    this.bodyBytes = tls ? 0 : preface;
  }

  void follow(byte[] bytes, int length) {
    int at = 0;
    while (at < length) {
      if (bodyBytes > 0) {
        int passed = Math.min(bodyBytes, length - at);
        bodyBytes -= passed;
        at += passed;
      } else {
        header[headerBytes++] = bytes[at++];
        if (headerBytes == header.length) {
          headerBytes = 0;
          begin();
        }
      }
    }
  }

  private void begin() {
    if (tls) {
      bodyBytes = unsigned(3, 2);
      return;
    }
    bodyBytes = unsigned(0, 3);
    if (header[3] == HEADERS) {
      lastStream = unsigned(5, 4);
    }
  }

  private int unsigned(int from, int bytes) {
    int value = 0;
    for (int i = 0; i < bytes; i++) {
      value = (value << 8) | (header[from + i] & 0xFF);
    }
    return value;
  }

  boolean betweenFrames() {
    return headerBytes == 0 && bodyBytes == 0;
  }

  /** The stream of the last HEADERS frame that could be read, 0 if there was none. */
  int lastStream() {
    return lastStream;
  }
}
