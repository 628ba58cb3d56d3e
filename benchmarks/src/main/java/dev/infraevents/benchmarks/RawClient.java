package dev.infraevents.benchmarks;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The floor: nothing is copied, checked or decoded. */
final class RawClient {

  private static final int BUFFER = 1 << 16;
  private static final int HEADER = 4;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER];
  private int from;
  private int to;

  private RawClient(InputStream in) {
    this.in = in;
  }

  static String run(int port, Traffic traffic, Measured measured)
      throws IOException, InterruptedException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      String request =
          "GET "
              + traffic.path()
              + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
              + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      var client = new RawClient(socket.getInputStream());
      client.skipAnswer();
      client.read(traffic, measured);
      return measured.result();
    }
  }

  private void skipAnswer() throws IOException {
    var bytes = new DataInputStream(in);
    int last = 0; // the four last bytes
    while (last != 0x0d0a0d0a) {
      last = last << 8 | bytes.readUnsignedByte();
    }
  }

  private void read(Traffic traffic, Measured measured) throws IOException {
    int stamp = -1; // at the same place in every frame
    for (int events = 0; events < traffic.total(); ) {
      need(HEADER);
      int length = (buffer[from + 2] & 0xff) << 8 | (buffer[from + 3] & 0xff);
      need(HEADER + length);
      if (stamp < 0) {
        byte[] frame = Arrays.copyOfRange(buffer, from, from + HEADER + length);
        stamp = TrafficServer.stampOffset(frame);
      }
      measured.event(traffic.isPaced() ? number(from + stamp) : 0);
      from += HEADER + length;
      events++;
    }
  }

  private long number(int at) {
    long number = 0;
    for (int i = at; i < at + Frames.STAMP_DIGITS; i++) {
      number = number * 10 + buffer[i] - '0';
    }
    return number;
  }

  private void need(int bytes) throws IOException {
    while (to - from < bytes) {
      System.arraycopy(buffer, from, buffer, 0, to - from);
      to -= from;
      from = 0;
      int read = in.read(buffer, to, buffer.length - to);
      if (read < 0) {
        throw new IOException("the server has closed");
      }
      to += read;
    }
  }
}
