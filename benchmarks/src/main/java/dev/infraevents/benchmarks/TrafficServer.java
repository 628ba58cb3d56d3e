package dev.infraevents.benchmarks;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;

/**
 * A websocket server that only writes what it has prepared, so that it is never what decides. A
 * process of its own, which ends when its input does; its first line of output is its port.
 */
final class TrafficServer implements AutoCloseable {

  /** GARM pings every 54 s. */
  private static final long PING_MILLIS = 54_000;

  private static final String HANDSHAKE_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int BURST = 64;
  private static final int PONG = 0x8A;
  private static final int PING = 0x89;

  private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Thread acceptor = new Thread(this::accept, "traffic-server");

  TrafficServer() throws IOException {
    acceptor.setDaemon(true);
    acceptor.start();
  }

  /**
   * Runs a server.
   *
   * @param args none
   */
  public static void main(String[] args) throws IOException {
    try (var server = new TrafficServer()) {
      Processes.stay(server.port());
    }
  }

  int port() {
    return socket.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        var writer = new Thread(() -> serve(client), "traffic-writer");
        writer.setDaemon(true);
        writer.start();
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private static void serve(Socket client) {
    try (client) {
      client.setTcpNoDelay(true);
      var in = new DataInputStream(new BufferedInputStream(client.getInputStream()));
      Traffic traffic = handshake(in, client.getOutputStream());
      var reader = new Thread(() -> answer(in, client), "traffic-reader");
      reader.setDaemon(true);
      reader.start();
      write(traffic, client.getOutputStream());
      while (true) {
        Thread.sleep(PING_MILLIS);
        send(client.getOutputStream(), new byte[] {(byte) PING, 0});
      }
    } catch (IOException e) {
      // the client has seen enough
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Traffic handshake(InputStream in, OutputStream out) throws IOException {
    String path = line(in).split(" ", 3)[1];
    String key = "";
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      if (header.regionMatches(true, 0, "Sec-WebSocket-Key:", 0, 18)) {
        key = header.substring(18).trim();
      }
    }
    String answer =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: "
            + accept(key)
            + "\r\n\r\n";
    send(out, answer.getBytes(StandardCharsets.US_ASCII));
    return Traffic.parse(path);
  }

  private static String line(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      line.append((char) c);
    }
    return line.toString().stripTrailing();
  }

  private static String accept(String key) {
    try {
      byte[] text = (key + HANDSHAKE_MAGIC).getBytes(StandardCharsets.US_ASCII);
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(text));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Pings must be answered, or clients give up; all else is skipped. */
  private static void answer(DataInputStream in, Socket client) {
    try {
      while (true) {
        int opcode = in.readUnsignedByte();
        int length = in.readUnsignedByte() & 0x7f;
        length = length == 126 ? in.readUnsignedShort() : length;
        byte[] mask = in.readNBytes(4);
        byte[] payload = in.readNBytes(length);
        if (opcode == PING) {
          byte[] pong = new byte[2 + length];
          pong[0] = (byte) PONG;
          pong[1] = (byte) length;
          for (int i = 0; i < length; i++) {
            pong[2 + i] = (byte) (payload[i] ^ mask[i % 4]);
          }
          send(client.getOutputStream(), pong);
        }
      }
    } catch (IOException e) {
      // the client is gone
    }
  }

  private static void write(Traffic traffic, OutputStream out) throws IOException {
    byte[] frame = frame();
    byte[] burst = new byte[frame.length * BURST];
    for (int i = 0; i < BURST; i++) {
      System.arraycopy(frame, 0, burst, i * frame.length, frame.length);
    }
    int unpaced = traffic.isPaced() ? traffic.warmUp() : traffic.total();
    for (int left = unpaced; left > 0; left -= BURST) {
      send(out, burst, Math.min(left, BURST) * frame.length);
    }
    if (traffic.isPaced()) {
      pace(traffic, frame, out);
    }
  }

  /**
   * Each event has the time at which it was to be sent. One that is late keeps it, so that a stall
   * counts for every event it held up.
   */
  private static void pace(Traffic traffic, byte[] frame, OutputStream out) throws IOException {
    int at = stampOffset(frame);
    long interval = 1_000_000_000L / traffic.perSecond();
    long start = System.nanoTime() + 500_000_000L; // what was sent before has been dealt with
    for (int i = 0; i < traffic.events(); i++) {
      long due = start + i * interval;
      while (System.nanoTime() < due) {
        Thread.onSpinWait();
      }
      stamp(frame, at, due);
      send(out, frame);
    }
  }

  private static byte[] frame() {
    byte[] text = Frames.stamped().getBytes(StandardCharsets.UTF_8);
    byte[] frame = new byte[4 + text.length];
    frame[0] = (byte) 0x81;
    frame[1] = 126;
    frame[2] = (byte) (text.length >> 8);
    frame[3] = (byte) text.length;
    System.arraycopy(text, 0, frame, 4, text.length);
    return frame;
  }

  static int stampOffset(byte[] frame) {
    String chars = new String(frame, StandardCharsets.ISO_8859_1);
    return chars.indexOf(Frames.AGENT_ID) + Frames.AGENT_ID.length();
  }

  private static void stamp(byte[] frame, int at, long time) {
    long digits = Frames.STAMP_BASE + time;
    for (int i = at + Frames.STAMP_DIGITS - 1; i >= at; i--) {
      frame[i] = (byte) ('0' + digits % 10);
      digits /= 10;
    }
  }

  private static void send(OutputStream out, byte[] bytes) throws IOException {
    send(out, bytes, bytes.length);
  }

  // Pongs must not get into the middle of a frame.
  private static void send(OutputStream out, byte[] bytes, int length) throws IOException {
    synchronized (out) {
      out.write(bytes, 0, length);
    }
  }
}
