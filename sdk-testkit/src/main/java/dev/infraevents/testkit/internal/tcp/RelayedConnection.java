package dev.infraevents.testkit.internal.tcp;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A connection of a client and the one to the server that it is relayed to. */
final class RelayedConnection {

  private static final int CLIENT_PREFACE = 24;
  private static final int BUFFER = 1 << 14;
  private static final short ANNOUNCED_BYTES = 4096;

  private final Wire client;
  private final Socket server;
  private final boolean tls;
  private final FrameTracker requests;
  private final FrameTracker answers;

  private volatile boolean truncated;

  RelayedConnection(Wire client, Socket server, boolean tls) {
    this.client = client;
    this.server = server;
    this.tls = tls;
    this.requests = new FrameTracker(tls, CLIENT_PREFACE);
    this.answers = new FrameTracker(tls, 0);
  }

  /** Ends it in the middle of a message: the thread that relays answers does, as soon as it can. */
  void truncate() {
    truncated = true;
    Wire.closeQuietly(server);
  }

  /** Relays what the client sends, until it sends no more; what nobody takes is lost. */
  void relayRequests() {
    byte[] buffer = new byte[BUFFER];
    try {
      InputStream in = client.input();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        requests.follow(buffer, count);
        passToServer(buffer, count);
      }
      server.shutdownOutput();
    } catch (IOException clientOrServerGone) {
      Wire.closeQuietly(server);
    }
  }

  private void passToServer(byte[] bytes, int count) {
    try {
      server.getOutputStream().write(bytes, 0, count);
    } catch (IOException gone) {
      // The client is read all the same: unread bytes would turn the end into a reset.
    }
  }

  /** Relays what the server sends, until it sends no more. */
  void relayAnswers() {
    byte[] buffer = new byte[BUFFER];
    try {
      InputStream in = server.getInputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        answers.follow(buffer, count);
        client.write(Arrays.copyOf(buffer, count));
      }
    } catch (IOException clientOrServerGone) {
      // the end of it, either way
    }
    try {
      if (truncated) {
        client.write(unfinishedFrame());
      }
      client.finish();
    } catch (IOException clientGone) {
      client.drop();
    }
  }

  void close() {
    client.drop();
    Wire.closeQuietly(server);
  }

  /** What makes it end within a frame, if it does not so already. */
  private byte[] unfinishedFrame() {
    if (!answers.betweenFrames()) {
      return new byte[0];
    }
    ByteBuffer bytes = ByteBuffer.allocate(32);
    if (tls) {
      bytes.put((byte) 23).putShort((short) 0x0303).putShort(ANNOUNCED_BYTES); // application data
    } else if (requests.lastStream() != 0) {
      bytes.put((byte) 0).putShort(ANNOUNCED_BYTES); // the length, in three bytes
      bytes.putShort((short) 0).putInt(requests.lastStream()); // DATA without flags
      bytes.put((byte) 0).putInt(ANNOUNCED_BYTES - 5); // a message, not compressed
    }
    bytes.putShort((short) 0x0a7d);
    return Arrays.copyOf(bytes.array(), bytes.position());
  }
}
