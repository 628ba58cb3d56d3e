package dev.infraevents.testkit.garm;

import dev.infraevents.testkit.FakeServer;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A client that sends what it is told and shows what it gets, byte by byte. */
final class RawClient implements AutoCloseable {

  static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
  static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="; // for that key: RFC 6455, 1.3
  static final String ALL = "{\"send-everything\":true}";

  // Only a test that fails waits this long.
  private static final int PATIENCE_MILLIS = 10_000;

  // So that a client that does not read is soon a slow one.
  private static final int RECEIVE_BUFFER = 1 << 16;

  private final Socket socket;
  private final InputStream in;

  RawClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    this.in = socket.getInputStream();
  }

  static RawClient connect(FakeServer server) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setReceiveBufferSize(RECEIVE_BUFFER);
      URI url = URI.create(server.url());
      socket.connect(new InetSocketAddress(url.getHost(), url.getPort()), PATIENCE_MILLIS);
      return new RawClient(socket);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Connects and upgrades, with a token of the administrator. */
  static RawClient upgraded(FakeGarm garm) throws IOException {
    return upgraded(garm, garm.token().mint());
  }

  static RawClient upgraded(FakeGarm garm, String token) throws IOException {
    RawClient client = connect(garm);
    String response = client.upgrade(token);
    if (!response.startsWith("HTTP/1.1 101 ")) {
      client.close();
      throw new IOException(response);
    }
    return client;
  }

  /** Connects, upgrades, and sets a filter that is in effect when this returns. */
  static RawClient subscribed(FakeGarm garm, String filter) throws IOException {
    RawClient client = upgraded(garm);
    client.text(filter);
    client.barrier("subscribed");
    return client;
  }

  String upgrade(String token) throws IOException {
    return upgradeAt("/api/v1/ws/events", "Authorization: Bearer " + token);
  }

  /** Sends a correct upgrade with one more header field, or as many as there are lines. */
  String upgradeAt(String path, String... fields) throws IOException {
    List<String> all = new ArrayList<>(List.of("Upgrade: websocket", "Connection: Upgrade"));
    all.add("Sec-WebSocket-Key: " + KEY);
    all.add("Sec-WebSocket-Version: 13");
    all.addAll(List.of(fields));
    return request("GET", path, "", all.toArray(String[]::new));
  }

  /** Sends a request and reads the response: everything up to the end of its body. */
  String request(String method, String path, String body, String... fields) throws IOException {
    StringBuilder text = new StringBuilder();
    text.append(method).append(' ').append(path).append(" HTTP/1.1\r\n");
    text.append("Host: ").append(host()).append("\r\n");
    for (String field : fields) {
      text.append(field).append("\r\n");
    }
    if (!body.isEmpty()) {
      text.append("Content-Length: ").append(utf8(body).length).append("\r\n");
    }
    send(utf8(text.append("\r\n").append(body).toString()));
    return response(!method.equals("HEAD"));
  }

  String host() {
    return "127.0.0.1:" + socket.getPort();
  }

  String response() throws IOException {
    return response(true);
  }

  private String response(boolean withBody) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int length = 0;
    String line = line(bytes);
    while (!line.isEmpty()) {
      if (line.startsWith("Content-Length: ")) {
        length = Integer.parseInt(line.substring("Content-Length: ".length()));
      }
      line = line(bytes);
    }
    bytes.writeBytes(in.readNBytes(withBody ? length : 0));
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private String line(ByteArrayOutputStream all) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = readByte(); c != '\n'; c = readByte()) {
      line.append((char) c);
      all.write(c);
    }
    all.write('\n');
    return line.toString().trim();
  }

  private int readByte() throws IOException {
    int c = in.read();
    if (c < 0) {
      throw new EOFException("no response");
    }
    return c;
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  void text(String message) throws IOException {
    send(frame(0x80 | RawFrame.TEXT, utf8(message)));
  }

  void ping(String payload) throws IOException {
    send(frame(0x80 | RawFrame.PING, utf8(payload)));
  }

  void pong() throws IOException {
    send(frame(0x80 | RawFrame.PONG, new byte[0]));
  }

  void closeFrame(int code, String reason) throws IOException {
    byte[] text = utf8(reason);
    byte[] payload = ByteBuffer.allocate(2 + text.length).putShort((short) code).put(text).array();
    send(frame(0x80 | RawFrame.CLOSE, payload));
  }

  /** Sends a ping and reads up to its pong: all that was sent before has been handled then. */
  List<String> barrier(String payload) throws IOException {
    ping(payload);
    List<String> before = new ArrayList<>();
    RawFrame frame = read();
    while (!frame.toString().equals("PONG " + payload)) {
      before.add(frame.toString());
      frame = read();
    }
    return before;
  }

  /** A masked frame, as a client has to send it. */
  static byte[] frame(int head, byte[] payload) {
    return frame(head, payload.length, payload);
  }

  static byte[] frame(int head, byte[] source, int from, int to) {
    return frame(head, Arrays.copyOfRange(source, from, to));
  }

  /** A frame whose header announces another length than that of its payload. */
  static byte[] frame(int head, int announced, byte[] payload) {
    byte[] mask = {0x12, 0x34, 0x56, 0x78};
    ByteBuffer frame = ByteBuffer.allocate(14 + payload.length).put((byte) head);
    if (announced <= 125) {
      frame.put((byte) (0x80 | announced));
    } else if (announced <= 0xFFFF) {
      frame.put((byte) (0x80 | 126)).putShort((short) announced);
    } else {
      frame.put((byte) (0x80 | 127)).putLong(announced);
    }
    frame.put(mask);
    for (int i = 0; i < payload.length; i++) {
      frame.put((byte) (payload[i] ^ mask[i & 3]));
    }
    byte[] bytes = new byte[frame.flip().remaining()];
    frame.get(bytes);
    return bytes;
  }

  RawFrame read() throws IOException {
    DataInputStream data = new DataInputStream(in);
    int head = data.readUnsignedByte();
    int length = data.readUnsignedByte();
    if (length > 127) {
      throw new IOException("the server masked a frame");
    }
    long size = length == 126 ? data.readUnsignedShort() : length == 127 ? data.readLong() : length;
    byte[] payload = new byte[Math.toIntExact(size)];
    data.readFully(payload);
    return new RawFrame(head, payload);
  }

  /** The next frame in words; {@code END} for the end of the stream, {@code RESET} for a reset. */
  String next() throws IOException {
    try {
      return read().toString();
    } catch (EOFException e) {
      return "END";
    } catch (SocketException e) {
      return "RESET";
    }
  }

  /** Reads everything that is left, whether it ends well or with a reset. */
  List<String> rest() throws IOException {
    List<String> frames = new ArrayList<>();
    for (String frame = next(); !frame.equals("END") && !frame.equals("RESET"); frame = next()) {
      frames.add(frame);
    }
    return frames;
  }

  Socket socket() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
