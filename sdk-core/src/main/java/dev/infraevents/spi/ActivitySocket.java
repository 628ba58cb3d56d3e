package dev.infraevents.spi;

import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.function.Consumer;

/** A socket of {@link ActivitySocketFactory}. */
public final class ActivitySocket extends Socket {

  private final ActivitySocketFactory.Listener listener;
  private final Consumer<Socket> onClose;

  // Guarded by itself, which is held while bytes are written.
  private final ByteArrayOutputStream held = new ByteArrayOutputStream();
  private volatile boolean holds;

  ActivitySocket(ActivitySocketFactory.Listener listener, Consumer<Socket> onClose) {
    this.listener = listener;
    this.onClose = onClose;
  }

  /**
   * Holds back what is written until the next read, or until it is released. A TLS handshake is
   * written in pieces, and a server that refuses the first one hangs up; a write of the second then
   * fails before the reason can be read. In one piece, it can not.
   */
  public void holdWrites() {
    holds = true;
  }

  /**
   * Writes what was held back, and holds nothing any more.
   *
   * @throws IOException if it can not be written
   */
  public void releaseWrites() throws IOException {
    holds = false;
    writeHeld();
  }

  private void writeHeld() throws IOException {
    synchronized (held) {
      if (held.size() > 0) {
        byte[] bytes = held.toByteArray();
        held.reset();
        super.getOutputStream().write(bytes);
      }
    }
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return new FilterInputStream(super.getInputStream()) {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        return ActivitySocket.this.read(in, buffer, offset, length);
      }
    };
  }

  private int read(InputStream in, byte[] buffer, int offset, int length) throws IOException {
    int read;
    try {
      if (holds) {
        writeHeld();
      }
      read = in.read(buffer, offset, length);
    } catch (IOException e) {
      listener.failed(e);
      throw e;
    }
    if (read > 0) {
      listener.read(buffer, offset, read);
    }
    return read;
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    OutputStream out = super.getOutputStream();
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b});
      }

      @Override
      public void write(byte[] buffer, int offset, int length) throws IOException {
        if (holds) {
          synchronized (held) {
            held.write(buffer, offset, length);
          }
        } else {
          out.write(buffer, offset, length);
        }
      }

      @Override
      public void close() throws IOException {
        out.close();
      }
    };
  }

  @Override
  public synchronized void close() throws IOException {
    onClose.accept(this);
    super.close();
  }
}
