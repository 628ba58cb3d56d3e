package dev.infraevents.internal.foundries;

/**
 * The output of a container as Docker's API multiplexes it: pieces with a header of eight bytes
 * each. Here every byte of a header has become a character.
 */
public final class DockerLog {

  private static final int HEADER = 8;
  private static final String STDOUT = "\u0001\0\0\0";
  private static final String STDERR = "\u0002\0\0\0";

  private DockerLog() {}

  /**
   * Removes the headers.
   *
   * @param logs the output with them
   * @return the output; unchanged if it does not begin with a header
   */
  public static String withoutHeaders(String logs) {
    if (!isHeader(logs, 0)) {
      return logs;
    }
    StringBuilder text = new StringBuilder(logs.length());
    int at = 0;
    while (at < logs.length()) {
      int content = at + HEADER;
      at = nextHeader(logs, content);
      text.append(logs, content, at);
    }
    return text.toString();
  }

  private static int nextHeader(String logs, int from) {
    int at = from;
    while (at < logs.length() && !isHeader(logs, at)) {
      at++;
    }
    return at;
  }

  private static boolean isHeader(String logs, int at) {
    return at + HEADER <= logs.length()
        && (logs.startsWith(STDERR, at) || logs.startsWith(STDOUT, at));
  }
}
