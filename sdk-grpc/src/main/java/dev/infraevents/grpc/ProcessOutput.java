package dev.infraevents.grpc;

import dev.infraevents.spi.OneLine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.regex.Pattern;

/** What a process prints, read while it runs. Closing it ends the process. */
final class ProcessOutput implements AutoCloseable {

  /** More is no list of headers: servers accept some kilobytes of them. */
  private static final int MAX_BYTES = 1 << 20;

  private static final int MAX_ERROR_LINE = 200;

  /** For what a process that has ended leaves in its pipes, or a child of it still holds open. */
  private static final long REST_MILLIS = 1_000;

  /** What looks like a token: nothing of a sentence or a path is that long and has digits. */
  private static final Pattern SECRET =
      Pattern.compile(
          "eyJ[\\w-]+(\\.[\\w-]*)*|(?=[\\w+=.-]*\\d)[\\w+=.-]{32,}|(?<=(?i:bearer|basic) )\\S+");

  private final Process process;
  private final Pipe out;
  private final Pipe errors;

  ProcessOutput(Process process, String host) {
    this.process = process;
    this.out = new Pipe(process.getInputStream(), "infra-events-" + host + "-helper-out");
    this.errors = new Pipe(process.getErrorStream(), "infra-events-" + host + "-helper-err");
    out.start();
    errors.start();
  }

  /** All of stdout, once the process has ended. */
  String text() throws InterruptedException {
    return out.text();
  }

  /**
   * The first line of stderr, fit for a message, once the process has ended.
   *
   * @param secrets what it must not say, besides all that looks like a token
   */
  String firstErrorLine(Collection<String> secrets) throws InterruptedException {
    String line = errors.text().lines().filter(text -> !text.isBlank()).findFirst().orElse("");
    String shown = OneLine.without(secrets, SECRET.matcher(line).replaceAll("***")).strip();
    return shown.length() > MAX_ERROR_LINE ? shown.substring(0, MAX_ERROR_LINE) + "..." : shown;
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    out.close();
    errors.close();
  }

  private static final class Pipe extends Thread {
    private final InputStream in;
    private final ByteArrayOutputStream read = new ByteArrayOutputStream(); // guarded by itself

    Pipe(InputStream in, String name) {
      super(name);
      this.in = in;
      setDaemon(true);
    }

    @Override
    public void run() {
      byte[] buffer = new byte[4096];
      try {
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
          append(buffer, count);
        }
      } catch (IOException e) {
        return; // closed from outside
      }
    }

    // What is too much is read all the same: the process would not end otherwise.
    private void append(byte[] buffer, int count) {
      synchronized (read) {
        read.write(buffer, 0, Math.min(count, MAX_BYTES - read.size()));
      }
    }

    String text() throws InterruptedException {
      join(REST_MILLIS);
      synchronized (read) {
        return read.toString(StandardCharsets.UTF_8);
      }
    }

    void close() {
      try {
        in.close();
      } catch (IOException e) {
        return; // it is of no more use either way
      }
    }
  }
}
